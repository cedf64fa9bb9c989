import ArgumentParser
import GUDCore
import GUDPluginHost

struct PluginProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Try plugins anew, as before their first use, whatever is known about them.",
        discussion: """
            Exits with 1 where one of them cannot be used. A plugin that was quarantined gets another chance.

            Example:
              gud plugin probe build/walsh.so
            """)

    @Argument(help: "Files: .so libraries or .plugin.yaml manifests.")
    var files: [String]

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        var records: [PluginRecord] = []
        for file in files {
            records.append(contentsOf: try PluginOptions.records(of: file, anew: true))
        }
        if json {
            try print(JSONText.of(records.map(\.json)))
        } else {
            for record in records { print("\(record.path): \(record.statusText)") }
        }
        if records.contains(where: { !$0.isUsable }) { throw ExitCode(1) }
    }
}
