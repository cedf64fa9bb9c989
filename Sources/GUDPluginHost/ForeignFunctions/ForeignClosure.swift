import GUDCore

/// A Swift closure for a C function that takes a bare function pointer, without an argument for context.
///
///     let rising = ForeignClosure(Comparison<Int32>()) { $0 < $1 ? -1 : $0 > $1 ? 1 : 0 }
///     try rising.withFunctionPointer { qsort(base, count, 4, $0) }
///
/// The function pointer exists for the body of ``withFunctionPointer(_:)`` alone: C code that keeps it and calls it
/// later calls freed memory. An error thrown in the closure never unwinds through C: it is kept, further calls return
/// zero without running the closure, and it is rethrown when the C function has returned.
///
/// Cost: about 50 ns a call beyond the closure itself, and some microseconds for each ``withFunctionPointer(_:)``.
public struct ForeignClosure<Signature: ForeignSignature>: Sendable {
    /// What the closure looks like to C and to Swift.
    public let signature: Signature
    private let body: Signature.Body

    /// Wraps a closure.
    public init(_ signature: Signature, _ body: Signature.Body) {
        self.signature = signature
        self.body = body
    }

    /// Gives a function pointer to the body, which passes it to C.
    ///
    /// May be nested, and may run on several threads at once: every use has an entry point and a place for errors of
    /// its own.
    ///
    /// - Parameter use: Calls the C function. The pointer must not outlive it.
    /// - Throws: ``ForeignFunctionError/closure(reason:)`` where the system gives no memory for an entry point; the
    ///   first error of the closure; what `use` throws.
    public func withFunctionPointer<Result>(_ use: (Signature.Pointer) throws -> Result) throws -> Result {
        let box = SignatureBox(signature, body)
        let entry = try ClosureEntry(box)
        do {
            let result = try withExtendedLifetime(entry) { try use(Signature.pointer(at: entry.code)) }
            try box.rethrow()
            return result
        } catch {
            // What went wrong in the closure explains a failure of the C function.
            try box.rethrow()
            throw error
        }
    }
}

/// The arguments and result of a C function that a closure can stand for.
///
/// The set is closed: ``ScalarFunction``, ``RightHandSide`` and ``Comparison``.
public protocol ForeignSignature: Sendable {
    /// The Swift closure.
    associatedtype Body: Sendable
    /// The C function pointer.
    associatedtype Pointer
    /// The types of the arguments and of the result, as libffi needs them.
    static var types: ForeignClosureTypes { get }
    /// The pointer for an entry point.
    static func pointer(at code: UnsafeMutableRawPointer) -> Pointer
    /// Runs the closure on the arguments of a call, and writes the result.
    func call(_ body: Body, _ frame: ForeignCallFrame) throws
    /// Writes a result that lets the C function finish, after an error.
    func refuse(_ frame: ForeignCallFrame)
}

/// The signature of a closure in types of the closed set; opaque outside the module.
public struct ForeignClosureTypes: Sendable {
    let arguments: [ForeignType]
    let returns: ForeignType?
}
