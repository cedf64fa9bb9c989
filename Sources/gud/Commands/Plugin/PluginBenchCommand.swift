import ArgumentParser
import Foundation
import GUDCore
import GUDPipeline
import GUDPluginHost

struct PluginBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure a plugin's components beside a built-in of the same kind.",
        discussion: """
            Calls a second and gigabytes a second (in and out), in this process, in a process of the plugin's own, and of the
            built-in; interleaved, medians of five.

            Example:
              gud plugin bench build/walsh.so
            """)

    @Argument(help: "A file, or the id of a plugin that is found.")
    var plugin: String

    @OptionGroup var plugins: PluginOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let record = try findPlugin(plugin, plugins)
        guard record.isUsable, let description = record.description else {
            throw PluginError.refused(path: record.path, reason: record.statusText)
        }
        var options = plugins
        options.paths.insert(record.path, at: 0)
        let registry = try options.registry()
        var results: [ComponentBench.Result] = []
        for component in description.components {
            results += try ComponentBench(registry, kind: component.kind, name: component.name).run()
        }
        if json {
            return try print(JSONText.of(results.map(\.json)))
        }
        let header = ["component", "size", "who", "calls/s", "GB/s", "time / built-in"]
        print(Terminal.table([header] + results.flatMap(\.rows)))
    }
}
