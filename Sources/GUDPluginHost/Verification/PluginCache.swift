import Foundation
import GUDCore
import GUDDigest

/// Copies of accepted plugins, filed by the SHA-256 of their bytes: what was examined is what is loaded, whatever
/// happens to the original meanwhile.
///
/// `cache/<sha256>/<file name>`, with what is known about the file beside it in `verdict.json`. The folders are the
/// user's alone. What lies there is compared, never trusted.
struct PluginCache: Sendable {
    /// The folder of all copies.
    let folder: String

    /// A cache in a folder of its own.
    init(folder: String) { self.folder = folder }

    /// The user's cache: `$XDG_CACHE_HOME/gud/plugins`, by default `~/.cache/gud/plugins`.
    ///
    /// - Throws: ``PluginCacheError/noFolder``.
    init(_ environment: HostEnvironment = .current) throws(PluginCacheError) {
        guard let cache = environment.folder("XDG_CACHE_HOME", orHome: ".cache") else { throw .noFolder }
        folder = "\(cache)/gud/plugins"
    }

    /// Makes sure that a copy of the bytes is there.
    ///
    /// An existing copy is read and compared; one that differs, or is a link, is replaced as a whole, so that a process
    /// that has mapped it keeps what it mapped. A folder in its place is an error.
    ///
    /// - Parameters:
    ///   - plugin: The bytes.
    ///   - digest: The digest that the copy is filed under, where it is not the bytes' own: that of a manifest with its library.
    /// - Returns: The copy's path.
    /// - Throws: ``PluginCacheError``.
    /// - Complexity: O(*bytes*).
    func store(_ plugin: PluginBytes, under digest: String? = nil) throws(PluginCacheError) -> String {
        let place = try makeFolder(digest ?? plugin.sha256)
        let path = "\(place)/\(Self.name(for: plugin))"
        let copy = try? _UnsafeFiles.read(path, limit: plugin.bytes.count, followingLinks: false)
        if copy == plugin.bytes { return path }
        do {
            try AtomicFile.write(plugin.bytes, to: path)
        } catch {
            throw .notWritable(path, reason: error.bareReason)
        }
        return path
    }

    /// What was recorded about the bytes of a digest; `nil` where nothing was, or where it is damaged or of another
    /// type.
    func verdict<Verdict: Decodable>(_ type: Verdict.Type = Verdict.self, sha256: String) -> Verdict? {
        guard SHA256.isHex(sha256),
            let bytes = try? _UnsafeFiles.read(verdictPath(sha256), limit: 1 << 20, followingLinks: false)
        else { return nil }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try? decoder.decode(type, from: bytes)
    }

    /// Records what was found out about the bytes of a digest, in place of what was recorded before.
    ///
    /// - Throws: ``PluginCacheError``.
    func record(_ verdict: some Encodable, sha256: String) throws(PluginCacheError) {
        _ = try makeFolder(sha256)
        let path = verdictPath(sha256)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        do {
            try AtomicFile.write(encoder.encode(verdict), to: path)
        } catch {
            throw .notWritable(path, reason: (error as? FileError)?.bareReason ?? String(describing: error))
        }
    }

    /// Forgets what was recorded; nothing recorded is fine.
    ///
    /// - Throws: ``PluginCacheError``.
    func forget(sha256: String) throws(PluginCacheError) {
        guard SHA256.isHex(sha256) else { throw .notADigest(sha256) }
        let path = verdictPath(sha256)
        do {
            try _UnsafeFiles.removeFolder(path)
            try _UnsafeFiles.remove(path)
        } catch {
            throw .notWritable(path, reason: error.bareReason)
        }
    }

    private func verdictPath(_ sha256: String) -> String { "\(folder)/\(sha256)/verdict.json" }

    private func makeFolder(_ sha256: String) throws(PluginCacheError) -> String {
        guard SHA256.isHex(sha256) else { throw .notADigest(sha256) }
        let place = "\(folder)/\(sha256)"
        do {
            try _UnsafeFiles.makePrivateFolder(folder)
            try _UnsafeFiles.makePrivateFolder(place)
        } catch {
            throw .notWritable(error.path, reason: error.bareReason)
        }
        return place
    }

    /// The file's own name, as far as it can be one: never that of the verdict, and short enough for a temporary name
    /// beside.
    private static func name(for plugin: PluginBytes) -> String {
        keepsName(of: plugin) ? plugin.fileName : "plugin.so"
    }

    /// Whether a copy has the name of the original.
    static func keepsName(of plugin: PluginBytes) -> Bool {
        let isKnown = plugin.fileName.hasSuffix(".plugin.yaml") || plugin.fileName.contains(".so")
        return isKnown && plugin.fileName.utf8.count <= 150
    }
}

extension FileError {
    /// The file that the error is about.
    var path: String {
        switch self {
        case .read(let path, _), .write(let path, _), .format(let path, _, _): path
        }
    }
}

/// What can go wrong with the cache of plugins.
enum PluginCacheError: GUDError, Equatable {
    /// There is no home folder to put it in.
    case noFolder
    /// A file or folder of the cache cannot be made.
    case notWritable(String, reason: String)
    /// A digest is not one; it would have become a path.
    case notADigest(String)

    /// The text of the message.
    var description: String {
        switch self {
        case .noFolder:
            "there is no folder for the plugin cache: the home folder is not known; set HOME or XDG_CACHE_HOME"
        case .notWritable(let path, let reason):
            "cannot write '\(path)' of the plugin cache: \(reason); make room or mend its rights, or set XDG_CACHE_HOME to a "
                + "folder that can be written"
        case .notADigest(let text): "'\(text.printable)' is not a SHA-256 digest of 64 lower-case hexadecimal digits"
        }
    }

    /// A matter of the system's set-up.
    var blame: Blame { .execution }
}
