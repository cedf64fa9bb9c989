import Foundation

/// An array in NumPy's `.npy` format: GUD's exchange format for numbers.
///
/// Reads versions 1 to 3, little-endian `f4`, `f8`, `u1`, `i4`, `i8` and Booleans, in C order; writes version 1, `<f4`.
///
/// Source: NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays".
public struct NumpyArray: Sendable, Equatable {
    /// The axes, outermost first; empty for a single number.
    public let axes: [Int]
    /// The numbers in row-major order, whatever precision the file holds.
    public let values: [Double]
    /// How the file holds them.
    public let scalar: Scalar

    /// Pairs axes with as many values as they call for.
    public init(axes: [Int], values: [Double], scalar: Scalar = .double) {
        precondition(axes.reduce(1, *) == values.count, "values must fill the axes")
        self.axes = axes
        self.values = values
        self.scalar = scalar
    }

    /// The numbers in single precision.
    public var floats: [Float] { values.map(Float.init) }

    /// Reads a file.
    ///
    /// - Parameter allowsNonFinite: Whether NaN and infinity may occur.
    /// - Throws: ``FileError/read(_:reason:)``, or ``FileError/format(_:offset:reason:)`` for a wrong magic, an unsupported
    ///   type or order, a size that does not fit the axes, or a number that is not finite.
    public init(contentsOf path: String, allowsNonFinite: Bool = false) throws(FileError) {
        let bytes = try AtomicFile.read(path)
        let header = try Header(bytes, path: path)
        let held = bytes.count - header.dataOffset
        let expected = header.axes.reduce(header.scalar.size, *)
        guard held == expected else {
            throw .format(
                path, offset: bytes.count,
                reason: "holds \(held) bytes of data where shape \(header.axes) of \(header.scalar.rawValue) calls for "
                    + "\(expected); the file is \(held < expected ? "truncated" : "too long")")
        }
        axes = header.axes
        scalar = header.scalar
        values = header.scalar.numbers(in: bytes, from: header.dataOffset)
        if !allowsNonFinite, let index = values.firstIndex(where: { !$0.isFinite }) {
            throw .format(
                path, offset: header.dataOffset + index * header.scalar.size,
                reason: "value \(index) is \(values[index]); only finite numbers can be used")
        }
    }

    /// Writes single-precision numbers with their axes, atomically.
    ///
    /// - Throws: ``FileError/write(_:reason:)``.
    public static func write(_ values: [Float], axes: [Int], to path: String) throws(FileError) {
        precondition(axes.reduce(1, *) == values.count, "values must fill the axes")
        let shape = axes.count == 1 ? "(\(axes[0]),)" : "(" + axes.map(String.init).joined(separator: ", ") + ")"
        var text = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
        // The data begin at a multiple of 64 bytes; magic, version and length take 10.
        text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
        var bytes = Data(Header.magic + [1, 0, UInt8(text.utf8.count & 0xFF), UInt8(text.utf8.count >> 8)])
        bytes.append(contentsOf: text.utf8)
        values.withUnsafeBytes { bytes.append(contentsOf: $0) }
        try AtomicFile.write(bytes, to: path)
    }
}

extension NumpyArray {
    /// The scalar types that can be read.
    public enum Scalar: String, CaseIterable, Sendable {
        case float = "<f4"
        case double = "<f8"
        case byte = "|u1"
        case int = "<i4"
        case long = "<i8"
        case bool = "|b1"

        /// Bytes per number.
        public var size: Int {
            switch self {
            case .byte, .bool: 1
            case .float, .int: 4
            case .double, .long: 8
            }
        }

        fileprivate func numbers(in bytes: Data, from offset: Int) -> [Double] {
            func load<Number: BitwiseCopyable>(_: Number.Type, _ widen: (Number) -> Double) -> [Double] {
                bytes.withUnsafeBytes { buffer in
                    stride(from: offset, to: buffer.count, by: MemoryLayout<Number>.size).map {
                        widen(buffer.loadUnaligned(fromByteOffset: $0, as: Number.self))
                    }
                }
            }
            return switch self {
            case .float: load(Float.self, Double.init)
            case .double: load(Double.self) { $0 }
            case .byte, .bool: load(UInt8.self, Double.init)
            case .int: load(Int32.self, Double.init)
            case .long: load(Int64.self, Double.init)
            }
        }
    }

    /// The part of a file before its data.
    private struct Header {
        static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

        let scalar: Scalar
        let axes: [Int]
        let dataOffset: Int

        init(_ bytes: Data, path: String) throws(FileError) {
            guard bytes.count >= 12, bytes.prefix(6).elementsEqual(Self.magic) else {
                throw .format(path, offset: 0, reason: "is not a .npy file (wrong magic)")
            }
            let isLong = bytes[bytes.startIndex + 6] >= 2
            let lengthBytes = bytes.dropFirst(8).prefix(isLong ? 4 : 2)
            let length = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
            let start = 8 + lengthBytes.count
            guard bytes.count >= start + length else {
                throw .format(path, offset: bytes.count, reason: "ends inside its header; the file is truncated")
            }
            let text = String(decoding: bytes.dropFirst(start).prefix(length), as: UTF8.self)
            func field(_ key: String) -> Substring? {
                guard let range = text.range(of: "'\(key)':") else { return nil }
                return text[range.upperBound...].drop { $0 == " " }
            }
            let type = field("descr").map { $0.dropFirst().prefix { $0 != "'" } }.map(String.init) ?? "?"
            guard let scalar = Scalar(rawValue: type) else {
                throw .format(
                    path, offset: start,
                    reason: "holds numbers of type '\(type)'; supported: "
                        + Scalar.allCases.map(\.rawValue).joined(separator: ", "))
            }
            guard field("fortran_order")?.hasPrefix("False") == true else {
                throw .format(path, offset: start, reason: "is in Fortran order; save it with np.ascontiguousarray")
            }
            guard let shape = field("shape")?.dropFirst().prefix(while: { $0 != ")" }) else {
                throw .format(path, offset: start, reason: "has no shape in its header")
            }
            let parts = shape.split(separator: ",").map { Int($0.trimmingCharacters(in: .whitespaces)) }
            var axes: [Int] = []
            for part in parts {
                guard let axis = part, axis >= 0 else {
                    throw .format(path, offset: start, reason: "has a malformed shape (\(shape))")
                }
                axes.append(axis)
            }
            // Sizes come from the file: they must not overflow on their way to being compared with what it holds.
            let size = axes.reduce(into: (scalar.size, false)) { size, axis in
                let product = size.0.multipliedReportingOverflow(by: axis)
                size = (product.partialValue, size.1 || product.overflow)
            }
            guard !size.1 else {
                throw .format(path, offset: start, reason: "has a shape too large for any file (\(shape))")
            }
            self.scalar = scalar
            self.axes = axes
            dataOffset = start + length
        }
    }
}
