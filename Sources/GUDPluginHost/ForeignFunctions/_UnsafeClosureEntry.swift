import CFFI
import Synchronization

/// A closure and what it threw, without its type, so that one C function can serve every signature.
class ClosureBox: @unchecked Sendable {
    private let error = Mutex<(any Error)?>(nil)
    let types: ForeignClosureTypes

    init(types: ForeignClosureTypes) { self.types = types }

    /// Runs the closure; overridden for each signature.
    func call(_ frame: ForeignCallFrame) throws {}

    /// Writes a result without running the closure; overridden for each signature.
    func refuse(_ frame: ForeignCallFrame) {}

    /// Runs the closure unless it has thrown before; nothing may unwind through C.
    final func enter(_ frame: ForeignCallFrame) {
        guard error.withLock({ $0 == nil }) else { return refuse(frame) }
        do {
            try call(frame)
        } catch {
            self.error.withLock { [error] in if $0 == nil { $0 = error } }
            refuse(frame)
        }
    }

    /// Throws what the closure threw first.
    final func rethrow() throws {
        if let error = error.withLock({ $0 }) { throw error }
    }
}

/// The closure of one signature.
final class SignatureBox<Signature: ForeignSignature>: ClosureBox, @unchecked Sendable {
    private let signature: Signature
    private let body: Signature.Body

    init(_ signature: Signature, _ body: Signature.Body) {
        self.signature = signature
        self.body = body
        super.init(types: Signature.types)
    }

    override func call(_ frame: ForeignCallFrame) throws { try signature.call(body, frame) }

    override func refuse(_ frame: ForeignCallFrame) { signature.refuse(frame) }
}

/// A function pointer that enters a box.
///
/// Invariants: ``code`` is callable exactly as long as the object lives; the object keeps the box alive; the memory
/// that libffi was given lives as long.
final class ClosureEntry {
    /// The function pointer.
    let code: UnsafeMutableRawPointer
    private let box: ClosureBox
    private let closure: UnsafeMutableRawPointer
    private let interface: UnsafeMutablePointer<ffi_cif>
    private let types: UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>

    /// Allocates memory for closures; a test may pass one that has none.
    typealias Allocator = (Int, UnsafeMutablePointer<UnsafeMutableRawPointer?>) -> UnsafeMutableRawPointer?

    /// Makes an entry point.
    ///
    /// - Throws: ``ForeignFunctionError/closure(reason:)``; hardened kernels give no memory that is both written and
    ///   run.
    init(
        _ box: ClosureBox, allocate: Allocator = { ffi_closure_alloc($0, $1) }
    ) throws(ForeignFunctionError) {
        var code: UnsafeMutableRawPointer?
        guard let closure = allocate(MemoryLayout<ffi_closure>.size, &code), let code else {
            throw .closure(reason: "libffi has no executable memory")
        }
        let arguments = box.types.arguments
        interface = .allocate(capacity: 1)
        types = .allocate(capacity: max(1, arguments.count))
        for (index, type) in arguments.enumerated() { types[index] = type.interfaceType }
        (self.box, self.closure, self.code) = (box, closure, code)
        let result = box.types.returns?.interfaceType ?? gud_ffi_void()
        guard ffi_prep_cif(interface, FFI_DEFAULT_ABI, UInt32(arguments.count), result, types) == FFI_OK else {
            throw .closure(reason: "libffi refuses the signature")
        }
        let status = ffi_prep_closure_loc(
            closure.assumingMemoryBound(to: ffi_closure.self), interface,
            { _, result, arguments, context in
                guard let context else { return }
                Unmanaged<ClosureBox>.fromOpaque(context).takeUnretainedValue()
                    .enter(ForeignCallFrame(arguments: arguments, result: result))
            }, Unmanaged.passUnretained(box).toOpaque(), code)
        guard status == FFI_OK else { throw .closure(reason: "libffi refuses the closure, status \(status.rawValue)") }
    }

    deinit {
        ffi_closure_free(closure)
        interface.deallocate()
        types.deallocate()
    }
}
