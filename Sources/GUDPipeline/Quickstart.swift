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
        /// The scores; its description is a table for people.
        public let scores: QualityReport
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
        progress.note("3/4  drawing \(count) samples, and as many from two exact baselines")
        let (trained, _) = try directory.load(registry: registry)
        let samples = try trained.sample(0..<count, seed: configuration.seed, batchSize: 250, isCancelled: shouldStop)
        let gaussian = try baseline("gaussian", configuration, dataset)
        let mixture = try baseline("mixture", configuration, dataset)
        let picture = "\(directory.path)/samples.png"
        let grid = ImageGrid(columns: 10)
        try PNGFile.write(
            grid.compose(
                dataset.test.prefix(100).values, beside: Array(samples.prefix(100 * dataset.shape.dimension)),
                shape: dataset.shape),
            to: picture)
        watch.lap("sampling")

        progress.note("4/4  scoring against \(dataset.test.count) held-out images")
        let report = try QualityReport(
            of: [
                ("training images (floor)", dataset.training.values), ("gaussian, full covariance", gaussian),
                ("mixture of 10 gaussians", mixture), ("this model", samples),
            ].map { ($0.0, try Samples(dataset.quantised($0.1), dimension: dataset.shape.dimension)) },
            against: Samples(dataset.test.values, dimension: dataset.shape.dimension),
            named: "\(dataset.test.count) held-out images (samples rounded to the \(dataset.levels ?? 0) grey levels)")
        try AtomicFile.write(report.json(), to: "\(directory.path)/scores.json")
        watch.lap("scoring")
        return Outcome(scores: report, picture: picture, times: watch.laps)
    }

    /// Samples of an exact denoiser in the same space, under the same schedule.
    private func baseline(_ name: String, _ configuration: Configuration, _ dataset: Dataset) throws -> [Float] {
        let fitted = try Configuration(
            yaml: Self.configuration, overrides: overrides + ["denoiser={name: \(name)}"], registry: registry)
        let pipeline = try Pipeline.fit(fitted, to: dataset, registry: registry)
        return try pipeline.sample(0..<dataset.training.count, seed: configuration.seed, batchSize: 250)
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
