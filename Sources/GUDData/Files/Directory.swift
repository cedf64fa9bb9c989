import Foundation
import GUDCore

/// What lies in a directory.
enum Directory {
    /// The names in a directory in alphabetical order, hidden ones left out.
    ///
    /// - Throws: ``FileError/read(_:reason:)`` where there is no such directory.
    static func names(in path: String) throws(FileError) -> [String] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw .read(path, reason: "No such directory")
        }
        guard isDirectory.boolValue else { throw .read(path, reason: "Not a directory") }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }.sorted()
        } catch {
            throw .read(path, reason: "Permission denied")
        }
    }

    /// Whether a path is a directory, links followed.
    static func exists(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    /// The first of several names that a directory holds, as a path.
    ///
    /// - Throws: ``FileError/read(_:reason:)``, or ``DatasetError/missingFiles(directory:wanted:remedy:)``.
    static func file(named candidates: [String], in path: String, remedy: String) throws -> String {
        let names = try names(in: path)
        guard let name = candidates.first(where: names.contains) else {
            throw DatasetError.missingFiles(directory: path, wanted: candidates.map { "'\($0)'" }, remedy: remedy)
        }
        return "\(path)/\(name)"
    }
}
