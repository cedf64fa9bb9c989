import CFFI
import GUDCore

/// A C call whose signature and constants are settled: what is left for each call is to fill in the buffers.
///
/// Invariants: the signature's memory lives as long as the object; after ``bind(_:)`` the object is never written
/// again, so that any thread may call it; a call's values are on its own stack. Whether the signature is the function's
/// own, nobody can know: it is the manifest's word.
///
/// Cost: libffi adds some 50 ns; the commonest signatures are called directly, see ``DirectCall``.
final class PreparedCall: @unchecked Sendable {
    let description: ForeignCall
    /// Whether the function works on the output, which then holds the input.
    let isInPlace: Bool
    /// The bits of each argument; those of buffers and new handles are filled in for each call.
    private var values: [UInt64]
    private let inputs: [Int]
    private let outputs: [Int]
    private let handles: [(index: Int, name: String)]
    private let newHandles: [(index: Int, name: String)]
    private let address: UnsafeMutableRawPointer
    private let direct: DirectCall?
    private let interface: UnsafeMutablePointer<ffi_cif>
    private let types: UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>

    /// Prepares a call.
    ///
    /// - Parameter bits: The bits of an argument that is a number.
    init(
        _ description: ForeignCall, in library: ForeignLibrary,
        bits: (ForeignType, ForeignQuantity, Int) throws(ForeignFunctionError) -> UInt64
    ) throws(ForeignFunctionError) {
        var values = [UInt64](repeating: 0, count: description.arguments.count)
        var (inputs, outputs): ([Int], [Int]) = ([], [])
        var (handles, newHandles): ([(Int, String)], [(Int, String)]) = ([], [])
        for (index, argument) in description.arguments.enumerated() {
            switch argument {
            case .number(let type, let quantity): values[index] = try bits(type, quantity, index)
            case .null: break
            case .buffer(.input): inputs.append(index)
            case .buffer(.output), .buffer(.inplace): outputs.append(index)
            case .handle(let name): handles.append((index, name))
            case .newHandle(let name): newHandles.append((index, name))
            }
        }
        self.description = description
        isInPlace = description.buffers == [.inplace]
        (self.values, self.inputs, self.outputs) = (values, inputs, outputs)
        (self.handles, self.newHandles) = (handles, newHandles)
        address = try library.function(description.symbol)
        direct = DirectCall(description)
        interface = .allocate(capacity: 1)
        types = .allocate(capacity: max(1, values.count))
        for (index, argument) in description.arguments.enumerated() { types[index] = argument.type.interfaceType }
        let result = description.returns?.interfaceType ?? gud_ffi_void()
        guard ffi_prep_cif(interface, FFI_DEFAULT_ABI, UInt32(values.count), result, types) == FFI_OK else {
            throw .signature(call: description.symbol)
        }
    }

    deinit {
        interface.deallocate()
        types.deallocate()
    }

    /// Fills in handles, once they are known.
    func bind(_ known: [String: UInt]) {
        for (index, name) in handles { values[index] = UInt64(known[name] ?? 0) }
    }

    /// Makes the call.
    ///
    /// - Returns: The result's bits, widened to 64; zero for void.
    @discardableResult
    func callAsFunction(
        input: UnsafeMutableRawPointer?, output: UnsafeMutableRawPointer?,
        newHandle: (_ name: String, _ value: UInt) -> Void = { _, _ in }
    ) -> UInt64 {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 3 * ForeignCall.mostArguments) { memory in
            // In thirds: the arguments, places for new handles, and the addresses of the arguments.
            guard let arguments = memory.baseAddress else { return 0 }
            let places = arguments + ForeignCall.mostArguments
            for index in values.indices { arguments[index] = values[index] }
            for index in inputs { arguments[index] = UInt64(UInt(bitPattern: input)) }
            for index in outputs { arguments[index] = UInt64(UInt(bitPattern: output)) }
            if let direct { return direct.call(address, arguments) }
            for (index, _) in newHandles {
                places[index] = 0
                arguments[index] = UInt64(UInt(bitPattern: places + index))
            }
            let result = callThroughLibrary(arguments, addresses: places + ForeignCall.mostArguments)
            for (index, name) in newHandles { newHandle(name, UInt(places[index])) }
            return result
        }
    }

    private func callThroughLibrary(
        _ arguments: UnsafeMutablePointer<UInt64>, addresses: UnsafeMutablePointer<UInt64>
    ) -> UInt64 {
        addresses.withMemoryRebound(to: UnsafeMutableRawPointer?.self, capacity: ForeignCall.mostArguments) {
            addresses in
            for index in values.indices { addresses[index] = UnsafeMutableRawPointer(arguments + index) }
            // libffi writes small integers as a whole register, so 64 bits hold every result of the set.
            var result: UInt64 = 0
            ffi_call(interface, unsafeBitCast(address, to: (@convention(c) () -> Void).self), &result, addresses)
            return result
        }
    }
}

extension ForeignType {
    /// What libffi calls the type.
    var interfaceType: UnsafeMutablePointer<ffi_type> {
        switch self {
        case .int32: gud_ffi_int32()
        case .uint32: gud_ffi_uint32()
        case .int64: gud_ffi_int64()
        case .uint64: gud_ffi_uint64()
        case .size: MemoryLayout<UInt>.size == 8 ? gud_ffi_uint64() : gud_ffi_uint32()
        case .float: gud_ffi_float()
        case .double: gud_ffi_double()
        case .pointer: gud_ffi_pointer()
        }
    }
}
