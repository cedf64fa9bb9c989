import ArgumentParser
import Foundation
import GUDCore
import GUDPipeline

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the components that a configuration can name, with their parameters.",
        discussion: """
            Example:
              gud list basis
              gud list --json
            """)

    @Argument(help: "One kind: basis, schedule, denoiser, conditioner, sampler or dataset; all by default.")
    var kind: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var plugins: PluginOptions

    func run() throws {
        let registry = try plugins.registry()
        if let kind, !registry.kinds.contains(kind) {
            throw RegistryError.unknownName(
                kind: "kind of component", name: kind, suggestion: nearest(to: kind, among: registry.kinds),
                known: registry.kinds)
        }
        let entries = (kind.map { [$0] } ?? registry.kinds).flatMap { registry.entries(of: $0) }
        if json {
            try print(JSONText.of(entries.map(Self.summary)))
        } else {
            for kind in kind.map({ [$0] }) ?? registry.kinds {
                print(entries.filter { $0.kind == kind }.map(Self.text).joined(separator: "\n"))
            }
        }
    }

    private static func text(_ entry: Registry.Entry) -> String {
        let rows = entry.descriptor.schema.specifications.map { parameter in
            [
                "    \(parameter.name)", parameter.defaultValue.map { "= \($0)" } ?? "(required)",
                ([parameter.documentation] + [parameter.unit.map { "In \($0)." }].compactMap { $0 })
                    .joined(separator: " "),
            ]
        }
        let title = "\(entry.kind)/\(entry.descriptor.name)  [\(entry.provider)]\n  \(entry.descriptor.summary)"
        return rows.isEmpty ? title : title + "\n" + Terminal.table(rows)
    }

    private static func summary(_ entry: Registry.Entry) -> [String: Any] {
        [
            "kind": entry.kind, "name": entry.descriptor.name, "summary": entry.descriptor.summary,
            "provider": ["id": entry.provider.id, "version": entry.provider.version],
            "parameters": entry.descriptor.schema.specifications.map { parameter -> [String: Any] in
                var fields: [String: Any] = [
                    "name": parameter.name, "type": parameter.expectation, "documentation": parameter.documentation,
                    "required": parameter.defaultValue == nil,
                ]
                if let value = parameter.defaultValue { fields["default"] = JSONText.object(value) }
                if let range = parameter.range {
                    fields["range"] = [range.lowerBound, range.upperBound].map { JSONText.object(.number($0)) }
                }
                if let unit = parameter.unit { fields["unit"] = unit }
                return fields
            },
        ]
    }
}

/// JSON for scripts.
enum JSONText {
    /// A value as JSON with sorted keys.
    static func of(_ object: Any) throws -> String {
        let data = try JSONSerialization.data(
            withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }

    /// A parameter's value as JSON can hold it; infinities become texts.
    static func object(_ value: ParameterValue) -> Any {
        switch value {
        case .null: NSNull()
        case .bool(let value): value
        case .integer(let value): value
        case .number(let value): value.isFinite ? value : value > 0 ? "inf" : "-inf"
        case .string(let value): value
        case .list(let values): values.map(object)
        case .table(let table): table.mapValues(object)
        }
    }
}
