import GUDCore
import GUDData

/// Pictures and masks that people bring: PNG or JPEG images, or `.npy` numbers.
public enum PictureFile {
    /// Samples in data units, row-major `[count, D]`: one from an image, where black is −1 and white 1; from an array those that it holds.
    ///
    /// An image's channels are turned to those of the samples.
    ///
    /// - Parameter shape: What each sample must be.
    /// - Throws: ``FileError`` where the file cannot be read, ``PictureError`` where it is of another shape.
    public static func samples(_ path: String, shape: SampleShape) throws -> [Float] {
        guard path.lowercased().hasSuffix(".npy") else { return try image(path, shape: shape, background: 255) }
        let array = try NumpyArray(contentsOf: path)
        // One channel need not be an axis.
        let known = shape.axes.last == 1 ? [shape.axes, Array(shape.axes.dropLast())] : [shape.axes]
        let fits = known.contains { array.axes == $0 || Array(array.axes.dropFirst()) == $0 && array.axes.count > 1 }
        guard fits, !array.values.isEmpty else { throw PictureError.axes(path, array.axes, expected: shape) }
        return array.floats
    }

    /// One sample from a PNG or JPEG image, transparent parts over a grey.
    private static func image(_ path: String, shape: SampleShape, background: UInt8) throws -> [Float] {
        let image = try ImageFile.read(path, background: background)
        guard case .image(let height, let width, let channels) = shape, channels == 1 || channels == 3 else {
            throw PictureError.notAnImage(path, shape)
        }
        guard image.height == height, image.width == width else {
            throw PictureError.axes(path, [image.height, image.width], expected: shape)
        }
        return image.samples(channels: channels)
    }

    /// A mask, one flag per scalar of a sample: set where a picture is brighter than half, or an array is not 0.
    ///
    /// What was erased from a picture counts as black. A mask of one channel holds for all channels.
    ///
    /// - Throws: As ``samples(_:shape:)``.
    public static func mask(_ path: String, shape: SampleShape) throws -> [Bool] {
        if path.lowercased().hasSuffix(".npy") {
            let array = try NumpyArray(contentsOf: path)
            if array.axes == shape.axes { return array.values.map { $0 != 0 } }
            guard case .image(let height, let width, let channels) = shape,
                array.axes == [height, width] || array.axes == [height, width, 1]
            else { throw PictureError.axes(path, array.axes, expected: shape) }
            return array.values.flatMap { repeatElement($0 != 0, count: channels) }
        }
        return try image(path, shape: shape, background: 0).map { $0 > 0 }
    }
}

/// Why a picture cannot be used.
public enum PictureError: GUDError, Equatable {
    /// It has another size than the samples.
    case axes(String, [Int], expected: SampleShape)
    /// The samples are vectors.
    case notAnImage(String, SampleShape)

    /// The text of the message.
    public var description: String {
        switch self {
        case .axes(let path, let axes, let shape):
            "\(path): holds \(axes.map(String.init).joined(separator: "×")) where samples are \(shape); bring it to that size"
        case .notAnImage(let path, let shape): "\(path): is a picture, but the samples are \(shape); give an .npy file"
        }
    }

    /// The request's mistake.
    public var blame: Blame { .request }
}
