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

    static func write(_ samples: [Float], shape: SampleShape, to path: String) throws {
        if URL(fileURLWithPath: path).pathExtension.lowercased() == "png" {
            try PNGFile.write(ImageGrid().compose(samples, shape: shape), to: path)
        } else {
            try NumpyArray.write(samples, axes: [samples.count / shape.dimension] + shape.axes, to: path)
        }
    }
}
