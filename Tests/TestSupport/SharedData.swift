import Foundation

/// The optional folder of reference vectors and data sets, named by `GUD_SHARED`; tests that need it skip without it.
public enum SharedData {
    /// The folder, or `nil` where it is not there.
    public static let root: URL? = {
        guard let path = ProcessInfo.processInfo.environment["GUD_SHARED"], !path.isEmpty else { return nil }
        let url = URL(fileURLWithPath: path, isDirectory: true)
        return FileManager.default.fileExists(atPath: url.path) ? url : nil
    }()

    /// Whether the folder is there.
    public static var isAvailable: Bool { root != nil }

    /// A file in the folder, or `nil` where there is none.
    public static func file(_ path: String) -> URL? {
        guard let url = root?.appendingPathComponent(path), FileManager.default.fileExists(atPath: url.path) else {
            return nil
        }
        return url
    }
}
