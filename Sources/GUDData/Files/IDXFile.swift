import GUDCore

/// A file in the IDX format of MNIST: an array of bytes with its axes, gzip-compressed or not.
///
///     0x00 0x00 0x08 n        magic: two zeros, the type (8: unsigned bytes), the number of axes
///     n × UInt32, big-endian  axes, outermost first
///     bytes                   row-major
///
/// Source: Y. LeCun, C. Cortes & C. Burges, "The MNIST database of handwritten digits".
struct IDXFile {
    /// Where it came from.
    let path: String
    /// The axes, outermost first.
    let axes: [Int]
    /// The header and the array.
    private let bytes: [UInt8]

    /// Reads and checks a file.
    ///
    /// - Parameter axisCount: How many axes there must be: 3 for images, 1 for labels.
    /// - Throws: ``FileError``; offsets count in the decompressed contents.
    init(contentsOf path: String, axisCount: Int) throws(FileError) {
        let bytes = try CompressedFile.read(path)
        let magic = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        let wanted = 0x0800 + axisCount
        guard bytes.count >= 4, magic == wanted else {
            throw .format(
                path, offset: 0,
                reason: "the magic number is \(Self.hexadecimal(magic)) where IDX bytes with \(axisCount) "
                    + "\(axisCount == 1 ? "axis" : "axes") begin with \(Self.hexadecimal(wanted)); give "
                    + (axisCount == 1 ? "a file of labels" : "a file of images"))
        }
        let header = 4 + 4 * axisCount
        guard bytes.count >= header else {
            throw .format(path, offset: bytes.count, reason: "ends inside its header; the file is truncated")
        }
        axes = (0..<axisCount).map { axis in
            bytes[(4 + 4 * axis)..<(8 + 4 * axis)].reduce(0) { $0 << 8 | Int($1) }
        }
        let held = bytes.count - header
        // Three axes of 32 bits may overflow; no file is that long.
        let expected = axes.reduce(1) { product, axis in
            let (wider, overflow) = product.multipliedReportingOverflow(by: axis)
            return overflow ? Int.max : wider
        }
        guard held == expected else {
            throw .format(
                path, offset: bytes.count,
                reason:
                    "holds \(held) bytes where \(axes.map(String.init).joined(separator: "×")) calls for \(expected); "
                    + "the file is \(held < expected ? "truncated" : "too long")")
        }
        self.path = path
        self.bytes = bytes
    }

    /// The number of entries along the first axis.
    var count: Int { axes[0] }
    /// The offset of the array in the decompressed contents.
    var dataOffset: Int { 4 + 4 * axes.count }

    /// The bytes of the first entries; of all where there are fewer.
    func entries(_ maximum: Int) -> ArraySlice<UInt8> {
        bytes[dataOffset...].prefix(min(maximum, count) * axes.dropFirst().reduce(1, *))
    }

    /// One byte, by its offset in the decompressed contents.
    func byte(at offset: Int) -> UInt8 { bytes[offset] }

    private static func hexadecimal(_ magic: Int) -> String {
        let digits = String(magic, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}
