/// A denoiser whose parameters are improved by gradient steps on ε-matching.
///
/// The trainer decides what is noised, when, and at which learning rate; the denoiser owns its parameters, their gradients,
/// the optimiser and the running average of the weights. ``Denoiser/predictNoise(in:states:embeddings:into:)`` uses the
/// average. One thread trains at a time.
public protocol TrainableDenoiser: FittedDenoiser {
    /// The number of trainable scalars.
    var parameterCount: Int { get }

    /// Makes the optimiser, from the kept state where there is one.
    ///
    /// - Throws: ``DenoiserError``.
    func beginTraining(_ options: OptimiserOptions) throws(DenoiserError)

    /// One gradient step on the mean of `(ε̂ − ε)²` over a batch, without components that are excluded.
    ///
    /// The result is a function of the parameters, the batch, the options and `randomSeed` alone, so that a run that is
    /// resumed gives what an uninterrupted one gives.
    ///
    /// - Parameters:
    ///   - batch: Noised components with the noise that was added.
    ///   - learningRate: For this step.
    ///   - randomSeed: Seeds whatever the step draws itself (dropout).
    /// - Throws: ``DenoiserError``. A loss that is not finite is reported, not thrown, and the parameters stay as they were.
    func trainingStep(
        _ batch: NoisedBatch, learningRate: Double, randomSeed: UInt64
    ) throws(DenoiserError) -> TrainingStepReport
}

/// Noised components, and what was done to them.
public struct NoisedBatch: Sendable {
    /// z(t), row-major `[batch, K]`.
    public var noised: [Float]
    /// ε, row-major `[batch, K]`.
    public var noise: [Float]
    /// The noising state of each sample.
    public var states: NoisingStates
    /// The condition of each sample, or `nil`.
    public var embeddings: Embeddings?
    /// The components whose error does not count, row-major `[batch, K]`: those that are held; `nil` where all count.
    public var excluded: [Bool]?

    /// A batch.
    public init(
        noised: [Float], noise: [Float], states: NoisingStates, embeddings: Embeddings?, excluded: [Bool]? = nil
    ) {
        self.noised = noised
        self.noise = noise
        self.states = states
        self.embeddings = embeddings
        self.excluded = excluded
    }

    /// What is wrong with an estimate: `ε̂ − ε`, 0 for components that are excluded, and how many are not.
    ///
    /// - Throws: ``DenoiserError/count(_:expected:what:)`` where the estimate, or the list of excluded components, is not one
    ///   number for each of the batch.
    public func errors(of estimate: [Float]) throws(DenoiserError) -> (values: [Float], counted: Int) {
        guard estimate.count == noise.count else {
            throw .count(estimate.count, expected: noise.count, what: "the estimate")
        }
        var errors = estimate
        for place in errors.indices { errors[place] -= noise[place] }
        guard let excluded else { return (errors, errors.count) }
        guard excluded.count == noise.count else {
            throw .count(excluded.count, expected: noise.count, what: "the list of excluded components")
        }
        for place in errors.indices where excluded[place] { errors[place] = 0 }
        return (errors, excluded.count { !$0 })
    }
}

/// How parameters are updated: AdamW with clipped gradients and a running average.
///
/// Source: Loshchilov & Hutter, "Decoupled weight decay regularization", arXiv:1711.05101.
public struct OptimiserOptions: Sendable {
    /// Decay of the running mean of gradients.
    public var beta1 = 0.9
    /// Decay of the running mean of squared gradients.
    public var beta2 = 0.99
    /// Added to the root of the second moment.
    public var epsilon = 1e-8
    /// Decoupled weight decay per unit of learning rate.
    public var weightDecay = 0.01
    /// Gradients whose joint norm exceeds this are scaled down to it.
    public var gradientClip = 1.0
    /// Decay of the running average of the weights per step, in [0, 1).
    public var averaging = 0.999

    /// The defaults.
    public init() {}
}

/// What one gradient step found.
public struct TrainingStepReport: Sendable {
    /// The mean of `(ε̂ − ε)²` before the step.
    public let loss: Double
    /// The joint norm of the gradients before clipping.
    public let gradientNorm: Double

    /// A report.
    public init(loss: Double, gradientNorm: Double) {
        self.loss = loss
        self.gradientNorm = gradientNorm
    }
}
