import CGUDPlugin
import GUDCore

/// Kept arrays in the form that crosses the interface.
///
/// Invariant: every pointer in ``arrays`` points into memory that this object owns, and is valid as long as it lives.
public final class ExportedArrays: @unchecked Sendable {
    /// The arrays, valid as long as this object.
    public let arrays: UnsafeBufferPointer<gud_array>
    private let storage: UnsafeMutableBufferPointer<gud_array>
    private var owned: [UnsafeMutableRawPointer] = []

    /// Copies arrays into memory of their own, in the order of their names.
    ///
    /// - Throws: ``StateError`` where one has more than four axes.
    public init(_ state: StateArrays) throws(StateError) {
        storage = .allocate(capacity: state.entries.count)
        storage.initialize(repeating: gud_array())
        arrays = UnsafeBufferPointer(storage)
        for (index, (name, entry)) in state.entries.sorted(by: { $0.key < $1.key }).enumerated() {
            guard entry.axes.count <= 4 else { throw .rank(name, entry.axes.count) }
            storage[index].name = UnsafePointer(copy(Array(name.utf8CString)))
            storage[index].rank = UInt32(entry.axes.count)
            withUnsafeMutableBytes(of: &storage[index].axes) { bytes in
                let places = bytes.bindMemory(to: UInt64.self)
                for (place, axis) in entry.axes.enumerated() { places[place] = UInt64(axis) }
            }
            switch entry.values {
            case .float(let values):
                storage[index].type = UInt32(GUD_ARRAY_FLOAT)
                storage[index].data = UnsafeRawPointer(copy(values))
            case .double(let values):
                storage[index].type = UInt32(GUD_ARRAY_DOUBLE)
                storage[index].data = UnsafeRawPointer(copy(values))
            case .integer(let values):
                storage[index].type = UInt32(GUD_ARRAY_INT64)
                storage[index].data = UnsafeRawPointer(copy(values))
            }
        }
    }

    private func copy<Scalar: BitwiseCopyable>(_ values: [Scalar]) -> UnsafeMutablePointer<Scalar> {
        let memory = UnsafeMutablePointer<Scalar>.allocate(capacity: max(values.count, 1))
        memory.initialize(from: values, count: values.count)
        owned.append(UnsafeMutableRawPointer(memory))
        return memory
    }

    deinit {
        for memory in owned { memory.deallocate() }
        storage.deallocate()
    }
}

extension StateArrays {
    /// No object keeps more arrays than this.
    private static let most = 1 << 16

    /// Copies arrays of the other side.
    ///
    /// - Throws: ``StateError`` where one of them is not what it should be.
    public init(_ arrays: UnsafePointer<gud_array>?, count: Int) throws(StateError) {
        self.init()
        // Counts beyond all memory arrive as negative ones.
        guard (0...Self.most).contains(count) else { throw .count(count) }
        guard let arrays else {
            guard count == 0 else { throw .count(count) }
            return
        }
        for array in UnsafeBufferPointer(start: arrays, count: count) {
            guard let pointer = array.name else { throw .unnamed }
            let name = String(cString: pointer)
            guard array.rank <= 4 else { throw .rank(name, Int(array.rank)) }
            let axes = [array.axes.0, array.axes.1, array.axes.2, array.axes.3].prefix(Int(array.rank))
                .map { Int(clamping: $0) }
            var size = 1
            for axis in axes {
                let (product, overflow) = size.multipliedReportingOverflow(by: axis)
                guard !overflow, max(axis, product) <= 1 << 40 else { throw .size(name) }
                size = product
            }
            guard size == 0 || array.data != nil else { throw .size(name) }
            func values<Scalar>(_ type: Scalar.Type) -> [Scalar] {
                Array(UnsafeBufferPointer(start: array.data?.assumingMemoryBound(to: type), count: size))
            }
            let kept: Values
            switch array.type {
            case UInt32(GUD_ARRAY_FLOAT): kept = .float(values(Float.self))
            case UInt32(GUD_ARRAY_DOUBLE): kept = .double(values(Double.self))
            case UInt32(GUD_ARRAY_INT64): kept = .integer(values(Int64.self))
            default: throw .type(name, array.type)
            }
            self[name] = Entry(axes: axes, values: kept)
        }
    }
}

/// Why arrays cannot cross the interface.
public enum StateError: Error, CustomStringConvertible, Sendable {
    case count(Int)
    case unnamed
    case rank(String, Int)
    case size(String)
    case type(String, UInt32)

    /// The text of the message.
    public var description: String {
        switch self {
        case .count(let count): "there are \(UInt(bitPattern: count)) kept arrays, or their list is missing"
        case .unnamed: "a kept array has no name"
        case .rank(let name, let rank): "kept array '\(name)' has \(rank) axes; 4 are the most"
        case .size(let name): "kept array '\(name)' has no data, or an absurd size"
        case .type(let name, let type): "kept array '\(name)' has the unknown type \(type)"
        }
    }
}
