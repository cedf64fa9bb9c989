import CGUDPlugin
import GUDCore
import GUDPluginABI
import Synchronization

/// A component's object behind the interface.
///
/// Invariant: `create` retains it once, `destroy` releases it; between the two the host may use it as often as it
/// likes.
final class ObjectBox<Value: Sendable>: Sendable {
    let value: Value
    /// Arrays that the host was pointed to; they live as long as the object.
    private let exported = Mutex<[ExportedArrays]>([])

    init(_ value: Value) { self.value = value }

    /// Points the host to arrays; those that have not changed since the last time are there already.
    func export(
        _ state: StateArrays, _ arrays: UnsafeMutablePointer<UnsafePointer<gud_array>?>?,
        _ count: UnsafeMutablePointer<Int>?
    ) throws {
        let kept = try exported.withLock { exported in
            if let last = exported.last,
                try StateArrays(last.arrays.baseAddress, count: last.arrays.count).entries == state.entries
            {
                return last
            }
            let new = try ExportedArrays(state)
            exported.append(new)
            return new
        }
        arrays?.pointee = kept.arrays.baseAddress
        count?.pointee = kept.arrays.count
    }

    /// Hands an object over to the host.
    static func create(_ value: Value, _ object: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) {
        object?.pointee = Unmanaged.passRetained(ObjectBox(value)).toOpaque()
    }

    /// Takes an object back from the host.
    static func destroy(_ object: UnsafeMutableRawPointer?) {
        guard let object else { return }
        Unmanaged<ObjectBox>.fromOpaque(object).release()
    }

    /// The object of a call.
    @inline(__always)
    static func of(_ object: UnsafeMutableRawPointer?) throws -> ObjectBox {
        guard let object else { throw BrokenCall(description: "a function was called without an object") }
        return Unmanaged<ObjectBox>.fromOpaque(object)._withUnsafeGuaranteedRef { $0 }
    }
}

/// A buffer of the host to read from; the host promises `count` scalars.
@inline(__always)
func input<Scalar>(
    _ start: UnsafePointer<Scalar>?, _ count: Int
) throws(BrokenCall) -> UnsafeBufferPointer<Scalar> {
    guard start != nil || count == 0 else { throw BrokenCall(description: "a function was called without its input") }
    return UnsafeBufferPointer(start: start, count: count)
}

/// A buffer of the host to write to.
@inline(__always)
func output<Scalar>(
    _ start: UnsafeMutablePointer<Scalar>?, _ count: Int
) throws(BrokenCall) -> UnsafeMutableBufferPointer<Scalar> {
    guard start != nil || count == 0 else {
        throw BrokenCall(description: "a function was called without room for its result")
    }
    return UnsafeMutableBufferPointer(start: start, count: count)
}

/// The scalars of the host as an array.
func values<Scalar>(_ start: UnsafePointer<Scalar>?, _ count: Int) throws(BrokenCall) -> [Scalar] {
    Array(try input(start, count))
}

/// Copies what a component made into the host's buffer, whose length the interface fixes.
///
/// - Throws: ``BrokenPromise`` where the component made another number of values: the host's buffer would be overrun.
func write<Scalar>(
    _ values: [Scalar], to start: UnsafeMutablePointer<Scalar>?, count: Int, _ what: String
) throws {
    guard values.count == count else { throw BrokenPromise(what: what, count: values.count, expected: count) }
    guard let start else { throw BrokenCall(description: "a function was called without room for its result") }
    start.update(from: values, count: count)
}
