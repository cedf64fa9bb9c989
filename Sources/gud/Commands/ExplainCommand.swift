import ArgumentParser
import Foundation
import GUDCore
import GUDPipeline

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show what a configuration means: providers, parameters, shapes and cost.",
        discussion: """
            Every name is resolved, everything that is fitted is fitted; nothing is trained.

            Example:
              gud explain digits.yaml --set basis=haar
            """)

    @Argument(help: "The configuration, a YAML file.")
    var config: String

    @OptionGroup var overrides: OverrideOptions

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var plugins: PluginOptions

    func run() throws {
        let registry = try plugins.registry()
        let configuration = try Configuration(contentsOf: config, overrides: overrides.set, registry: registry)
        let explanation = try Explanation(configuration, registry: registry)
        if json {
            try print(JSONText.of(explanation.json))
        } else {
            print(explanation.text)
        }
    }
}

extension Explanation {
    /// The explanation as a script reads it.
    fileprivate var json: [String: Any] {
        [
            "components": components.map { component in
                [
                    "section": component.section, "kind": component.kind, "name": component.name,
                    "provider": component.provider.id, "version": component.provider.version,
                    "hash": component.provider.hash ?? NSNull(),
                    "parameters": component.parameters.mapValues(JSONText.object),
                ] as [String: Any]
            },
            "facts": Dictionary(uniqueKeysWithValues: facts.map { ($0.name, $0.value) }),
            "report": report,
        ]
    }

    /// The explanation as people read it.
    fileprivate var text: String {
        var lines: [String] = []
        for component in components {
            let hash = component.provider.hash.map { ", sha256 \($0.prefix(12))" } ?? ""
            lines.append("\(component.section): \(component.kind)/\(component.name)  [\(component.provider)\(hash)]")
            let rows = component.parameters.sorted { $0.key < $1.key }.map { ["    \($0.key)", "\($0.value)"] }
            if !rows.isEmpty { lines.append(Terminal.table(rows)) }
        }
        lines.append("")
        lines.append(Terminal.table(facts.map { [$0.name, $0.value] }))
        return (lines + report).joined(separator: "\n")
    }
}
