import Foundation

/// The files of one module that travel with the program.
///
/// The package manager puts them into a folder beside the executable, and its `Bundle.module` ends the process where that
/// folder is missing. This looks in the same place, and beside an installed program, and throws.
///
///     let path = try ResourceFolder(ofTarget: "GUDData").path(of: "digits/images.npy")
public struct ResourceFolder: Sendable {
    /// The name that the package manager gives to the folder: package, underscore, target.
    public let name: String
    /// The folders in which it is looked for, first to last.
    public let places: [String]

    /// The folder of a target of this package.
    ///
    /// - Parameters:
    ///   - target: The name of the target in the package's manifest.
    ///   - places: Where to look; by default beside the executable, then in `share/gud` of the prefix that it is
    ///     installed under.
    public init(ofTarget target: String, in places: [String] = ResourceFolder.standardPlaces) {
        name = "gud_\(target).resources"
        self.places = places
    }

    /// The path of a file in the first place that holds it.
    ///
    /// - Parameter file: The file's path in the folder.
    /// - Throws: ``ResourceError/missing(_:folder:searched:)``.
    public func path(of file: String) throws(ResourceError) -> String {
        for place in places {
            let path = "\(place)/\(name)/\(file)"
            if FileManager.default.fileExists(atPath: path) { return path }
        }
        throw .missing(file, folder: name, searched: places)
    }

    /// Beside the executable (links followed), and in `share/gud` of the prefix that it is installed under.
    public static var standardPlaces: [String] {
        let linked = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments.first ?? ".")
        let directory = linked.resolvingSymlinksInPath().deletingLastPathComponent()
        return [directory.path, directory.deletingLastPathComponent().appendingPathComponent("share/gud").path]
    }
}

/// What can go wrong with GUD's own files.
public enum ResourceError: GUDError, Equatable {
    /// A file that belongs to GUD itself is not where the program can find it.
    case missing(String, folder: String, searched: [String])

    /// The text of the message.
    public var description: String {
        switch self {
        case .missing(let name, let folder, let searched):
            "GUD's own file '\(name)' is missing; looked in \(searched.map { "'\($0)'" }.joined(separator: ", ")); keep the "
                + "folder '\(folder)' beside the program"
        }
    }

    /// A broken installation, not a mistaken request.
    public var blame: Blame { .execution }
}
