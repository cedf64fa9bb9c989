import Foundation

/// A directory that is removed with its last user.
public final class TemporaryDirectory: Sendable {
    /// The directory.
    public let path: String

    /// Makes a directory of a fresh name.
    public init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("gud-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in it.
    public func file(_ name: String) -> String { "\(path)/\(name)" }
}
