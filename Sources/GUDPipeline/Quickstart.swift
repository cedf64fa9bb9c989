import Foundation
import GUDCore
import GUDData
import GUDEvaluation
import GUDTraining

/// The main job from end to end: real digits in, a trained model, its samples and their scores out.
public struct Quickstart {
    /// The configuration that is trained.
    public static let configuration = """
        data: {name: digits, split: random}
        basis: {name: dct}
        schedule: {name: soft, softness: 2, order: frequency, gammaDenoise: -6, gammaNoise: 6}
        denoiser: {name: unet, channels: 16, multipliers: [1, 2]}
        training: {steps: 4000, batch: 64, learningRate: 2e-3, decay: cosine, sampleEvery: 0}
        sampler: {name: dpm++2m, steps: 20}
        seed: 0

        """

    /// What came out.
    public struct Outcome {
        /// The scores of the samples, of training images and of two exact baselines.
        public let evaluation: RunEvaluation
        /// The picture: real digits on the left, generated ones on the right.
        public let picture: String
        /// The wall time of each stage, in seconds.
        public let times: [(stage: String, seconds: Double)]
    }

    private let registry: Registry
    private let directory: RunDirectory
    private let overrides: [String]
    private let progress: any ProgressReporter

    /// A quickstart in a directory.
    public init(registry: Registry, directory: RunDirectory, overrides: [String], progress: any ProgressReporter) {
        self.registry = registry
        self.directory = directory
        self.overrides = overrides
        self.progress = progress
    }

    /// Does everything.
    ///
    /// - Parameter shouldStop: Polled during training and sampling.
    /// - Returns: The outcome, or `nil` where it was stopped; a checkpoint is kept then.
    public func run(shouldStop: @escaping @Sendable () -> Bool) throws -> Outcome? {
        var watch = Stopwatch()
        let configuration = try Configuration(
            yaml: Self.configuration, overrides: overrides, registry: registry, name: "quickstart")
        try removeEarlierRun()

        progress.note("1/4  loading the bundled digits and fitting the basis")
        let dataset = try configuration.loadData(registry)
        let training = try TrainingRun(
            configuration, in: directory, registry: registry, dataset: dataset, progress: progress)
        watch.lap("data and basis")

        progress.note("2/4  training")
        if case .stopped = try training.run(shouldStop: shouldStop) { return nil }
        watch.lap("training")

        let count = dataset.training.count
        progress.note("3/4  scoring \(count) samples, and as many of two exact baselines, against held-out images")
        let (trained, step) = try directory.load(registry: registry)
        var options = RunEvaluator.Options()
        options.count = count
        options.seed = configuration.seed
        options.baselines = ["gaussian", "mixture"]
        let evaluation = try RunEvaluator(
            trained, dataset: dataset, options: options, progress: progress, isCancelled: shouldStop
        ).evaluate(directory, step: step)
        watch.lap("sampling and scoring")

        progress.note("4/4  a picture of real and generated digits")
        let picture = "\(directory.path)/samples.png"
        try PNGFile.write(
            ImageGrid(columns: 10).compose(
                dataset.test.prefix(100).values,
                beside: try trained.sample(0..<100, seed: configuration.seed, batchSize: 100, isCancelled: shouldStop),
                shape: dataset.shape),
            to: picture)
        watch.lap("picture")
        return Outcome(evaluation: evaluation, picture: picture, times: watch.laps)
    }

    /// The quickstart may be run again and again: it replaces what it made before, and nothing else.
    private func removeEarlierRun() throws {
        guard directory.isOccupied else { return }
        progress.note("replacing the earlier run in '\(directory.path)'")
        for step in directory.checkpoints().steps {
            try FileManager.default.removeItem(atPath: directory.checkpoints().path(step: step))
        }
        for path in [directory.checkpoints().bestPath, directory.configurationPath] {
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}

/// Wall time by stage.
struct Stopwatch {
    private var last = Date()
    private(set) var laps: [(stage: String, seconds: Double)] = []

    mutating func lap(_ stage: String) {
        let now = Date()
        laps.append((stage, now.timeIntervalSince(last)))
        last = now
    }
}
