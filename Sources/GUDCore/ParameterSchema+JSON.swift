import Foundation

/// A parameter as a plugin's schema writes it down.
private struct ParameterRecord: Codable {
    var name: String
    var type: String
    var documentation: String
    var `default`: JSONValue?
    var choices: [String]?
    var range: [JSONValue]?
    var unit: String?
    var required: Bool?
    var optional: Bool?
}

extension ParameterSchema {
    /// The schema as the JSON of a plugin's component: an array of objects with the keys that `gud_plugin.h` lists.
    ///
    /// - Throws: ``SchemaError/form(_:)`` where a parameter has a type that cannot leave its process.
    public func json() throws -> String {
        let records = try specifications.map { specification -> ParameterRecord in
            var (form, isOptional) = (specification.form, false)
            if case .optional(let wrapped) = form { (form, isOptional) = (wrapped, true) }
            guard let type = form.typeName else { throw SchemaError.form(specification.name) }
            var record = ParameterRecord(
                name: specification.name, type: type, documentation: specification.documentation,
                unit: specification.unit)
            if case .choice(let words) = form { record.choices = words }
            if let value = specification.defaultValue, value != .null { record.default = JSONValue(value) }
            if let range = specification.range {
                record.range = [range.lowerBound, range.upperBound].map { JSONValue(.number($0)) }
            }
            if specification.defaultValue == nil { record.required = true }
            if isOptional { record.optional = true }
            return record
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(records), as: UTF8.self)
    }

    /// Reads a schema from the JSON of a plugin's component.
    ///
    /// - Throws: ``SchemaError``.
    public init(json: String) throws(SchemaError) {
        let records: [ParameterRecord]
        do {
            records = try JSONDecoder().decode([ParameterRecord].self, from: Data(json.utf8))
        } catch {
            throw .syntax(Self.reason(error))
        }
        var specifications: [ParameterSpecification] = []
        for record in records {
            let specification = try Self.specification(record)
            guard !specifications.contains(where: { $0.name == specification.name }) else {
                throw .parameter(record.name, "is declared twice")
            }
            specifications.append(specification)
        }
        self.init(specifications)
    }

    private static func specification(_ record: ParameterRecord) throws(SchemaError) -> ParameterSpecification {
        guard let first = record.name.first, first.isLetter, record.name.allSatisfy({ $0.isLetter || $0.isNumber })
        else { throw .parameter(record.name, "is not a name of letters and digits, in lower camel case") }
        guard let form = ParameterForm(typeName: record.type, choices: record.choices) else {
            throw .parameter(
                record.name, "has the type '\(record.type)'; known: boolean, integer, number, text, numbers")
        }
        if let choices = record.choices {
            guard record.type == "text" else {
                throw .parameter(record.name, "has choices, which only a text can have")
            }
            guard !choices.isEmpty else { throw .parameter(record.name, "has no choices to choose from") }
        }
        var range: ClosedRange<Double>?
        if let ends = record.range {
            guard ends.count == 2, let low = Double(ends[0].value), let high = Double(ends[1].value), low <= high else {
                throw .parameter(record.name, "has a range that is not [low, high]")
            }
            range = low...high
        }
        let isOptional = record.optional ?? false
        let defaultValue = record.required == true ? nil : record.default?.value(as: form) ?? (isOptional ? .null : nil)
        guard record.required == true || defaultValue != nil else {
            throw .parameter(record.name, "has no default, and is neither required nor optional")
        }
        let whole = isOptional ? ParameterForm.optional(form) : form
        if let defaultValue {
            guard whole.accepts(defaultValue) else {
                throw .parameter(record.name, "has the default \(defaultValue), which is not \(whole.expectation)")
            }
            if let range, let number = Double(defaultValue), !range.contains(number) {
                throw .parameter(record.name, "has the default \(defaultValue), which is out of its own range")
            }
        }
        return ParameterSpecification(
            name: record.name, form: whole, defaultValue: defaultValue, range: range, unit: record.unit,
            documentation: record.documentation)
    }

    /// The values of parameters that were written as JSON; what the schema does not know stays as it is.
    public func values(of json: [String: JSONValue]) -> [String: ParameterValue] {
        let forms = Dictionary(specifications.map { ($0.name, $0.form) }) { first, _ in first }
        return Dictionary(
            uniqueKeysWithValues: json.map { name, value in (name, forms[name].map(value.value(as:)) ?? value.value) })
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .keyNotFound(let key, let context):
            return "entry \(context.codingPath.first?.intValue ?? 0) has no '\(key.stringValue)'"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return
                "\(context.codingPath.map { $0.intValue.map { "entry \($0)" } ?? "'\($0.stringValue)'" }.joined(separator: ", ")): \(context.debugDescription)"
        case .dataCorrupted(let context): return context.debugDescription
        @unknown default: return "\(error)"
        }
    }
}

extension ParameterForm {
    /// The word of a plugin's schema; `nil` for a form that only Swift can read.
    fileprivate var typeName: String? {
        switch self {
        case .boolean: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .text, .choice: "text"
        case .numbers: "numbers"
        case .value, .optional: nil
        }
    }

    fileprivate init?(typeName: String, choices: [String]?) {
        switch typeName {
        case "boolean": self = .boolean
        case "integer": self = .integer
        case "number": self = .number
        case "text": self = choices.map(ParameterForm.choice) ?? .text
        case "numbers": self = .numbers
        default: return nil
        }
    }
}

/// What is wrong with a plugin's schema of parameters.
public enum SchemaError: GUDError, Equatable {
    /// It is not the JSON that it should be.
    case syntax(String)
    /// A parameter is declared wrongly.
    case parameter(String, String)
    /// A parameter's Swift type cannot leave its process.
    case form(String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .syntax(let reason): "the schema of parameters cannot be read: \(reason)"
        case .parameter(let name, let reason): "parameter '\(name)' \(reason)"
        case .form(let name):
            "parameter '\(name)' has a type that a plugin cannot take; use Bool, Int, Double, String, an enumeration of "
                + "words, a list of numbers, or an optional of these"
        }
    }

    /// The plugin's author has to act.
    public var blame: Blame { .execution }
}
