import Foundation
import GUDCore

extension ImageFolder {
    /// The images of a folder and their labels.
    struct Listing {
        /// The images' paths, class by class, in alphabetical order.
        let paths: [String]
        /// The class of each image; all 0 where there are no classes.
        let labels: [Int]
        /// The sub-directories that hold images, in alphabetical order; empty where the images lie in the folder itself.
        let classes: [String]

        /// Lists a folder: the images in it, or one level below.
        ///
        /// - Throws: ``FileError/read(_:reason:)`` for a missing folder; ``DatasetError`` for one without images, or with images
        ///   on both levels.
        init(_ path: String) throws {
            let names = try Directory.names(in: path)
            let loose = names.filter(Self.isImage).map { "\(path)/\($0)" }
            let groups = try names.map { "\(path)/\($0)" }.filter(Directory.exists).map { directory in
                try Directory.names(in: directory).filter(Self.isImage).map { "\(directory)/\($0)" }
            }.filter { !$0.isEmpty }
            if let image = loose.first, let labelled = groups.first?.first {
                throw DatasetError.mixedLayout(
                    image: image, directory: (labelled as NSString).deletingLastPathComponent)
            }
            paths = loose + groups.joined()
            guard !paths.isEmpty else {
                throw DatasetError.missingFiles(
                    directory: path, wanted: ["PNG or JPEG images"],
                    remedy: "put them there, or into sub-directories by class")
            }
            labels = loose.map { _ in 0 } + groups.enumerated().flatMap { index, group in group.map { _ in index } }
            classes = groups.compactMap { $0.first }.map {
                (($0 as NSString).deletingLastPathComponent as NSString).lastPathComponent
            }
        }

        private static func isImage(_ name: String) -> Bool {
            ["png", "jpg", "jpeg"].contains((name as NSString).pathExtension.lowercased())
        }
    }
}
