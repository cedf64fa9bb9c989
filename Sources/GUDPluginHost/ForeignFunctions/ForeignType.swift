import GUDCore

/// A C type that a manifest may give to an argument or a result: the closed set that is passed the same way everywhere.
enum ForeignType: String, CaseIterable, Sendable {
    case int32, uint32, int64, uint64, size, float, double, pointer

    var isInteger: Bool {
        switch self {
        case .int32, .uint32, .int64, .uint64, .size: true
        case .float, .double, .pointer: false
        }
    }

    /// The argument's bits, in the low bytes as a little-endian machine reads them, or `nil` where the value does not
    /// fit.
    func bits(of value: Double) -> UInt64? {
        switch self {
        case .float: Float(value).isFinite ? UInt64(Float(value).bitPattern) : nil
        case .double: value.isFinite ? value.bitPattern : nil
        case .pointer: nil
        case .int32, .uint32, .int64, .uint64, .size: Int(exactly: value).flatMap(bits)
        }
    }

    /// As ``bits(of:)-(Double)``, without the detour that would round whole numbers beyond 2⁵³.
    func bits(of value: Int) -> UInt64? {
        switch self {
        case .int32: Int32(exactly: value).map { UInt64(UInt32(bitPattern: $0)) }
        case .uint32: UInt32(exactly: value).map(UInt64.init)
        case .int64: UInt64(bitPattern: Int64(value))
        case .uint64, .size: UInt64(exactly: value)
        case .float, .double: bits(of: Double(value))
        case .pointer: nil
        }
    }

    /// A returned integer's value; the result register is wider than the type.
    func integer(of result: UInt64) -> Int {
        switch self {
        case .int32: Int(Int32(truncatingIfNeeded: result))
        case .uint32: Int(UInt32(truncatingIfNeeded: result))
        default: Int(truncatingIfNeeded: result)
        }
    }

    /// What fits, for messages.
    var allowed: String {
        switch self {
        case .int32: "\(Int32.min) to \(Int32.max)"
        case .uint32: "0 to \(UInt32.max)"
        case .int64: "\(Int64.min) to \(Int64.max)"
        case .uint64, .size: "0 to \(Int.max)"
        case .float, .double: "finite numbers"
        case .pointer: "a saved handle, or null"
        }
    }
}

extension ForeignType {
    /// Why a C type that is not in the set is refused, where a person may well ask for it.
    static func refusal(of word: String) -> String? {
        switch word.lowercased() {
        case "...", "varargs", "variadic":
            "is refused: variable arguments are promoted and passed in another way; write a C function around the call"
        case "struct", "union":
            "is refused: structures by value have no layout here; write a C function that takes its fields"
        case "long double", "longdouble", "float80", "float128":
            "is refused: long double differs from machine to machine; write a C function that takes a double"
        case "complex", "complex float", "complex double", "float complex", "double complex":
            "is refused: complex numbers by value are passed differently by each compiler; bases are real"
        case "char", "string", "char*", "const char*":
            "is refused: texts have an owner that a manifest cannot state; write a C function around the call"
        case "callback", "function", "closure":
            "is refused: a manifest has no code to call back; hand over closures from Swift, see ForeignClosure"
        case "int", "unsigned", "long", "int8", "uint8", "int16", "uint16", "short", "bool":
            "is refused: say a width that C passes as it is: int32 for int, uint32 for unsigned, int64 for long"
        default: nil
        }
    }

    /// The type that a word names.
    ///
    /// - Parameter others: Words that the place allows besides types.
    static func named(_ word: String, at place: String, besides others: [String]) throws(ParameterError) -> ForeignType
    {
        if let type = ForeignType(rawValue: word) { return type }
        if let reason = refusal(of: word) { throw .rule(place, .string(word), reason) }
        let known = allCases.map(\.rawValue) + others
        throw .rule(
            place, .string(word),
            "is not a type" + (nearest(to: word, among: known).map { "; did you mean '\($0)'?" } ?? ";")
                + " known: \(known.joined(separator: ", "))")
    }
}
