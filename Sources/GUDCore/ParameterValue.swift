/// A value as it comes from a configuration file, a command line or a plugin's manifest.
public enum ParameterValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case list([ParameterValue])
    case table([String: ParameterValue])
}

extension ParameterValue: CustomStringConvertible {
    /// The value as one would write it in YAML's flow style.
    public var description: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): value == .infinity ? ".inf" : value == -.infinity ? "-.inf" : "\(value)"
        case .string(let value): value
        case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
        case .table(let entries):
            "{" + entries.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
        }
    }
}

/// A Swift type that a parameter can have.
public protocol ParameterRepresentable: Sendable {
    /// What a person should write, for messages and documentation: "a number", "true or false".
    static var expectation: String { get }
    /// The form that a plugin's schema gives it; ``ParameterForm/value`` where it has no simpler one.
    static var form: ParameterForm { get }
    /// Reads a value, or fails where it is not of this type.
    init?(_ value: ParameterValue)
    /// The value as it is written in a configuration.
    var parameterValue: ParameterValue { get }
}

extension ParameterRepresentable {
    /// A type of its own, which only code in the same process understands.
    public static var form: ParameterForm { .value }
}

extension Bool: ParameterRepresentable {
    /// A truth value.
    public static var form: ParameterForm { .boolean }
    /// What a person should write.
    public static var expectation: String { "true or false" }
    /// Reads a Boolean.
    public init?(_ value: ParameterValue) {
        guard case .bool(let value) = value else { return nil }
        self = value
    }
    /// The Boolean as a configuration holds it.
    public var parameterValue: ParameterValue { .bool(self) }
}

extension Int: ParameterRepresentable {
    /// A whole number.
    public static var form: ParameterForm { .integer }
    /// What a person should write.
    public static var expectation: String { "a whole number" }
    /// Reads a whole number; `4.0` counts as one.
    public init?(_ value: ParameterValue) {
        switch value {
        case .integer(let value): self = value
        case .number(let value):
            guard let exact = Int(exactly: value) else { return nil }
            self = exact
        default: return nil
        }
    }
    /// The number as a configuration holds it.
    public var parameterValue: ParameterValue { .integer(self) }
}

extension Double: ParameterRepresentable {
    /// A number.
    public static var form: ParameterForm { .number }
    /// What a person should write.
    public static var expectation: String { "a number" }
    /// Reads a number; never NaN.
    public init?(_ value: ParameterValue) {
        switch value {
        case .integer(let value): self = Double(value)
        case .number(let value) where !value.isNaN: self = value
        default: return nil
        }
    }
    /// The number as a configuration holds it.
    public var parameterValue: ParameterValue { .number(self) }
}

extension String: ParameterRepresentable {
    /// A text.
    public static var form: ParameterForm { .text }
    /// What a person should write.
    public static var expectation: String { "a text" }
    /// Reads a text.
    public init?(_ value: ParameterValue) {
        guard case .string(let value) = value else { return nil }
        self = value
    }
    /// The text as a configuration holds it.
    public var parameterValue: ParameterValue { .string(self) }
}

extension Array: ParameterRepresentable where Element: ParameterRepresentable {
    /// A list of numbers, where its entries are numbers.
    public static var form: ParameterForm { [.integer, .number].contains(Element.form) ? .numbers : .value }
    /// What a person should write.
    public static var expectation: String { "a list, each entry \(Element.expectation)" }
    /// Reads a list whose every entry is of the element's type.
    public init?(_ value: ParameterValue) {
        guard case .list(let values) = value else { return nil }
        let elements = values.compactMap(Element.init)
        guard elements.count == values.count else { return nil }
        self = elements
    }
    /// The list as a configuration holds it.
    public var parameterValue: ParameterValue { .list(map(\.parameterValue)) }
}

extension Optional: ParameterRepresentable where Wrapped: ParameterRepresentable {
    /// The wrapped type's form, or nothing.
    public static var form: ParameterForm { .optional(Wrapped.form) }
    /// What a person should write.
    public static var expectation: String { "\(Wrapped.expectation), or null" }
    /// Reads `null` or a value of the wrapped type.
    public init?(_ value: ParameterValue) {
        if case .null = value {
            self = nil
        } else {
            guard let wrapped = Wrapped(value) else { return nil }
            self = wrapped
        }
    }
    /// The value, or `null`, as a configuration holds it.
    public var parameterValue: ParameterValue { map(\.parameterValue) ?? .null }
}

extension ParameterValue: ParameterRepresentable {
    /// What a person should write.
    public static var expectation: String { "a value" }
    /// Takes any value.
    public init?(_ value: ParameterValue) { self = value }
    /// The value itself.
    public var parameterValue: ParameterValue { self }
}

/// An enumeration of words; each case's raw value is what a person writes.
public protocol ParameterChoice: ParameterRepresentable, RawRepresentable, CaseIterable where RawValue == String {}

extension ParameterChoice {
    /// One of the words.
    public static var form: ParameterForm { .choice(allCases.map(\.rawValue)) }
    /// What a person should write.
    public static var expectation: String { "one of " + allCases.map(\.rawValue).joined(separator: ", ") }
    /// Reads one of the words.
    public init?(_ value: ParameterValue) {
        guard case .string(let word) = value else { return nil }
        self.init(rawValue: word)
    }
    /// The word as a configuration holds it.
    public var parameterValue: ParameterValue { .string(rawValue) }
}
