/// The signatures that most transforms have, called without libffi.
///
/// Invariant: the argument and result types are those of the manifest's call, one for one; the cast claims no more than
/// libffi would have been told.
enum DirectCall {
    case buffers(returnsInt32: Bool)
    case buffersAndInt32(returnsInt32: Bool)
    case buffersAndSize(returnsInt32: Bool)
    case threePointers(returnsInt32: Bool)

    typealias Pointer = UnsafeMutableRawPointer?

    /// The case of a call's signature, or `nil` where libffi is needed.
    init?(_ call: ForeignCall) {
        guard call.returns == nil || call.returns == .int32, call.newHandles.isEmpty else { return nil }
        let status = call.returns == .int32
        switch call.arguments.map(\.type) {
        case [.pointer, .pointer]: self = .buffers(returnsInt32: status)
        case [.pointer, .pointer, .int32]: self = .buffersAndInt32(returnsInt32: status)
        case [.pointer, .pointer, .size], [.pointer, .pointer, .uint64]: self = .buffersAndSize(returnsInt32: status)
        case [.pointer, .pointer, .pointer]: self = .threePointers(returnsInt32: status)
        default: return nil
        }
    }

    /// Makes the call with the arguments' bits; the result's bits, zero for void.
    func call(_ address: UnsafeMutableRawPointer, _ arguments: UnsafeMutablePointer<UInt64>) -> UInt64 {
        func pointer(_ index: Int) -> Pointer { UnsafeMutableRawPointer(bitPattern: UInt(arguments[index])) }
        func function<Function>(_ type: Function.Type) -> Function { unsafeBitCast(address, to: type) }
        switch self {
        case .buffers(false):
            function((@convention(c) (Pointer, Pointer) -> Void).self)(pointer(0), pointer(1))
        case .buffers(true):
            return Self.bits(function((@convention(c) (Pointer, Pointer) -> Int32).self)(pointer(0), pointer(1)))
        case .buffersAndInt32(let status):
            let count = Int32(truncatingIfNeeded: arguments[2])
            if status {
                return Self.bits(
                    function((@convention(c) (Pointer, Pointer, Int32) -> Int32).self)(pointer(0), pointer(1), count))
            }
            function((@convention(c) (Pointer, Pointer, Int32) -> Void).self)(pointer(0), pointer(1), count)
        case .buffersAndSize(let status):
            let count = UInt(arguments[2])
            if status {
                return Self.bits(
                    function((@convention(c) (Pointer, Pointer, UInt) -> Int32).self)(pointer(0), pointer(1), count))
            }
            function((@convention(c) (Pointer, Pointer, UInt) -> Void).self)(pointer(0), pointer(1), count)
        case .threePointers(let status):
            if status {
                return Self.bits(
                    function((@convention(c) (Pointer, Pointer, Pointer) -> Int32).self)(
                        pointer(0), pointer(1), pointer(2)))
            }
            function((@convention(c) (Pointer, Pointer, Pointer) -> Void).self)(pointer(0), pointer(1), pointer(2))
        }
        return 0
    }

    private static func bits(_ status: Int32) -> UInt64 { UInt64(UInt32(bitPattern: status)) }
}
