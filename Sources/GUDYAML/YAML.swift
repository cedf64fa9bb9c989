import Foundation
import GUDCore
import Yams

/// YAML to and from parameter values.
public enum YAML {
    /// The top-level table of a text; an empty text is an empty table.
    ///
    /// - Throws: ``YAMLError``.
    public static func table(_ text: String) throws(YAMLError) -> [String: ParameterValue] {
        switch try value(text) {
        case .table(let table): return table
        case .null: return [:]
        default: throw YAMLError(reason: "the top level must be a table of sections")
        }
    }

    /// The value that a text stands for.
    ///
    /// - Throws: ``YAMLError``.
    public static func value(_ text: String) throws(YAMLError) -> ParameterValue {
        do {
            guard let node = try Yams.compose(yaml: text) else { return .null }
            return convert(node)
        } catch {
            throw YAMLError(reason: "\(error)".trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    private static func convert(_ node: Node) -> ParameterValue {
        switch node {
        case .mapping(let mapping):
            let pairs = mapping.map { (key, value) in (key.string ?? "\(convert(key))", convert(value)) }
            return .table(Dictionary(pairs, uniquingKeysWith: { _, last in last }))
        case .sequence(let sequence): return .list(sequence.map(convert))
        case .scalar(let scalar):
            // A quoted scalar is a text, whatever it looks like.
            if scalar.style == .singleQuoted || scalar.style == .doubleQuoted { return .string(scalar.string) }
            if node.null != nil { return .null }
            if let value = node.bool { return .bool(value) }
            if let value = node.int { return .integer(value) }
            if let value = node.float { return .number(value) }
            return .string(scalar.string)
        default: return .null
        }
    }

    /// A table as text, its top level in the given order and each section on a line of its own where it is short.
    public static func text(_ entries: [(String, ParameterValue)]) throws -> String {
        var text = ""
        for (key, value) in entries {
            text += try Yams.serialize(node: Node.mapping(.init([(Node(key), node(value))])), width: -1)
        }
        return text
    }

    private static func node(_ value: ParameterValue) -> Node {
        switch value {
        case .null: Node("null", Tag(.null))
        case .bool(let value): Node(value ? "true" : "false", Tag(.bool))
        case .integer(let value): Node(String(value), Tag(.int))
        case .number(let value): Node(value.isInfinite ? value > 0 ? ".inf" : "-.inf" : "\(value)", Tag(.float))
        case .string(let text): Node(text, Tag(.str), isPlain(text) ? .any : .doubleQuoted)
        case .list(let values): .sequence(.init(values.map(node), Tag(.seq), .flow))
        case .table(let table):
            .mapping(.init(table.sorted { $0.key < $1.key }.map { (Node($0.key), node($0.value)) }))
        }
    }

    /// Whether a text reads back as a text without quotes.
    private static func isPlain(_ text: String) -> Bool {
        guard let node = try? Yams.compose(yaml: text), case .string(let back) = convert(node) else { return false }
        return back == text
    }
}

/// Why a text is not the YAML that it should be.
public struct YAMLError: Error, Sendable {
    /// The parser's reason, with line and column.
    public let reason: String
}
