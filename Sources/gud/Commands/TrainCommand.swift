import ArgumentParser
import Foundation
import GUDCore
import GUDPipeline
import GUDTraining

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Train the pipeline of a configuration.",
        discussion: """
            Example:
              gud train digits.yaml --set schedule.softness=0.2 --run runs/soft
              gud train digits.yaml --run runs/soft --resume
            """)

    @Argument(help: "The configuration, a YAML file.")
    var config: String

    @OptionGroup var overrides: OverrideOptions

    @Option(name: .customLong("run"), help: "The directory of the run; runs/ and the configuration's name by default.")
    var runPath: String?

    @Flag(help: "Go on from the newest checkpoint in the directory.")
    var resume = false

    @OptionGroup var device: DeviceOptions
    @OptionGroup var plugins: PluginOptions
    @OptionGroup var mismatch: MismatchOptions

    func run() throws {
        let registry = try plugins.registry()
        let configuration = try Configuration(contentsOf: config, overrides: overrides.set, registry: registry)
        let name = URL(fileURLWithPath: config).deletingPathExtension().lastPathComponent
        let directory = RunDirectory(runPath ?? "runs/\(name)")
        Interrupt.watch()
        let training = try TrainingRun(
            configuration, in: directory, resumes: resume, registry: registry, device: device.device,
            progress: TerminalProgress(), onMismatch: mismatch.decide)
        switch try training.run(shouldStop: { Interrupt.isRequested }) {
        case .finished(let step):
            Terminal.error("finished after step \(step)")
            print(directory.path)
        case .stopped(let step):
            Terminal.error(
                "stopped after step \(step); the checkpoint is kept: add --resume to go on from it")
            throw Interrupted()
        }
    }
}
