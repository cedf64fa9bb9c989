import Foundation
import GUDCore
import GUDDigest

/// The bytes of one file, read once: the digest, the preflight and the cached copy are all of these very bytes.
struct PluginBytes: Sendable {
    /// No plugin is larger than this.
    static let largestSize = 1 << 30

    /// Where the file is, links resolved.
    let path: String
    /// What it held.
    let bytes: Data
    /// Their SHA-256, in hexadecimal digits.
    let sha256: String

    /// The file's name without its folder.
    var fileName: String { (path as NSString).lastPathComponent }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: Links in it are followed, and resolved in ``path``.
    ///   - limit: The largest size that is accepted.
    /// - Throws: ``FileError/read(_:reason:)`` for what is missing, unreadable, too large or not a regular file;
    ///   ``SHA256Error``.
    init(contentsOf path: String, limit: Int = PluginBytes.largestSize) throws {
        self.path = try _UnsafeFiles.realPath(path)
        bytes = try _UnsafeFiles.read(self.path, limit: limit)
        sha256 = try SHA256.hex(of: bytes)
    }
}
