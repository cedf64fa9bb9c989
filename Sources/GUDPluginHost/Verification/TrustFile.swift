import Foundation
import GUDCore
import GUDDigest

/// The plugins that a person has vouched for, by the SHA-256 of their files: `gud.lock`.
///
/// A pin says that the file is the one that was looked at. It is no sandbox: a plugin that may be loaded in this
/// process can do whatever this process can.
public struct TrustFile: Sendable, Equatable {
    /// What happens to plugins that nobody has vouched for.
    public enum UnpinnedPolicy: String, Sendable, CaseIterable {
        /// They are loaded like any other.
        case allow
        /// They are loaded in a process of their own.
        case isolate
        /// They are not loaded.
        case refuse
    }

    /// What was vouched for.
    public struct Pin: Sendable, Equatable {
        /// The digest of the file's bytes, 64 lower-case hexadecimal digits.
        public var sha256: String
        /// The plugin's version at that time.
        public var version: String?
        /// Whether it must run in a process of its own all the same.
        public var isolated: Bool
        /// Where the file was.
        public var path: String?
        /// When it was vouched for.
        public var date: Date?

        /// Describes what is vouched for.
        public init(
            sha256: String, version: String? = nil, isolated: Bool = false, path: String? = nil, date: Date? = nil
        ) {
            self.sha256 = sha256
            self.version = version
            self.isolated = isolated
            self.path = path
            self.date = date
        }
    }

    /// The file's format that this version reads and writes.
    public static let format = 1

    /// Where the file is, or will be.
    public let path: String
    /// What happens to plugins without a pin.
    public private(set) var unpinned: UnpinnedPolicy
    /// What was vouched for, by plugin id.
    public private(set) var pins: [String: Pin]

    /// A file that says nothing yet.
    public init(path: String, unpinned: UnpinnedPolicy = .allow, pins: [String: Pin] = [:]) {
        self.path = path
        self.unpinned = unpinned
        self.pins = pins
    }

    /// Vouches for a file, in place of what was vouched for under the same id.
    ///
    /// - Throws: ``TrustFileError/invalid(_:key:reason:)`` for an id or a digest that cannot be one.
    public mutating func pin(id: String, _ pin: Pin) throws(TrustFileError) {
        try Self.check(id: id, pin, path)
        // The file holds whole seconds; what is in memory shall be what is read back.
        var pin = pin
        pin.date = pin.date.map { Date(timeIntervalSince1970: $0.timeIntervalSince1970.rounded(.down)) }
        pins[id] = pin
    }

    /// Takes a pin back.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    public mutating func unpin(id: String) -> Bool { pins.removeValue(forKey: id) != nil }

    /// Says what happens to plugins without a pin.
    public mutating func setUnpinnedPolicy(_ policy: UnpinnedPolicy) { unpinned = policy }

    static func check(id: String, _ pin: Pin, _ path: String) throws(TrustFileError) {
        guard !id.isEmpty, id.printable == id else {
            throw .invalid(path, key: "plugins", reason: "'\(id.printable)' cannot be a plugin's id")
        }
        guard SHA256.isHex(pin.sha256) else {
            throw .invalid(
                path, key: "plugins.\(id).sha256",
                reason: "'\(pin.sha256.printable)' is not a digest of 64 lower-case hexadecimal digits")
        }
    }
}

/// What can be wrong with `gud.lock`; whatever it is, the file is never taken for an empty one.
public enum TrustFileError: GUDError, Equatable {
    /// There is no folder to look for it in.
    case noFolder
    /// It is there and cannot be read.
    case notReadable(String, reason: String)
    /// It cannot be written.
    case notWritable(String, reason: String)
    /// It is not JSON.
    case damaged(String, reason: String)
    /// A later version of GUD wrote it.
    case newerFormat(String, Int, known: Int)
    /// An entry is not what it should be.
    case invalid(String, key: String, reason: String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .noFolder:
            "there is no folder for gud.lock: the home folder is not known; set HOME, XDG_CONFIG_HOME or GUD_LOCK"
        case .notReadable(let path, let reason): "cannot read the trust file '\(path)': \(reason)"
        case .notWritable(let path, let reason):
            "cannot write the trust file '\(path)': \(reason); mend its rights, or let GUD_LOCK name another file"
        case .damaged(let path, let reason):
            "the trust file '\(path)' is damaged: \(reason); restore it, or remove it and trust the plugins again"
        case .newerFormat(let path, let format, let known):
            "the trust file '\(path)' has format \(format), this version of GUD knows format \(known); update GUD, or let "
                + "GUD_LOCK name another file"
        case .invalid(let path, let key, let reason):
            "the trust file '\(path)', \(key): \(reason); mend the entry, or remove the file and trust the plugins again"
        }
    }

    /// Found while a fine request is carried out.
    public var blame: Blame { .execution }
}
