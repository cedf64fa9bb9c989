import ArgumentParser
import Foundation
import GUDCore
import GUDData
import GUDEvaluation
import GUDPipeline
import GUDReport

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Compare runs on one page.",
        discussion: """
            Writes an HTML page that needs no network: likelihood and quality by cost, samples, bits per band,
            schedules, losses and configurations. Runs that differ in their seed alone are taken together.
            What 'gud evaluate' has not measured yet is measured first, by the run's own sampler at 5, 10,
            20 and 50 steps, and kept in RUN/evaluation.json.

            Example:
              gud compare runs/soft runs/hard -o report.html
            """)

    @Argument(help: "Directories of runs.")
    var runs: [String]

    @Option(name: .shortAndLong, help: "The page.")
    var output = "comparison.html"

    @Option(help: "The heading of the page.")
    var title: String?

    @Option(name: .customShort("n"), help: "Samples of each set, where something is measured.")
    var count: Int?

    @Flag(help: "Measure all runs anew.")
    var anew = false

    @Flag(help: "Print what was compared as JSON too.")
    var json = false

    @OptionGroup var device: DeviceOptions
    @OptionGroup var plugins: PluginOptions
    @OptionGroup var mismatch: MismatchOptions

    func validate() throws {
        if let count, count < 2 { throw ValidationError("-n \(count): compare at least two samples") }
        if let twice = runs.first(where: { run in runs.count { Self.isSame($0, run) } > 1 }) {
            throw ValidationError("'\(twice)' is given twice; compare each run once")
        }
        try OutputPath.validate([("-o", output)])
    }

    func run() throws {
        let registry = try plugins.registry()
        Interrupt.watch()
        var compared: [ComparedRun] = []
        for path in runs {
            let directory = RunDirectory(path)
            let (pipeline, step) = try directory.load(
                registry: registry, device: device.device, onMismatch: mismatch.decide)
            let evaluation = try evaluation(of: pipeline, step: step, in: directory)
            compared.append(
                try ComparedRun(
                    directory, name: name(of: path), evaluation: evaluation, pipeline: pipeline,
                    isCancelled: { Interrupt.isRequested }))
        }
        let page = ComparisonPage(
            compared, title: title ?? (compared.count == 1 ? compared[0].name : "Comparison of \(compared.count) runs"))
        try AtomicFile.write(Data(page.html().utf8), to: output)
        for warning in page.warnings { Terminal.error("warning: \(warning)") }
        if json {
            let records = try compared.map { try JSONSerialization.jsonObject(with: try $0.evaluation.json()) }
            print(try JSONText.of(["page": output, "runs": records]))
        } else {
            print(output)
        }
    }

    /// What was measured of a run, or is measured now.
    private func evaluation(of pipeline: Pipeline, step: Int, in directory: RunDirectory) throws -> RunEvaluation {
        if !anew {
            do {
                if let kept = try directory.evaluation(), kept.step == step { return kept }
            } catch let error as RunEvaluationError {
                Terminal.error("warning: \(error); measuring it now")
            }
        }
        Terminal.error("measuring \(directory.path)")
        let dataset = try pipeline.configuration.loadData(pipeline.registry)
        var options = RunEvaluator.Options()
        options.count = count
        options.extractors = try ExtractorFile.load(
            ExtractorFile.customary(run: directory.path, data: try pipeline.configuration.dataText(pipeline.registry)),
            for: dataset.shape, resizes: false, device: device.device)
        options.samplers = try pipeline.samplerChoices([], steps: [5, 10, 20, 50])
        options.likelihood = .bound(times: 64)
        options.toleratesNoLikelihood = true
        return try RunEvaluator(
            pipeline, dataset: dataset, options: options, progress: TerminalProgress(),
            isCancelled: { Interrupt.isRequested }
        ).evaluate(directory, step: step)
    }

    /// What a run is called: the last part of its path, the whole path where two end alike.
    private func name(of path: String) -> String {
        let name = RunDirectory(path).name
        return runs.count { RunDirectory($0).name == name } > 1 ? path : name
    }

    private static func isSame(_ a: String, _ b: String) -> Bool {
        URL(fileURLWithPath: a).standardizedFileURL == URL(fileURLWithPath: b).standardizedFileURL
    }
}
