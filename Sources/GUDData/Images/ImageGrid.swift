import GUDCore

/// Lays samples out as one picture.
///
///     let picture = try ImageGrid().compose(samples, shape: dataset.shape)
///     try PNGFile.write(picture, to: "samples.png")
public struct ImageGrid: Sendable {
    /// Images per row; `nil` for a grid as near to a square as it gets.
    public var columns: Int?
    /// The edge of a sample's pixel in the picture; `nil` for the largest that keeps an image within 64 pixels.
    public var scale: Int?
    /// The margin around every image, in pixels of the picture.
    public var padding: Int
    /// The distance between two panels, in pixels of the picture, besides their margins.
    public var gap: Int
    /// What shows between the images.
    public var background: UInt8

    /// A layout; columns and scale follow from the samples by default.
    public init(columns: Int? = nil, scale: Int? = nil, padding: Int = 2, gap: Int = 16, background: UInt8 = 255) {
        precondition((columns ?? 1) > 0 && (scale ?? 1) > 0 && padding >= 0 && gap >= 0, "a layout has positive sizes")
        self.columns = columns
        self.scale = scale
        self.padding = padding
        self.gap = gap
        self.background = background
    }

    /// One panel.
    ///
    /// Values are clamped to [-1, 1]; −1 is black and 1 white.
    ///
    /// - Parameters:
    ///   - samples: Row-major `[count, D]`, at least one row.
    ///   - shape: An image of 1 or 3 channels.
    /// - Throws: ``ImageGridError``.
    public func compose(_ samples: [Float], shape: SampleShape) throws(ImageGridError) -> PixelImage {
        guard case .image(let height, let width, let channels) = shape, channels == 1 || channels == 3 else {
            throw .notAnImage(shape)
        }
        guard !samples.isEmpty, samples.count.isMultiple(of: shape.dimension) else {
            throw .partialSample(count: samples.count, shape)
        }
        if let index = samples.firstNonFinite {
            throw .notFinite(sample: index / shape.dimension, samples[index])
        }
        let count = samples.count / shape.dimension
        let columns = min(count, columns ?? Int(Double(count).squareRoot().rounded(.up)))
        let scale = scale ?? max(1, 64 / max(height, width))
        let rows = (count + columns - 1) / columns
        let (cellHeight, cellWidth) = (height * scale + padding, width * scale + padding)
        var picture = PixelImage(
            height: rows * cellHeight + padding, width: columns * cellWidth + padding, channels: channels,
            filled: background)
        for index in 0..<count {
            let values = samples[index * shape.dimension..<(index + 1) * shape.dimension]
            let image = PixelImage(
                height: height, width: width, channels: channels, bytes: values.map(Self.byte))
            picture.paste(
                image.enlarged(scale), row: index / columns * cellHeight + padding,
                column: index % columns * cellWidth + padding)
        }
        return picture
    }

    /// Two panels side by side, for example real and generated.
    ///
    /// - Throws: ``ImageGridError``.
    public func compose(
        _ left: [Float], beside right: [Float], shape: SampleShape
    ) throws(ImageGridError) -> PixelImage {
        let (left, right) = (try compose(left, shape: shape), try compose(right, shape: shape))
        var picture = PixelImage(
            height: max(left.height, right.height), width: left.width + gap + right.width, channels: left.channels,
            filled: background)
        picture.paste(left, row: 0, column: 0)
        picture.paste(right, row: 0, column: left.width + gap)
        return picture
    }

    /// The byte nearest to a value of [-1, 1]: the inverse of how bytes are read.
    static func byte(_ value: Float) -> UInt8 {
        UInt8((min(max(value, -1), 1) * 127.5 + 127.5).rounded())
    }
}

/// Why samples cannot be shown.
public enum ImageGridError: GUDError, Equatable {
    /// The samples are vectors, or have another number of channels than 1 or 3.
    case notAnImage(SampleShape)
    /// There are no samples, or the last is incomplete.
    case partialSample(count: Int, SampleShape)
    /// A value is NaN or infinite.
    case notFinite(sample: Int, Float)

    /// The text of the message.
    public var description: String {
        switch self {
        case .notAnImage(let shape):
            "samples of shape \(shape) cannot be shown as images; give height×width×1 or height×width×3"
        case .partialSample(let count, let shape):
            "\(count) values are not one or more whole images of \(shape); pass whole rows of \(shape.dimension)"
        case .notFinite(let sample, let value):
            "sample \(sample) holds \(value) and cannot be shown; only finite numbers can be"
        }
    }

    /// A shape is the request's mistake; the rest happens while carrying it out.
    public var blame: Blame {
        switch self {
        case .notAnImage: .request
        default: .execution
        }
    }
}

extension PixelImage {
    /// Every pixel as a square of the given edge.
    func enlarged(_ scale: Int) -> PixelImage {
        guard scale > 1 else { return self }
        var enlarged: [UInt8] = []
        enlarged.reserveCapacity(bytes.count * scale * scale)
        for row in 0..<height {
            let start = enlarged.count
            for column in 0..<width {
                let pixel = (row * width + column) * channels
                for _ in 0..<scale { enlarged += bytes[pixel..<pixel + channels] }
            }
            let line = enlarged[start...]
            for _ in 1..<scale { enlarged += line }
        }
        return PixelImage(height: height * scale, width: width * scale, channels: channels, bytes: enlarged)
    }
}
