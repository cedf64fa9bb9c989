import ArgumentParser
import Foundation
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
    if options.safeMode { throw ValidationError("--safe-mode looks for no plugins, and so not for '\(name)'") }
    let isPath =
        name.contains("/") || name.hasSuffix(".so") || name.hasSuffix(".yaml")
        || FileManager.default.fileExists(atPath: name)
    if isPath { options.paths.insert(name, at: 0) }
    let (host, records) = try options.records()
    if let record = records.first(where: { $0.description?.id == name }) { return record }
    guard isPath else {
        let known = records.compactMap { $0.description?.id }
        throw RegistryError.unknownName(
            kind: "plugin", name: name, suggestion: nearest(to: name, among: known), known: known)
    }
    // The library of a manifest is a candidate, and no record.
    let there = host.search.candidates.filter { $0.foundAt == name || $0.foundAt.hasPrefix("\(name)/") }.map(\.path)
    let found = records.filter { $0.source == .explicit && there.contains($0.path) }
    guard let record = found.first else {
        throw ValidationError("'\(name)' holds no plugin: neither a .so file nor a .plugin.yaml file")
    }
    guard found.count == 1 else {
        throw ValidationError(
            "'\(name)' holds \(found.count) plugins; name one: \(found.map(\.path).joined(separator: ", "))")
    }
    return record
}
