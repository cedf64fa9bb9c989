/// A typed key: declares a parameter once, and reads it.
///
///     static let levels = Parameter("levels", default: 3, range: 1...16, "Number of wavelet levels.")
///     …
///     let levels = parameters[Self.levels]  // Int
public struct Parameter<Value: ParameterRepresentable>: Sendable {
    /// What a configuration, `gud list` and a plugin's manifest see of it.
    public let specification: ParameterSpecification
    /// The value where a configuration says nothing.
    public let defaultValue: Value

    /// Declares a parameter.
    ///
    /// - Parameters:
    ///   - name: The key in a configuration, in lower camel case.
    ///   - defaultValue: Used where the configuration says nothing; for a required parameter it is never seen.
    ///   - isRequired: Whether the configuration must say it.
    ///   - range: The allowed range, for numbers, ends included.
    ///   - unit: The unit, where it has one.
    ///   - documentation: One sentence for people.
    public init(
        _ name: String, default defaultValue: Value, isRequired: Bool = false, range: ClosedRange<Double>? = nil,
        unit: String? = nil, _ documentation: String
    ) {
        self.defaultValue = defaultValue
        specification = ParameterSpecification(
            name: name, form: Value.form, expectation: Value.expectation,
            defaultValue: isRequired ? nil : defaultValue.parameterValue, range: range, unit: unit,
            documentation: documentation, isNumberList: Value.self == NumberList.self || Value.self == NumberList?.self,
            accepts: { Value($0) != nil })
    }

    /// The key in a configuration.
    public var name: String { specification.name }
}

/// What there is to know about a parameter without its Swift type.
public struct ParameterSpecification: Sendable {
    /// The key in a configuration.
    public let name: String
    /// The form of its values, as far as it can be told without the Swift type.
    public let form: ParameterForm
    /// What a person should write: "a number", "one of none, data".
    public let expectation: String
    /// The value where a configuration says nothing; `nil` where it must say it.
    public let defaultValue: ParameterValue?
    /// The allowed range, for numbers, ends included.
    public let range: ClosedRange<Double>?
    /// The unit, where there is one.
    public let unit: String?
    /// One sentence for people.
    public let documentation: String
    /// Whether the value may be the path of a file of numbers; see ``NumberList``.
    public let isNumberList: Bool
    /// Whether a value is of the parameter's type.
    public let accepts: @Sendable (ParameterValue) -> Bool
}

/// The parameters that a component takes.
public struct ParameterSchema: Sendable {
    /// The parameters, in the order in which they are shown.
    public let specifications: [ParameterSpecification]

    /// A schema of these parameters; none by default.
    public init(_ specifications: [ParameterSpecification] = []) { self.specifications = specifications }

    /// The schema with further parameters at its end; those that it has already stay as they are.
    public func adding(_ others: [ParameterSpecification]) -> ParameterSchema {
        let names = specifications.map(\.name)
        return ParameterSchema(specifications + others.filter { !names.contains($0.name) })
    }

    /// Checks given values against the schema, and fills in defaults.
    ///
    /// - Parameters:
    ///   - given: Values by key.
    ///   - path: Where they stand, for messages: `schedule`, `basis.of[1]`.
    /// - Throws: ``ParameterError`` naming the key, the value, what is allowed, and the nearest known key.
    public func resolve(_ given: [String: ParameterValue], at path: String) throws(ParameterError) -> Parameters {
        let names = specifications.map(\.name)
        for key in given.keys.sorted() where !names.contains(key) {
            throw .unknownKey("\(path).\(key)", suggestion: nearest(to: key, among: names), known: names)
        }
        var values: [String: ParameterValue] = [:]
        for specification in specifications {
            let place = "\(path).\(specification.name)"
            guard let value = given[specification.name] ?? specification.defaultValue else {
                throw .missing(place, expectation: specification.expectation, specification.documentation)
            }
            guard specification.accepts(value) else {
                throw .type(place, value, expectation: specification.expectation)
            }
            if let range = specification.range, let number = Double(value), !range.contains(number) {
                throw .range(place, value, range)
            }
            values[specification.name] = value
        }
        return Parameters(values: values, path: path)
    }
}

/// Checked parameters: every key of the schema has a value of its type and range.
public struct Parameters: Sendable {
    /// The values by key.
    public let values: [String: ParameterValue]
    /// Where they stand in the configuration, for messages about what a schema cannot express.
    public let path: String

    /// Values that were checked.
    public init(values: [String: ParameterValue], path: String) {
        self.values = values
        self.path = path
    }

    /// The value of a declared parameter.
    public subscript<Value>(parameter: Parameter<Value>) -> Value {
        values[parameter.name].flatMap(Value.init) ?? parameter.defaultValue
    }
}

/// What is wrong with a value in a configuration.
public enum ParameterError: GUDError, Equatable {
    case unknownKey(String, suggestion: String?, known: [String])
    case missing(String, expectation: String, String)
    case type(String, ParameterValue, expectation: String)
    case range(String, ParameterValue, ClosedRange<Double>)
    /// A rule that types and ranges cannot express.
    case rule(String, ParameterValue, String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .unknownKey(let path, let suggestion, let known):
            "\(path): unknown key"
                + (suggestion.map { "; did you mean '\($0)'?" } ?? ";")
                + (known.isEmpty ? " it takes no parameters" : " known keys: \(known.joined(separator: ", "))")
        case .missing(let path, let expectation, let documentation):
            "\(path): missing; give \(expectation) (\(documentation))"
        case .type(let path, let value, let expectation): "\(path): '\(value)' is not \(expectation)"
        case .range(let path, let value, let range): "\(path): \(value) is out of range; allowed: \(text(of: range))"
        case .rule(let path, let value, let rule): "\(path): \(value) \(rule)"
        }
    }

    private func text(of range: ClosedRange<Double>) -> String {
        func number(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
        return switch (range.lowerBound > -.greatestFiniteMagnitude, range.upperBound < .greatestFiniteMagnitude) {
        case (true, true): "\(number(range.lowerBound)) to \(number(range.upperBound))"
        case (true, false): "\(number(range.lowerBound)) or more"
        case (false, true): "\(number(range.upperBound)) or less"
        case (false, false): "any number"
        }
    }

    /// Always the request's.
    public var blame: Blame { .request }
}
