import Foundation
import GUDCore

extension TrustFile {
    /// Where the file is: `$GUD_LOCK`, or `$XDG_CONFIG_HOME/gud/gud.lock`, by default `~/.config/gud/gud.lock`.
    ///
    /// - Throws: ``TrustFileError/noFolder``.
    public static func standardPath(_ environment: HostEnvironment = .current) throws(TrustFileError) -> String {
        if let path = environment["GUD_LOCK"] { return path }
        guard let folder = environment.folder("XDG_CONFIG_HOME", orHome: ".config") else { throw .noFolder }
        return "\(folder)/gud/gud.lock"
    }

    /// Reads the file at its usual place.
    ///
    /// - Throws: ``TrustFileError``.
    public static func load(_ environment: HostEnvironment = .current) throws(TrustFileError) -> TrustFile {
        try load(from: standardPath(environment))
    }

    /// Reads a file; one that is not there says nothing, and allows what is not pinned.
    ///
    /// - Throws: ``TrustFileError`` for a file that is there and cannot be understood entirely.
    public static func load(from path: String) throws(TrustFileError) -> TrustFile {
        // A link to nowhere is a mistake, not a missing file.
        guard _UnsafeFiles.linkStatus(path) != nil else {
            if let reason = _UnsafeFiles.refusalToSearch(path) { throw .notReadable(path, reason: reason) }
            return TrustFile(path: path)
        }
        let bytes: Data
        do {
            bytes = try _UnsafeFiles.read(path, limit: 1 << 24)
        } catch {
            throw .notReadable(path, reason: error.bareReason)
        }
        return try TrustFile(json: bytes, path: path)
    }

    /// Understands the bytes of a file, every key of them: one that is misspelt must not weaken what was meant.
    init(json bytes: Data, path: String) throws(TrustFileError) {
        let root: JSONNode
        do {
            root = try JSONDecoder().decode(JSONNode.self, from: bytes)
        } catch {
            throw .damaged(path, reason: bytes.isEmpty ? "it is empty" : "it is not JSON")
        }
        let reader = Reader(path: path)
        let entries = try reader.object(root, "the file")
        guard case .integer(let format)? = entries["format"], format >= 1 else {
            throw .invalid(path, key: "format", reason: "there is no number from 1 on")
        }
        guard format <= Self.format else { throw .newerFormat(path, format, known: Self.format) }
        try reader.allow(["format", "unpinned", "plugins"], in: entries, "")
        var policy = UnpinnedPolicy.allow
        if let name = try reader.text(entries["unpinned"], "unpinned") {
            guard let known = UnpinnedPolicy(rawValue: name) else {
                throw .invalid(
                    path, key: "unpinned",
                    reason: "'\(name.printable)' is not one of "
                        + UnpinnedPolicy.allCases.map(\.rawValue).joined(separator: ", "))
            }
            policy = known
        }
        var pins: [String: Pin] = [:]
        if let plugins = entries["plugins"] {
            for (id, node) in try reader.object(plugins, "plugins") {
                let pin = try reader.pin(node, "plugins.\(id.printable)")
                try Self.check(id: id, pin, path)
                pins[id] = pin
            }
        }
        self.init(path: path, unpinned: policy, pins: pins)
    }

    /// Writes the file, whole or not at all; a link is followed, not replaced.
    ///
    /// - Throws: ``TrustFileError/notWritable(_:reason:)``.
    public func save() throws(TrustFileError) {
        do {
            let folder = (path as NSString).deletingLastPathComponent
            if !folder.isEmpty { try AtomicFile.makeDirectory(folder) }
            let target = (try? _UnsafeFiles.realPath(path)) ?? path
            try AtomicFile.write(json(), to: target)
        } catch {
            throw .notWritable(path, reason: (error as? FileError)?.bareReason ?? String(describing: error))
        }
    }

    /// The bytes that ``save()`` writes: keys in order, so that changes can be read as differences.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let plugins = pins.mapValues { pin in
            var entries: [String: JSONNode] = ["sha256": .text(pin.sha256), "isolated": .boolean(pin.isolated)]
            entries["version"] = pin.version.map(JSONNode.text)
            entries["path"] = pin.path.map(JSONNode.text)
            entries["date"] = pin.date.map { .text($0.formatted(.iso8601)) }
            return JSONNode.object(entries)
        }
        let root: [String: JSONNode] = [
            "format": .integer(Self.format), "unpinned": .text(unpinned.rawValue), "plugins": .object(plugins),
        ]
        return try encoder.encode(JSONNode.object(root)) + Data("\n".utf8)
    }

    /// Takes JSON apart, with the key of what is wrong.
    private struct Reader {
        let path: String

        func object(_ node: JSONNode, _ key: String) throws(TrustFileError) -> [String: JSONNode] {
            guard case .object(let entries) = node else {
                throw .invalid(path, key: key, reason: "it is not an object")
            }
            return entries
        }

        func text(_ node: JSONNode?, _ key: String) throws(TrustFileError) -> String? {
            guard let node else { return nil }
            guard case .text(let text) = node else { throw .invalid(path, key: key, reason: "it is not text") }
            return text
        }

        func allow(_ keys: [String], in entries: [String: JSONNode], _ place: String) throws(TrustFileError) {
            guard let key = entries.keys.sorted().first(where: { !keys.contains($0) }) else { return }
            throw .invalid(
                path, key: place + key.printable,
                reason: "there is no such key; allowed: \(keys.joined(separator: ", "))")
        }

        func pin(_ node: JSONNode, _ key: String) throws(TrustFileError) -> Pin {
            let entries = try object(node, key)
            try allow(["sha256", "version", "isolated", "path", "date"], in: entries, "\(key).")
            guard let sha256 = try text(entries["sha256"], "\(key).sha256") else {
                throw .invalid(path, key: "\(key).sha256", reason: "it is missing")
            }
            var pin = Pin(sha256: sha256)
            pin.version = try text(entries["version"], "\(key).version")
            pin.path = try text(entries["path"], "\(key).path")
            if let isolated = entries["isolated"] {
                guard case .boolean(let value) = isolated else {
                    throw .invalid(path, key: "\(key).isolated", reason: "it is neither true nor false")
                }
                pin.isolated = value
            }
            if let date = try text(entries["date"], "\(key).date") {
                guard let value = try? Date(date, strategy: .iso8601) else {
                    throw .invalid(
                        path, key: "\(key).date",
                        reason: "'\(date.printable)' is not a date such as 2026-01-31T12:00:00Z")
                }
                pin.date = value
            }
            return pin
        }
    }
}
