import Foundation
import GUDConditioners
import GUDCore
import GUDData
import GUDTraining

/// One training run in its directory: fits the pipeline, trains the denoiser, and keeps everything.
public final class TrainingRun {
    /// The pipeline that is trained.
    public let pipeline: Pipeline
    /// Where everything is kept.
    public let directory: RunDirectory
    /// How it is trained.
    public let options: TrainingOptions

    private let samples: TrainingSamples
    private let validation: TrainingSamples?
    private let parts: HeldParts?
    private var best = Double.infinity
    private let firstStep: Int
    private let progress: any ProgressReporter
    private let metrics: MetricsFile
    private let events: EventFile

    /// Prepares a run, new or resumed.
    ///
    /// - Parameters:
    ///   - configuration: What to train.
    ///   - directory: Where to keep it; made if need be.
    ///   - resumes: Whether to go on from the directory's newest checkpoint.
    ///   - progress: Is told how the run goes.
    ///   - dataset: The data, where the caller has them already.
    ///   - onMismatch: As for loading a checkpoint.
    /// - Throws: ``CheckpointError/occupied(_:)`` where there is a run and `resumes` is false;
    ///   ``CheckpointError/mismatch(_:differences:)`` where the run was made with another configuration;
    ///   whatever loading and fitting throw.
    public init(
        _ configuration: Configuration, in directory: RunDirectory, resumes: Bool = false, registry: Registry,
        device: String = "cpu", dataset: Dataset? = nil, progress: any ProgressReporter,
        onMismatch: (CheckpointError) throws -> Void = { throw $0 }
    ) throws {
        self.directory = directory
        self.progress = progress
        options = try configuration.training()
        if directory.isOccupied, !resumes { throw CheckpointError.occupied(directory.path) }
        let (dataset, heldOut) = try (dataset ?? configuration.loadData(registry)).holdingOut(
            options.validationShare, seed: configuration.seed)
        progress.note("\(dataset.name): \(dataset.training.count) training samples of \(dataset.shape)")
        if resumes, !directory.checkpoints().steps.isEmpty {
            let (checkpoint, path) = try directory.latestCheckpoint()
            try Self.checkMatch(configuration, checkpoint, path: path, directory, registry)
            // How long to train, and where a plugin runs, are today's decisions.
            let places = try configuration.resolvedTree(registry).compactMap { section, value -> String? in
                guard case .table(let table) = value, let isolated = table["isolated"] else { return nil }
                return "\(section).isolated=\(isolated)"
            }
            let changes = ["training.steps=\(options.stepCount)"] + places.sorted()
            (pipeline, firstStep) = try Pipeline.load(
                checkpoint, path: path, overrides: changes, registry: registry, device: device,
                onMismatch: onMismatch)
            guard pipeline.space.shape == dataset.shape else {
                throw CheckpointError.mismatch(
                    directory.path,
                    differences: ["samples are \(dataset.shape), the run's are \(pipeline.space.shape)"])
            }
            best = try directory.bestValidationLoss() ?? .infinity
            progress.note("resuming after step \(firstStep)")
        } else {
            pipeline = try Pipeline.fit(configuration, to: dataset, registry: registry, device: device)
            firstStep = 0
            for line in pipeline.report { progress.note(line) }
        }
        let augmentation = try configuration.augmentation(of: dataset)
        samples = try augmentation.trainingSamples(dataset.training, in: pipeline.space)
        validation =
            heldOut.count == 0 ? nil : try augmentation.validationSamples(heldOut, in: pipeline.space)
        parts = try pipeline.heldParts()
        try AtomicFile.makeDirectory(directory.path)
        try AtomicFile.write(Data(try configuration.yaml(registry).utf8), to: directory.configurationPath)
        metrics = try MetricsFile(path: directory.metricsPath, keepingUpTo: firstStep)
        events = try EventFile(directory: directory.path)
    }

    /// Trains, or for a denoiser that is exact just keeps what was fitted.
    ///
    /// - Parameter shouldStop: Polled between steps.
    /// - Returns: How the run ended.
    public func run(shouldStop: () -> Bool = { false }) throws -> TrainingOutcome {
        guard let denoiser = pipeline.denoiser as? any TrainableDenoiser else {
            try checkpointDue(step: 0)
            progress.note("denoiser '\(pipeline.configuration.denoiser.name)' is exact: there is nothing to train")
            return .finished(step: 0)
        }
        for caveat in try pipeline.trainingCaveats() { progress.note("warning: \(caveat)") }
        var trainer = try Trainer(
            denoiser, schedule: pipeline.schedule, samples: samples, validation: validation,
            condition: try trainingCondition(), parts: parts, options: options,
            seed: pipeline.configuration.seed)
        progress.note(
            "training \(denoiser.parameterCount) parameters for \(options.stepCount - firstStep) steps in "
                + "'\(directory.path)'")
        directory.log("training from step \(firstStep) to \(options.stepCount)")
        progress.begin(total: options.stepCount, at: firstStep)
        defer { progress.end() }
        do {
            let outcome = try trainer.run(after: firstStep, observer: self, shouldStop: shouldStop)
            if case .finished(let step) = outcome, step == firstStep { try checkpointDue(step: step) }
            directory.log("\(outcome)")
            return outcome
        } catch {
            directory.log("failed: \(error)")
            throw error
        }
    }

    private func trainingCondition() throws -> TrainingCondition? {
        let width = pipeline.conditioner.embeddingWidth
        guard width > 0, samples.labels != nil else { return nil }
        let rows = try pipeline.classEmbeddings()
        let dropProbability = (pipeline.conditioner as? any TrainingConditioner)?.dropProbability ?? 0
        return TrainingCondition(width: width, dropProbability: dropProbability) { rows[$0] }
    }

    /// Compares a configuration with that of the run; how long to train, and how often to report, may change.
    private static func checkMatch(
        _ configuration: Configuration, _ checkpoint: Safetensors, path: String, _ directory: RunDirectory,
        _ registry: Registry
    ) throws {
        let kept = try Configuration(
            yaml: try Pipeline.metadata(of: checkpoint, path: path).configuration, registry: registry, name: path)
        let mayChange: Set = [
            "training.steps", "training.logEvery", "training.checkpointEvery", "training.keepCheckpoints",
            "training.sampleEvery", "baseDirectory",
        ]
        let differences = try configuration.differences(from: kept, registry).filter { difference in
            !mayChange.contains(difference.key) && !difference.key.hasPrefix("data.")
                && !difference.key.hasPrefix("sampler.") && !difference.key.hasSuffix(".isolated")
        }.map { "\($0.key): the run has \($0.kept ?? "nothing"), the configuration \($0.asked ?? "nothing")" }
        guard differences.isEmpty else {
            throw CheckpointError.mismatch(directory.path, differences: differences)
        }
    }
}

extension TrainingRun: TrainingObserver {
    /// Takes in the step's loss, and reports it where a line is due.
    public func stepTaken(_ step: Int, report: TrainingStepReport, learningRate: Double) throws {
        metrics.add(report)
        let (loss, rate) = metrics.current
        let isDue = step % options.logInterval == 0 || step == options.stepCount
        progress.advance(to: step, "loss \(rounded(loss, 4))  \(rounded(rate, 1)) steps/s", isMilestone: isDue)
        guard isDue else { return }
        try metrics.writeLine(step: step, learningRate: learningRate)
        try events.add("training/loss", loss, step: step)
        try events.add("training/learning_rate", learningRate, step: step)
    }

    /// Notes the loss on held-out data, and keeps the best state so far.
    public func validated(_ step: Int, loss: Double) throws {
        metrics.add(validationLoss: loss)
        try events.add("validation/loss", loss, step: step)
        guard loss < best else { return }
        best = loss
        try directory.checkpoints().saveBest(pipeline.checkpoint(step: step, validationLoss: loss))
    }

    /// Writes a checkpoint.
    public func checkpointDue(step: Int) throws {
        try directory.checkpoints(keeping: options.keptCheckpoints).save(pipeline.checkpoint(step: step), step: step)
    }

    /// Writes a sample grid where samples are images.
    public func samplesDue(step: Int) throws {
        guard case .image = pipeline.space.shape else { return }
        let samples = try pipeline.sample(0..<36, seed: pipeline.configuration.seed)
        try AtomicFile.makeDirectory("\(directory.path)/samples")
        try PNGFile.write(
            ImageGrid().compose(samples, shape: pipeline.space.shape), to: directory.samplesPath(step: step))
    }
}

extension Configuration {
    /// Loads the data set.
    public func loadData(_ registry: Registry) throws -> Dataset {
        try registry.factory(.dataset, named: data.name).make(
            parameters("data", data, kind: "dataset", registry),
            DatasetContext(baseDirectory: baseDirectory, seed: seed))
    }
}

/// A number with a fixed count of decimals.
func rounded(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }
