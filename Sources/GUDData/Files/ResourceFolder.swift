import Foundation
import GUDCore

/// The files that travel with the program.
///
/// The package manager puts them into a folder beside the executable, and its `Bundle.module` ends the process where that
/// folder is missing. This looks in the same place, and beside an installed program, and throws.
enum ResourceFolder {
    /// The name that the package manager gives to the folder: package, underscore, target.
    static let name = "gud_GUDData.resources"

    /// The path of a file in the folder.
    ///
    /// - Throws: ``DatasetError/missingResource(_:searched:)``.
    static func path(of file: String) throws(DatasetError) -> String {
        try path(of: file, in: places)
    }

    /// The path of a file in the first of several folders that holds it.
    static func path(of file: String, in places: [String]) throws(DatasetError) -> String {
        for place in places {
            let path = "\(place)/\(name)/\(file)"
            if FileManager.default.fileExists(atPath: path) { return path }
        }
        throw .missingResource(file, searched: places)
    }

    /// Beside the executable (links followed), and in `share/gud` of the prefix that it is installed under.
    private static var places: [String] {
        let linked = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments.first ?? ".")
        let directory = linked.resolvingSymlinksInPath().deletingLastPathComponent()
        return [directory.path, directory.deletingLastPathComponent().appendingPathComponent("share/gud").path]
    }
}
