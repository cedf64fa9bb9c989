import ArgumentParser
import GUDCore
import GUDPipeline

/// How a trained run is opened: shared by all commands that work with one.
struct RunOptions: ParsableArguments {
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var device: DeviceOptions
    @OptionGroup var plugins: PluginOptions
    @OptionGroup var mismatch: MismatchOptions
}

extension RunDirectory {
    /// The pipeline of the newest checkpoint, or the best where there is one, and the number of steps it was trained for.
    func load(_ options: RunOptions) throws -> (pipeline: Pipeline, step: Int) {
        try load(
            overrides: options.overrides.set, registry: try options.plugins.registry(), device: options.device.device,
            onMismatch: options.mismatch.decide)
    }
}

/// `--set`, shared by all commands that read a configuration.
struct OverrideOptions: ParsableArguments {
    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("Override a key of the configuration; may be repeated.", valueName: "path.to.key=value"))
    var set: [String] = []
}

/// `--device`, shared by all commands that compute with networks.
struct DeviceOptions: ParsableArguments {
    @Option(help: "Where networks compute: cpu, or cuda:0.")
    var device = "cpu"
}
