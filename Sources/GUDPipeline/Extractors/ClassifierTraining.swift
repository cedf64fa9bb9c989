import GUDCore
import GUDData
import GUDNeural
import GUDTraining

/// Trains the classifier of a data set, once, for all runs on it.
public struct ClassifierTraining: Sendable {
    /// How to train.
    public struct Options: Sendable {
        /// Gradient steps; by default three times through the data, and 1,000 at least.
        public var steps: Int?
        /// Images per step.
        public var batchSize = 64
        /// The peak learning rate of AdamW; it falls to zero along a cosine.
        public var learningRate = 2e-3
        /// The seed of weights, order and dropout.
        public var seed: UInt64 = 0
        /// The standard deviation of the noise that is added to training images, so that features do not hang on single pixels.
        public var noise = 0.4
        /// The sizes of the layers.
        public var architecture = ImageClassifier.Architecture()
        /// Where it computes.
        public var device = "cpu"

        /// The customary options.
        public init() {}
    }

    private let dataset: Dataset
    private let options: Options
    private let axes: [Int]
    private let labels: (training: [Int], test: [Int])

    /// Prepares the training on a data set.
    ///
    /// - Throws: ``ExtractorError`` where there are no images, no labels, or nothing held out.
    public init(_ dataset: Dataset, options: Options = Options()) throws {
        guard case .image = dataset.shape else { throw ExtractorError.notImages(dataset.name, dataset.shape) }
        guard dataset.test.count > 0 else { throw ExtractorError.noTest(dataset.name) }
        guard let training = dataset.training.labels, let test = dataset.test.labels else {
            throw ExtractorError.unlabelled(dataset.name)
        }
        self.dataset = dataset
        self.options = options
        axes = dataset.shape.axes
        labels = (training, test)
    }

    /// Trains, measures the accuracy on held-out images, and writes the file.
    ///
    /// - Parameters:
    ///   - name: What the file calls the data.
    ///   - path: The file.
    ///   - shouldStop: Polled between steps.
    /// - Returns: What the file says about the classifier, or `nil` where it was stopped; nothing is written then.
    /// - Throws: ``EngineError``, ``ExtractorError/diverged(step:loss:)`` or ``FileError``.
    public func run(
        named name: String, to path: String, progress: any ProgressReporter = SilentProgress(),
        shouldStop: () -> Bool = { false }
    ) throws -> ClassifierExtractor.Record? {
        let classifier = try ImageClassifier(
            height: axes[0], width: axes[1], channels: axes[2], classCount: dataset.classCount,
            architecture: options.architecture, seed: options.seed, device: options.device)
        let training = dataset.training
        let steps = options.steps ?? max(1000, 3 * training.count / options.batchSize)
        var schedule = try TrainingOptions([
            "decay": .string(LearningRateDecay.cosine.rawValue), "warmup": .integer(min(100, steps / 10)),
        ])
        (schedule.stepCount, schedule.learningRate) = (steps, options.learningRate)
        progress.note("training \(classifier.parameterCount) parameters for \(steps) steps on \(training.count) images")
        try classifier.beginTraining(schedule.optimiser)
        var order = ShuffledEpochs(count: training.count, seed: options.seed)
        let dropout = CounterNoise(seed: options.seed, purpose: .augmentation)
        progress.begin(total: steps, at: 0)
        defer { progress.end() }
        for step in 1...max(steps, 1) where steps > 0 {
            if shouldStop() { return nil }
            let chosen = (0..<options.batchSize).map { order.index(at: (step - 1) * options.batchSize + $0) }
            let loss = try classifier.trainingStep(
                noisy(training.selecting(chosen).values, step: step), labels: chosen.map { labels.training[$0] },
                learningRate: schedule.learningRate(step: step),
                randomSeed: UInt64(dropout.uniform(sample: 0, step: step) * 0x1p53))
            guard loss.isFinite else { throw ExtractorError.diverged(step: step, loss: loss) }
            progress.advance(
                to: step, "loss \(rounded(loss, 4))", isMilestone: step.isMultiple(of: 100) || step == steps)
        }
        let record = ClassifierExtractor.Record(
            data: name, shape: axes, preprocessing: "none: channel-last, [-1, 1]",
            featureScale: scale(of: try classifier.outputs(of: training.prefix(2000).values).features),
            classCount: dataset.classCount, architecture: options.architecture, trainingCount: training.count,
            testCount: dataset.test.count,
            testAccuracy: accuracy(
                ofLogits: try classifier.outputs(of: dataset.test.values).logits, labels: labels.test),
            steps: steps, seed: options.seed)
        try ClassifierExtractor.write(classifier, record, to: path)
        return record
    }
}

extension ClassifierTraining {
    /// What brings features to a mean square of 1; 1 where they are all zero.
    private func scale(of features: [Float]) -> Float {
        let square = features.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(features.count, 1))
        return square > 0 ? Float(1 / square.squareRoot()) : 1
    }

    private func noisy(_ images: [Float], step: Int) -> [Float] {
        let dimension = dataset.shape.dimension
        let noise = CounterNoise(seed: options.seed, purpose: .training)
            .normals(samples: 0..<images.count / dimension, count: dimension, step: step)
        return zip(images, noise).map { $0 + Float(options.noise) * $1 }
    }
}

/// The fraction of rows of logits, `[N, classes]`, whose largest is that of the label.
public func accuracy(ofLogits logits: [Float], labels: [Int]) -> Double {
    let classes = logits.count / max(labels.count, 1)
    let right = labels.indices.count { row in
        let scores = logits[row * classes..<(row + 1) * classes]
        return scores.firstIndex(of: scores.max() ?? .nan) == row * classes + labels[row]
    }
    return Double(right) / Double(max(labels.count, 1))
}
