import ArgumentParser
import Foundation
import GUDCore
import GUDData

/// Samples as a file: a grid of pictures, or numbers.
enum SampleFile {
    /// Checks the name of a file.
    static func validate(_ path: String) throws {
        guard ["png", "npy"].contains(URL(fileURLWithPath: path).pathExtension.lowercased()) else {
            throw ValidationError("-o \(path): the file must end in .png or .npy")
        }
    }

    /// Checks that samples of a shape can be written to a file, before they are drawn.
    ///
    /// - Throws: As ``write(_:after:shape:to:)`` for shapes that are no pictures.
    static func check(_ shape: SampleShape, for path: String) throws {
        guard isPicture(path) else { return }
        _ = try ImageGrid().compose([Float](repeating: 0, count: shape.dimension), shape: shape)
    }

    /// Writes samples.
    ///
    /// - Parameter shown: What a grid begins with; numbers are of the samples alone.
    static func write(_ samples: [Float], after shown: [Float] = [], shape: SampleShape, to path: String) throws {
        if isPicture(path) {
            // One picture per column, where there are several.
            let columns = shown.count > shape.dimension ? shown.count / shape.dimension : nil
            try PNGFile.write(ImageGrid(columns: columns).compose(shown + samples, shape: shape), to: path)
        } else {
            try NumpyArray.write(samples, axes: [samples.count / shape.dimension] + shape.axes, to: path)
        }
    }

    private static func isPicture(_ path: String) -> Bool {
        URL(fileURLWithPath: path).pathExtension.lowercased() == "png"
    }
}
