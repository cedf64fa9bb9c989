import ArgumentParser
import Foundation
import GUDCore
import GUDPluginHost

struct PluginListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the plugins that are found, usable or not, and why not.",
        discussion: """
            Example:
              gud plugin list
              gud plugin list --plugin build/walsh.so --json
            """)

    @OptionGroup var plugins: PluginOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let (host, records) = try plugins.records()
        if json {
            return try print(JSONText.of(records.map(\.json)))
        }
        for problem in host.search.problems { Terminal.error("warning: plugin \(problem)") }
        if records.isEmpty {
            Terminal.error("no plugins found; 'gud doctor' says where they are looked for")
            return
        }
        for record in records {
            let title = record.description.map { "\($0.id) \($0.version)" } ?? "(unknown)"
            print("\(title)  \(record.path)\n  \(record.statusText)")
            if let description = record.description {
                print("  brings " + description.components.map { "\($0.kind)/\($0.name)" }.joined(separator: ", "))
            }
        }
    }
}

extension PluginRecord {
    /// The record as a script reads it.
    var json: [String: Any] {
        var fields: [String: Any] = [
            "path": path, "source": source.rawValue, "sha256": sha256, "usable": isUsable, "status": statusText,
        ]
        if let description {
            fields["id"] = description.id
            fields["version"] = description.version
            fields["interface"] = description.interface
            fields["license"] = description.license ?? NSNull()
            fields["toolkit"] = description.toolkit ?? NSNull()
            fields["components"] = description.components.map { component in
                [
                    "kind": component.kind, "name": component.name, "summary": component.summary,
                    "threads": component.threads.rawValue,
                ]
            }
            fields["notes"] = description.notes
        }
        if case .quarantined(let breakdown, let date) = status {
            fields["quarantine"] = [
                "event": breakdown.event, "stage": breakdown.stage,
                "fault": breakdown.fault.map { $0 as Any } ?? NSNull(),
                "output": breakdown.output, "date": date.formatted(.iso8601),
            ]
        }
        if let checked {
            fields["checked"] = checked.date.formatted(.iso8601)
            fields["checkSeconds"] = checked.seconds
        }
        return fields
    }
}
