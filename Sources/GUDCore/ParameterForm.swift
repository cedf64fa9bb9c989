/// The forms that a parameter's value can have when its Swift type is not at hand: in a plugin's schema, across a process.
public enum ParameterForm: Sendable, Equatable {
    /// True or false.
    case boolean
    /// A whole number of 64 bits.
    case integer
    /// A number in Double.
    case number
    /// A text.
    case text
    /// One of a few texts.
    case choice([String])
    /// A list of numbers, or the path of a `.npy` file of them.
    case numbers
    /// Something that only its Swift type can read.
    case value
    /// Another form, or nothing.
    indirect case optional(ParameterForm)

    /// The Swift type that reads values of this form.
    private var reader: (any ParameterRepresentable.Type)? {
        switch self {
        case .boolean: Bool.self
        case .integer: Int.self
        case .number: Double.self
        case .text, .choice: String.self
        case .numbers: NumberList.self
        case .value: ParameterValue.self
        case .optional: nil
        }
    }

    /// What a person should write.
    public var expectation: String {
        switch self {
        case .choice(let words): "one of " + words.joined(separator: ", ")
        case .optional(let form): form.expectation + ", or null"
        default: reader?.expectation ?? ""
        }
    }

    /// Whether a value is of this form.
    public func accepts(_ value: ParameterValue) -> Bool {
        switch self {
        case .choice(let words): String(value).map(words.contains) ?? false
        case .optional(let form): value == .null || form.accepts(value)
        default: reader?.init(value) != nil
        }
    }
}

extension ParameterSpecification {
    /// A parameter whose Swift type is not at hand.
    ///
    /// - Parameters:
    ///   - form: The form of its values.
    ///   - defaultValue: The value where a configuration says nothing; `nil` where it must say it.
    public init(
        name: String, form: ParameterForm, defaultValue: ParameterValue?, range: ClosedRange<Double>? = nil,
        unit: String? = nil, documentation: String
    ) {
        self.init(
            name: name, form: form, expectation: form.expectation, defaultValue: defaultValue, range: range, unit: unit,
            documentation: documentation, isNumberList: [.numbers, .optional(.numbers)].contains(form),
            accepts: { form.accepts($0) })
    }
}
