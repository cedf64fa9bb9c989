import GUDCore
import Synchronization

/// A small classifier of images, trained by cross-entropy; its last hidden layer is a space to compare sets of images in.
///
/// Everything is a function of seed, data, device and number of threads. All engine work happens under one lock.
public final class ImageClassifier: Sendable {
    /// The sizes of its layers.
    public struct Architecture: Sendable, Codable, Equatable {
        /// Channels of the first convolution; the second and third have two and four times as many.
        public var channels = 16
        /// The width of the feature layer.
        public var features = 64
        /// The probability of dropping a feature in training.
        public var dropout = 0.2

        /// The customary sizes: about 0.2 million parameters on 28×28 images.
        public init() {}
    }

    /// The axes of an image: height, width, channels.
    public let axes: [Int]
    /// The number of classes.
    public let classCount: Int
    /// The sizes of the layers.
    public let architecture: Architecture
    /// The number of trainable scalars.
    public let parameterCount: Int

    private let core: Mutex<ClassifierCore>

    /// Makes a classifier, new or from a kept state.
    ///
    /// - Parameters:
    ///   - state: The weights; random ones from the seed where there are none.
    /// - Throws: ``EngineError``, also where a state does not fit.
    public init(
        height: Int, width: Int, channels: Int, classCount: Int, architecture: Architecture = Architecture(),
        seed: UInt64 = 0, device: String = "cpu", state: StateArrays? = nil
    ) throws(EngineError) {
        axes = [height, width, channels]
        self.classCount = classCount
        self.architecture = architecture
        var core = try ClassifierCore(
            seed: seed, device: device, dimension: height * width * channels
        ) { builder throws(EngineError) in
            try ClassifierNetwork(
                builder, height: height, width: width, channels: channels, classCount: classCount,
                architecture: architecture)
        }
        if let state { try core.restore(state) }
        parameterCount = core.parameterCount
        self.core = Mutex(core)
    }

    /// The weights by name.
    public var state: StateArrays {
        get throws(EngineError) { try core.withLock { core throws(EngineError) in try core.state() } }
    }

    /// Makes the optimiser; moments begin at zero.
    public func beginTraining(_ options: OptimiserOptions) throws(EngineError) {
        try core.withLock { core throws(EngineError) in try core.beginTraining(options) }
    }

    /// One gradient step on the mean cross-entropy of a batch.
    ///
    /// - Parameters:
    ///   - images: Row-major `[batch, height, width, channels]`.
    ///   - labels: The class of each.
    ///   - randomSeed: Seeds dropout.
    /// - Returns: The loss before the step, in nats.
    public func trainingStep(
        _ images: [Float], labels: [Int], learningRate: Double, randomSeed: UInt64
    ) throws(EngineError) -> Double {
        precondition(images.count == labels.count * axes.reduce(1, *), "one label for each image")
        return try core.withLock { core throws(EngineError) in
            try core.step(
                images, axes: [labels.count] + axes, labels: labels, learningRate: learningRate, randomSeed: randomSeed)
        }
    }

    /// Features and logits of images.
    ///
    /// - Parameters:
    ///   - images: Row-major `[N, height, width, channels]`.
    ///   - batchSize: Images that are computed at once.
    /// - Returns: Row-major `[N, features]` and `[N, classes]`.
    public func outputs(
        of images: [Float], batchSize: Int = 256
    ) throws(EngineError) -> (features: [Float], logits: [Float]) {
        let dimension = axes.reduce(1, *)
        precondition(images.count.isMultiple(of: dimension), "images must be whole")
        let count = images.count / dimension
        return try core.withLock { core throws(EngineError) in
            var (features, logits): ([Float], [Float]) = ([], [])
            for start in stride(from: 0, to: count, by: batchSize) {
                let end = min(start + batchSize, count)
                let part = try core.predict(
                    Array(images[start * dimension..<end * dimension]), axes: [end - start] + axes)
                features += part.features
                logits += part.logits
            }
            return (features, logits)
        }
    }
}
