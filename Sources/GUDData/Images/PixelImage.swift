import GUDCore

/// An image of bytes: grey or red, green, blue, row-major with its channels last.
public struct PixelImage: Sendable, Equatable {
    /// Rows.
    public let height: Int
    /// Columns.
    public let width: Int
    /// 1 for grey, 3 for colour.
    public let channels: Int
    /// Row-major `[height, width, channels]`.
    public private(set) var bytes: [UInt8]

    /// Pairs axes with as many bytes as they call for; the channels are 1 or 3.
    public init(height: Int, width: Int, channels: Int, bytes: [UInt8]) {
        precondition(channels == 1 || channels == 3, "grey or colour")
        precondition(bytes.count == height * width * channels, "bytes must fill the image")
        self.height = height
        self.width = width
        self.channels = channels
        self.bytes = bytes
    }

    /// An image of one value.
    public init(height: Int, width: Int, channels: Int, filled byte: UInt8) {
        self.init(
            height: height, width: width, channels: channels,
            bytes: [UInt8](repeating: byte, count: height * width * channels))
    }

    /// The axes as a sample's shape.
    public var shape: SampleShape { .image(height: height, width: width, channels: channels) }

    /// More pixels than any sensible image has: a header that claims more is damaged or hostile.
    static let maximumPixels = 1 << 28

    /// The luma `0.299 R + 0.587 G + 0.114 B`, rounded to nearest; grey images stay as they are.
    ///
    /// Source: Recommendation ITU-R BT.601.
    public func grey() -> PixelImage {
        guard channels == 3 else { return self }
        let grey = (0..<height * width).map { pixel in
            // 16-bit fixed point; the weights sum to 65,536, so that white stays white.
            let (r, g, b) = (Int(bytes[3 * pixel]), Int(bytes[3 * pixel + 1]), Int(bytes[3 * pixel + 2]))
            return UInt8((19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16)
        }
        return PixelImage(height: height, width: width, channels: 1, bytes: grey)
    }

    /// The image with three equal channels where it is grey; colour images stay as they are.
    public func colour() -> PixelImage {
        guard channels == 1 else { return self }
        return PixelImage(
            height: height, width: width, channels: 3, bytes: bytes.flatMap { repeatElement($0, count: 3) })
    }

    /// The bytes as numbers, 0 as −1 and 255 as 1, row-major with channels last.
    ///
    /// - Parameter channels: 1 or 3: colours are turned to grey, or grey repeated.
    public func samples(channels: Int) -> [Float] {
        let bytes = (channels == 1 ? grey() : colour()).bytes
        return ByteScale.bytes.values(of: bytes[...])
    }

    /// Copies another image of the same channels into this one, its top left corner at the given row and column.
    mutating func paste(_ other: PixelImage, row: Int, column: Int) {
        precondition(other.channels == channels && row + other.height <= height && column + other.width <= width)
        let length = other.width * channels
        for line in 0..<other.height {
            let start = ((row + line) * width + column) * channels
            bytes.replaceSubrange(start..<start + length, with: other.bytes[line * length..<(line + 1) * length])
        }
    }
}
