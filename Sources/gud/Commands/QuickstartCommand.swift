import ArgumentParser
import Foundation
import GUDCore
import GUDEvaluation
import GUDPipeline

struct QuickstartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quickstart",
        abstract: "Train on the bundled digits, sample, and score the samples; takes a few minutes.",
        discussion: """
            Writes runs/quickstart/: the run, a picture of real and generated digits, and the scores.

            Example:
              gud quickstart
              gud quickstart --set training.steps=500 --run runs/quick
            """)

    @OptionGroup var overrides: OverrideOptions

    @Option(name: .customLong("run"), help: "The directory of the run.")
    var directory = "runs/quickstart"

    @OptionGroup var plugins: PluginOptions

    func run() throws {
        let registry = try plugins.registry()
        Interrupt.watch()
        let quickstart = Quickstart(
            registry: registry, directory: RunDirectory(directory), overrides: overrides.set,
            progress: TerminalProgress())
        guard let outcome = try quickstart.run(shouldStop: { Interrupt.isRequested }) else {
            Terminal.error("stopped; the checkpoint is kept in '\(directory)'")
            throw Interrupted()
        }
        print(EvaluationText(outcome.evaluation).scores)
        print("")
        let total = outcome.times.reduce(0) { $0 + $1.seconds }
        let rows = (outcome.times + [("total", total)]).map { [$0.0, String(format: "%.1f s", $0.1)] }
        print(Terminal.table(rows, numeric: true))
        print("")
        print("real digits (left) and generated ones (right): \(outcome.picture)")
        print("draw more: gud sample \(directory) -n 64 -o more.png")
    }
}
