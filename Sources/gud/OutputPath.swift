import ArgumentParser
import Foundation

/// Where results are to be written: looked at before the work begins, not after.
enum OutputPath {
    /// Checks that a file can be made at each path, and that no two are the same.
    ///
    /// - Parameter paths: Options with the paths that they were given, `nil` where they were not.
    /// - Throws: `ValidationError` that names the option and the path.
    static func validate(_ paths: [(option: String, path: String?)]) throws {
        var taken: [String: String] = [:]
        for case (let option, let path?) in paths {
            let file = URL(fileURLWithPath: path).standardizedFileURL.path
            let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
            if let other = taken[file] { throw ValidationError("\(option) \(path): \(other) names the same file") }
            taken[file] = option
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
                throw ValidationError("\(option) \(path): there is no folder '\(folder)'; make it, or name another")
            }
            guard access(folder, W_OK) == 0 else {
                throw ValidationError("\(option) \(path): files cannot be written to '\(folder)'")
            }
            if FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), isFolder.boolValue {
                throw ValidationError("\(option) \(path): is a folder; name a file")
            }
        }
    }
}
