import ArgumentParser
import GUDCore
import GUDPluginHost

struct PluginCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin", abstract: "Make, check, trust and look at plugins.",
        discussion: """
            Plugins are looked for in the paths given with --plugin, in GUD_PLUGIN_PATH, in gud/plugins of the user's data
            folder, and in the system's folders. A file is tried in a process of its own before its first use.
            """,
        subcommands: [
            PluginListCommand.self, PluginInfoCommand.self, PluginNewCommand.self, PluginBuildCommand.self,
            PluginValidateCommand.self, PluginProbeCommand.self, PluginTrustCommand.self, PluginBenchCommand.self,
        ])
}

/// The plugin that an argument means: a file, or the id of one that is found.
func findPlugin(_ name: String, _ options: PluginOptions) throws -> PluginRecord {
    var options = options
    let isPath = name.contains("/") || name.hasSuffix(".so") || name.hasSuffix(".yaml")
    if isPath { options.paths.insert(name, at: 0) }
    let records = try options.records().records
    if isPath {
        // Explicit paths come first.
        guard let record = records.first(where: { $0.source == .explicit }) else {
            throw ValidationError("'\(name)' holds no plugin: neither a .so file nor a .plugin.yaml file")
        }
        return record
    }
    if let record = records.first(where: { $0.description?.id == name }) { return record }
    let known = records.compactMap { $0.description?.id }
    throw RegistryError.unknownName(
        kind: "plugin", name: name, suggestion: nearest(to: name, among: known), known: known)
}
