import Foundation

/// A parameter's value as JSON.
///
/// Infinities, which JSON lacks, are the texts `"inf"` and `"-inf"`; ``value(as:)`` tells them from texts of that name.
public struct JSONValue: Codable, Sendable, Equatable {
    /// The value.
    public let value: ParameterValue

    /// Wraps a value.
    public init(_ value: ParameterValue) { self.value = value }

    /// The value of a parameter of a form: where texts are wanted, `"inf"` is one.
    public func value(as form: ParameterForm) -> ParameterValue {
        switch form {
        case .optional(let wrapped): value(as: wrapped)
        case .text, .choice, .numbers:
            // JSON has no infinities: one that was read was written as a text.
            switch value {
            case .number(.infinity): .string("inf")
            case .number(-.infinity): .string("-inf")
            default: value
            }
        default: value
        }
    }

    /// Reads any JSON.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            value = .null
        } else if let boolean = try? container.decode(Bool.self) {
            value = .bool(boolean)
        } else if let integer = try? container.decode(Int.self), integer != 0 || !Self.isNegativeZero(container) {
            value = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            value = .number(number)
        } else if let text = try? container.decode(String.self) {
            value = text == "inf" ? .number(.infinity) : text == "-inf" ? .number(-.infinity) : .string(text)
        } else if let list = try? container.decode([JSONValue].self) {
            value = .list(list.map(\.value))
        } else {
            value = .table(try container.decode([String: JSONValue].self).mapValues(\.value))
        }
    }

    /// Whether a zero that was read is `-0`, which whole numbers have not got.
    private static func isNegativeZero(_ container: any SingleValueDecodingContainer) -> Bool {
        (try? container.decode(Double.self))?.sign == .minus
    }

    /// Writes JSON.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch value {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value) where value.isFinite: try container.encode(value)
        case .number(let value): try container.encode(value > 0 ? "inf" : "-inf")
        case .string(let value): try container.encode(value)
        case .list(let values): try container.encode(values.map(JSONValue.init))
        case .table(let table): try container.encode(table.mapValues(JSONValue.init))
        }
    }
}
