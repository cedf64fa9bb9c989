import CFFI
import GUDCore

/// A C call whose signature and constants are settled: what is left for each call is to fill in the buffers.
///
/// Invariants: the signature's memory lives as long as the object; after ``bind(_:)`` the object is never written again, so
/// that any thread may call it; a call's values are on its own stack. Whether the signature is the function's own, nobody
/// can know: it is the manifest's word.
///
/// Cost: libffi adds some 50 ns; the commonest signatures are called directly, see ``DirectCall``.
final class PreparedCall: @unchecked Sendable {
    /// What fills an argument.
    private enum Slot {
        case bits, input, output, handle(String), newHandle(String)
    }

    let description: ForeignCall
    private let slots: [Slot]
    /// The bits of each argument; those of buffers are filled in for each call.
    private var values: [UInt64]
    private let address: UnsafeMutableRawPointer
    private let direct: DirectCall?
    private let interface = UnsafeMutablePointer<ffi_cif>.allocate(capacity: 1)
    private let types: UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>

    /// Prepares a call.
    ///
    /// - Parameter bits: The bits of an argument that is a number.
    init(
        _ description: ForeignCall, in library: ForeignLibrary,
        bits: (ForeignType, ForeignQuantity, Int) throws(ForeignFunctionError) -> UInt64
    ) throws(ForeignFunctionError) {
        var (slots, values): ([Slot], [UInt64]) = ([], [])
        for (index, argument) in description.arguments.enumerated() {
            var value: UInt64 = 0
            switch argument {
            case .number(let type, let quantity):
                value = try bits(type, quantity, index)
                slots.append(.bits)
            case .null: slots.append(.bits)
            case .buffer(.input): slots.append(.input)
            // A function that works in place is handed the output, which then holds the input.
            case .buffer(.output), .buffer(.inplace): slots.append(.output)
            case .handle(let name): slots.append(.handle(name))
            case .newHandle(let name): slots.append(.newHandle(name))
            }
            values.append(value)
        }
        self.description = description
        self.slots = slots
        self.values = values
        address = try library.function(description.symbol)
        direct = DirectCall(description)
        types = .allocate(capacity: max(1, slots.count))
        for (index, argument) in description.arguments.enumerated() { types[index] = argument.type.interfaceType }
        let result = description.returns?.interfaceType ?? gud_ffi_void()
        guard ffi_prep_cif(interface, FFI_DEFAULT_ABI, UInt32(slots.count), result, types) == FFI_OK else {
            throw .signature(call: description.symbol)
        }
    }

    deinit {
        interface.deallocate()
        types.deallocate()
    }

    /// Fills in handles, once they are known.
    func bind(_ handles: [String: UInt]) {
        for (index, slot) in slots.enumerated() {
            if case .handle(let name) = slot { values[index] = UInt64(handles[name] ?? 0) }
        }
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
            let handles = arguments + ForeignCall.mostArguments
            for index in slots.indices {
                switch slots[index] {
                case .bits, .handle: arguments[index] = values[index]
                case .input: arguments[index] = UInt64(UInt(bitPattern: input))
                case .output: arguments[index] = UInt64(UInt(bitPattern: output))
                case .newHandle:
                    handles[index] = 0
                    arguments[index] = UInt64(UInt(bitPattern: handles + index))
                }
            }
            if let direct { return direct.call(address, arguments) }
            let result = callThroughLibrary(arguments, addresses: handles + ForeignCall.mostArguments)
            for (index, slot) in slots.enumerated() {
                if case .newHandle(let name) = slot { newHandle(name, UInt(handles[index])) }
            }
            return result
        }
    }

    private func callThroughLibrary(
        _ arguments: UnsafeMutablePointer<UInt64>, addresses: UnsafeMutablePointer<UInt64>
    ) -> UInt64 {
        addresses.withMemoryRebound(to: UnsafeMutableRawPointer?.self, capacity: ForeignCall.mostArguments) { addresses in
            for index in slots.indices { addresses[index] = UnsafeMutableRawPointer(arguments + index) }
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
