import Foundation
import Synchronization

/// Where the compiled plugins and the homes of hosts lie until the tests end.
///
/// A home outlives its host, since registries and isolated plugins go on using it.
enum FixtureFolder {
    /// The folder.
    static let path: String = {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("gud-faults-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(atPath: FixtureFolder.path) }
        return url.path
    }()

    private static let count = Mutex(0)

    /// A new folder in it.
    static func new() throws -> String {
        let number = count.withLock { count in
            count += 1
            return count
        }
        try FileManager.default.createDirectory(atPath: "\(path)/\(number)", withIntermediateDirectories: true)
        return "\(path)/\(number)"
    }
}
