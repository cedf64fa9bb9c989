/// The signatures of closures.
///
/// Invariant: `types` and `Pointer` say the same of a signature, and `call` reads exactly those arguments; pointers
/// that C hands over are valid for the length of a call, as the C function's documentation has it.

/// One call that C makes of a closure; opaque outside the module.
public struct ForeignCallFrame {
    let arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    let result: UnsafeMutableRawPointer?

    func argument<Value>(_ index: Int, as type: Value.Type) throws -> Value {
        guard let place = arguments?[index] else {
            throw ForeignFunctionError.closure(reason: "an argument is missing")
        }
        return place.load(as: type)
    }
}

/// `double f(double)`.
public struct ScalarFunction: ForeignSignature {
    /// The Swift closure.
    public typealias Body = @Sendable (Double) throws -> Double
    /// The C function pointer.
    public typealias Pointer = @convention(c) (Double) -> Double
    /// The types that libffi needs.
    public static let types = ForeignClosureTypes(arguments: [.double], returns: .double)

    /// The signature.
    public init() {}

    /// The pointer for an entry point.
    public static func pointer(at code: UnsafeMutableRawPointer) -> Pointer { unsafeBitCast(code, to: Pointer.self) }

    /// Runs the closure.
    public func call(_ body: Body, _ frame: ForeignCallFrame) throws {
        let value = try body(try frame.argument(0, as: Double.self))
        frame.result?.storeBytes(of: value, as: Double.self)
    }

    /// Writes 0.
    public func refuse(_ frame: ForeignCallFrame) { frame.result?.storeBytes(of: 0, as: Double.self) }
}

/// `void f(double t, const double *y, double *dydt)`: the right-hand side of an ordinary differential equation.
public struct RightHandSide: ForeignSignature {
    /// The Swift closure; it writes every derivative.
    public typealias Body = @Sendable (_ t: Double, _ y: Span<Double>, _ dydt: inout MutableSpan<Double>) throws -> Void
    /// The C function pointer.
    public typealias Pointer =
        @convention(c) (Double, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?) -> Void
    /// The types that libffi needs.
    public static let types = ForeignClosureTypes(arguments: [.double, .pointer, .pointer], returns: nil)

    /// The number of equations, which C does not tell the closure.
    public let dimension: Int

    /// The signature for a number of equations.
    public init(dimension: Int) { self.dimension = dimension }

    /// The pointer for an entry point.
    public static func pointer(at code: UnsafeMutableRawPointer) -> Pointer { unsafeBitCast(code, to: Pointer.self) }

    /// Runs the closure.
    public func call(_ body: Body, _ frame: ForeignCallFrame) throws {
        let t = try frame.argument(0, as: Double.self)
        let y = UnsafeBufferPointer(
            start: try frame.argument(1, as: UnsafePointer<Double>?.self), count: dimension)
        let derivatives = UnsafeMutableBufferPointer(
            start: try frame.argument(2, as: UnsafeMutablePointer<Double>?.self), count: dimension)
        guard y.baseAddress != nil, derivatives.baseAddress != nil else {
            throw ForeignFunctionError.closure(reason: "the C function passes NULL")
        }
        var span = derivatives.mutableSpan
        try body(t, y.span, &span)
    }

    /// Writes derivatives of 0, on which an integrator finishes soonest.
    public func refuse(_ frame: ForeignCallFrame) {
        guard let derivatives = try? frame.argument(2, as: UnsafeMutablePointer<Double>?.self) else { return }
        derivatives.update(repeating: 0, count: dimension)
    }
}

/// `int f(const void *a, const void *b)`: the order of two elements, as `qsort` and `bsearch` ask for it.
public struct Comparison<Element: BitwiseCopyable & Sendable>: ForeignSignature {
    /// The Swift closure: negative, zero or positive as the first element comes before, with or after the second.
    public typealias Body = @Sendable (Element, Element) throws -> Int32
    /// The C function pointer.
    public typealias Pointer = @convention(c) (UnsafeRawPointer?, UnsafeRawPointer?) -> Int32
    /// The types that libffi needs.
    public static var types: ForeignClosureTypes {
        ForeignClosureTypes(arguments: [.pointer, .pointer], returns: .int32)
    }

    /// The signature.
    public init() {}

    /// The pointer for an entry point.
    public static func pointer(at code: UnsafeMutableRawPointer) -> Pointer { unsafeBitCast(code, to: Pointer.self) }

    /// Runs the closure.
    public func call(_ body: Body, _ frame: ForeignCallFrame) throws {
        guard let first = try frame.argument(0, as: UnsafeRawPointer?.self),
            let second = try frame.argument(1, as: UnsafeRawPointer?.self)
        else { throw ForeignFunctionError.closure(reason: "the C function passes NULL") }
        let order = try body(first.loadUnaligned(as: Element.self), second.loadUnaligned(as: Element.self))
        store(order, frame)
    }

    /// Writes 0: the elements count as equal.
    public func refuse(_ frame: ForeignCallFrame) { store(0, frame) }

    /// libffi wants integers as wide as a register.
    private func store(_ order: Int32, _ frame: ForeignCallFrame) {
        frame.result?.storeBytes(of: Int(order), as: Int.self)
    }
}
