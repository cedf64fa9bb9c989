import ArgumentParser
import Foundation
import GUDCore
import GUDPluginHost

struct PluginInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Show everything that is known about one plugin.",
        discussion: """
            Example:
              gud plugin info build/walsh.so
              gud plugin info org.example.walsh
            """)

    @Argument(help: "A file, or the id of a plugin that is found.")
    var plugin: String

    @OptionGroup var plugins: PluginOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let record = try findPlugin(plugin, plugins)
        if json {
            try print(JSONText.of(record.json))
            if !record.isUsable { throw ExitCode(1) }
            return
        }
        var rows = [["file", record.path], ["found in", record.source.rawValue], ["sha256", record.sha256]]
        if let description = record.description {
            rows = [["plugin", "\(description.id) \(description.version)"]] + rows
            rows.append(["interface", description.interface])
            rows.append(["license", description.license ?? "not stated"])
            rows.append(["made with", description.toolkit ?? "not stated"])
            if let library = description.library { rows.append(["binds", library]) }
        }
        rows.append(["status", record.statusText])
        if let checked = record.checked {
            let date = checked.date.formatted(.iso8601)
            rows.append(["checked", "\(date), in \(Int((checked.seconds * 1000).rounded())) ms"])
        }
        print(Terminal.table(rows))
        for component in record.description?.components ?? [] {
            print(
                "\n\(component.kind)/\(component.name)  [calls: \(component.threads.rawValue)]\n  \(component.summary)")
            let parameters = try component.schema().specifications.map { parameter in
                [
                    "    \(parameter.name)", parameter.defaultValue.map { "= \($0)" } ?? "(required)",
                    parameter.documentation,
                ]
            }
            if !parameters.isEmpty { print(Terminal.table(parameters)) }
        }
        for note in record.description?.notes ?? [] { print("note: \(note)") }
        if !record.isUsable { throw ExitCode(1) }
    }
}
