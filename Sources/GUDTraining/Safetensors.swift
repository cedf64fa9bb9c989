import Foundation
import GUDCore

/// Arrays and metadata in the safetensors format: eight bytes of header length, a JSON header, then the numbers.
///
/// Reads and writes `F32`, `F64` and `I64`. Names are written in alphabetical order and the data begin at a multiple of eight
/// bytes, so that equal contents give equal files.
///
/// Source: the safetensors specification, version 1 (huggingface/safetensors, README); tested against its Python package.
public struct Safetensors: Sendable {
    /// The arrays by name.
    public var arrays: StateArrays
    /// Texts by key.
    public var metadata: [String: String]

    /// Pairs arrays with metadata.
    public init(arrays: StateArrays, metadata: [String: String]) {
        self.arrays = arrays
        self.metadata = metadata
    }

    /// Writes the file, atomically.
    ///
    /// - Throws: ``FileError/write(_:reason:)``.
    public func write(to path: String) throws(FileError) {
        try AtomicFile.write(encoded(), to: path)
    }

    /// Reads a file and checks everything that its header says.
    ///
    /// - Throws: ``FileError/read(_:reason:)``, or ``FileError/format(_:offset:reason:)`` naming the offset.
    public init(contentsOf path: String) throws(FileError) {
        let bytes = try AtomicFile.read(path)
        guard bytes.count >= 8 else {
            throw .format(path, offset: bytes.count, reason: "is too short for a safetensors file; it is truncated")
        }
        let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard length <= UInt64(bytes.count - 8) else {
            throw .format(
                path, offset: 0,
                reason: "announces a header of \(length) bytes, but the file holds \(bytes.count - 8) more; it is "
                    + "truncated or not a safetensors file")
        }
        let dataStart = 8 + Int(length)
        let header: [String: Any]
        do {
            header =
                try JSONSerialization.jsonObject(with: bytes.subdata(in: 8..<dataStart)) as? [String: Any] ?? [:]
        } catch {
            throw .format(path, offset: 8, reason: "has a header that is not JSON")
        }
        metadata = header["__metadata__"] as? [String: String] ?? [:]
        arrays = StateArrays()
        for (name, value) in header where name != "__metadata__" {
            let layout = try Layout(value, name: name, path: path, available: bytes.count - dataStart)
            arrays[name] = layout.entry(in: bytes, from: dataStart)
        }
    }

    private func encoded() -> Data {
        var header: [String: Any] = ["__metadata__": metadata]
        var body = Data()
        for (name, entry) in arrays.entries.sorted(by: { $0.key < $1.key }) {
            let start = body.count
            let type: ScalarType
            switch entry.values {
            case .float(let values):
                type = .float
                values.withUnsafeBytes { body.append(contentsOf: $0) }
            case .double(let values):
                type = .double
                values.withUnsafeBytes { body.append(contentsOf: $0) }
            case .integer(let values):
                type = .integer
                values.withUnsafeBytes { body.append(contentsOf: $0) }
            }
            header[name] = [
                "dtype": type.rawValue, "shape": entry.axes, "data_offsets": [start, body.count],
            ]
        }
        // Texts, numbers and lists always serialise; an empty header could only mean a bug above.
        var json = (try? JSONSerialization.data(withJSONObject: header, options: [.sortedKeys])) ?? Data("{}".utf8)
        json.append(contentsOf: [UInt8](repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
        var bytes = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) }
        bytes.append(json)
        bytes.append(body)
        return bytes
    }
}

extension Safetensors {
    private enum ScalarType: String {
        case float = "F32"
        case double = "F64"
        case integer = "I64"

        var size: Int { self == .float ? 4 : 8 }
    }

    /// What the header says of one array.
    private struct Layout {
        let type: ScalarType
        let axes: [Int]
        let start: Int

        init(_ value: Any, name: String, path: String, available: Int) throws(FileError) {
            guard let fields = value as? [String: Any], let word = fields["dtype"] as? String,
                let axes = fields["shape"] as? [Int], let offsets = fields["data_offsets"] as? [Int],
                offsets.count == 2, axes.allSatisfy({ $0 >= 0 })
            else { throw .format(path, offset: 8, reason: "says nothing usable of the array '\(name)' in its header") }
            guard let type = ScalarType(rawValue: word) else {
                throw .format(
                    path, offset: 8, reason: "holds '\(name)' as '\(word)'; GUD reads F32, F64 and I64")
            }
            var bytes = type.size
            for axis in axes {
                let (product, overflow) = bytes.multipliedReportingOverflow(by: axis)
                guard !overflow else {
                    throw .format(path, offset: 8, reason: "gives '\(name)' the impossible shape \(axes)")
                }
                bytes = product
            }
            guard offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= available, offsets[1] - offsets[0] == bytes
            else {
                throw .format(
                    path, offset: 8,
                    reason: "places '\(name)' of shape \(axes) at bytes \(offsets[0])..<\(offsets[1]) of \(available); "
                        + "the file is truncated or damaged")
            }
            self.type = type
            self.axes = axes
            start = offsets[0]
        }

        func entry(in bytes: Data, from dataStart: Int) -> StateArrays.Entry {
            let count = axes.reduce(1, *)
            func load<Number: BitwiseCopyable>(_: Number.Type) -> [Number] {
                bytes.withUnsafeBytes { buffer in
                    (0..<count).map {
                        buffer.loadUnaligned(
                            fromByteOffset: dataStart + start + $0 * MemoryLayout<Number>.size, as: Number.self)
                    }
                }
            }
            let values: StateArrays.Values =
                switch type {
                case .float: .float(load(Float.self))
                case .double: .double(load(Double.self))
                case .integer: .integer(load(Int64.self))
                }
            return StateArrays.Entry(axes: axes, values: values)
        }
    }
}
