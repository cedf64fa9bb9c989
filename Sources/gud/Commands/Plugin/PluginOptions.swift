import ArgumentParser
import GUDCore
import GUDPipeline
import GUDPluginHost

/// `--plugin` and `--safe-mode`, shared by all commands that look names up.
struct PluginOptions: ParsableArguments {
    @Option(
        name: .customLong("plugin"), parsing: .singleValue,
        help: ArgumentHelp(
            "A plugin, or a folder of them, before those that are installed; may be repeated.", valueName: "path"))
    var paths: [String] = []

    @Flag(help: "Load no plugins.")
    var safeMode = false

    /// The host of these plugins.
    func host() throws -> PluginHost {
        var options = PluginHost.Options()
        options.paths = paths
        options.isSafeMode = safeMode
        PluginHost.setCancellation { Interrupt.isRequested }
        return try PluginHost(options)
    }

    /// What is found, each usable plugin beside the built-ins and those found before it.
    func records() throws -> (host: PluginHost, records: [PluginRecord]) {
        let host = try host()
        var registry = try Registry.builtIn()
        return (host, try host.records(in: &registry) { Terminal.error($0) })
    }

    /// What a file or folder is, beside the built-ins, whatever else is installed.
    ///
    /// - Parameter anew: Whether to forget what is known about it first.
    static func records(of path: String, anew: Bool = false) throws -> [PluginRecord] {
        var options = PluginHost.Options()
        options.paths = [path]
        let host = try PluginHost(options)
        if anew { try host.forget(path) }
        var registry = try Registry.builtIn()
        return try host.records(in: &registry).filter { $0.source == .explicit }
    }

    /// The built-ins and everything that plugins bring; what cannot be used is told on standard error.
    func registry() throws -> Registry {
        var registry = try Registry.builtIn()
        if safeMode { return registry }
        for complaint in try host().register(in: &registry, progress: { Terminal.error($0) }) {
            Terminal.error("warning: \(complaint)")
        }
        return registry
    }
}

/// `--allow-plugin-mismatch`, shared by the commands that open checkpoints.
struct MismatchOptions: ParsableArguments {
    @Flag(help: "Open a checkpoint although a component comes from another plugin, or another version of it.")
    var allowPluginMismatch = false

    /// Lets a mismatch pass with a warning, or not.
    func decide(_ mismatch: CheckpointError) throws {
        guard allowPluginMismatch else { throw mismatch }
        Terminal.error("warning: \(mismatch)")
    }
}
