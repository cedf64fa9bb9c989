import GUDCore

/// How a denoiser is trained: the `training` section of a configuration.
public struct TrainingOptions: Sendable {
    static let steps = Parameter("steps", default: 4000, range: 0...1e9, "Gradient steps in all.")
    static let batch = Parameter("batch", default: 64, range: 1...65536, "Samples per step.")
    static let learningRate = Parameter("learningRate", default: 3e-4, range: 0...1e6, "Peak learning rate of AdamW.")
    static let warmup = Parameter("warmup", default: 200, range: 0...1e6, "Steps in which the learning rate rises.")
    static let decay = Parameter(
        "decay", default: LearningRateDecay.constant,
        "What the learning rate does after the warm-up: stays, or falls to zero along a cosine.")
    static let ema = Parameter("ema", default: 0.999, range: 0...0.999999, "Decay of the averaged weights per step.")
    static let gradientClip = Parameter(
        "gradientClip", default: 1.0, range: 1e-6...1e6, "Largest norm of the gradients.")
    static let weightDecay = Parameter("weightDecay", default: 0.01, range: 0...1, "Decoupled weight decay.")
    static let validation = Parameter(
        "validation", default: 0.0, range: 0...0.5,
        "Share of the training data to hold out; the checkpoint that does best on it is the one that is used.")
    static let dequantise = Parameter(
        "dequantise", default: false,
        "Whether to spread quantised data uniformly over their bins, anew at every step; for likelihoods.")
    static let flip = Parameter("flip", default: false, "Whether to mirror images left to right half of the time.")
    static let shift = Parameter(
        "shift", default: 0, range: 0...64, unit: "pixels",
        "The most by which images are moved in each direction; what moves in repeats the edge.")
    static let given = Parameter<ParameterTable?>(
        "given", default: nil,
        "Train with random parts of samples given, or absent: a table of probability, absent and sets.")
    static let logEvery = Parameter(
        "logEvery", default: 50, range: 1...1e6, unit: "steps", "How often metrics are written.")
    static let checkpointEvery = Parameter(
        "checkpointEvery", default: 1000, range: 1...1e9, unit: "steps", "How often a checkpoint is written.")
    static let keepCheckpoints = Parameter("keepCheckpoints", default: 3, range: 1...1000, "Checkpoints that are kept.")
    static let sampleEvery = Parameter(
        "sampleEvery", default: 1000, range: 0...1e9, unit: "steps", "How often a sample grid is written; 0 for never.")

    /// The parameters of the section.
    public static let schema = ParameterSchema([
        steps.specification, batch.specification, learningRate.specification, warmup.specification,
        decay.specification, ema.specification, gradientClip.specification, weightDecay.specification,
        validation.specification, dequantise.specification, flip.specification, shift.specification,
        given.specification, logEvery.specification, checkpointEvery.specification, keepCheckpoints.specification,
        sampleEvery.specification,
    ])

    /// Gradient steps in all.
    public var stepCount: Int
    /// Samples per step.
    public var batchSize: Int
    /// The peak learning rate.
    public var learningRate: Double
    /// Steps in which the learning rate rises linearly.
    public var warmup: Int
    /// What the learning rate does afterwards.
    public var decay: LearningRateDecay
    /// AdamW, clipping and averaging.
    public var optimiser: OptimiserOptions
    /// What happens to the data each time they are seen.
    public var augmentation: AugmentationOptions
    /// Which parts of samples are held in training; `nil` for none.
    public var given: GivenTrainingOptions?
    /// The share of the training data that is held out to choose the best checkpoint.
    public var validationShare: Double
    /// Steps between two lines of metrics.
    public var logInterval: Int
    /// Steps between two checkpoints.
    public var checkpointInterval: Int
    /// Checkpoints that are kept.
    public var keptCheckpoints: Int
    /// Steps between two sample grids; 0 for never.
    public var sampleInterval: Int

    /// Checks given values against the schema, those of tables inside too, and fills in defaults.
    ///
    /// - Parameter values: The section, by key.
    /// - Throws: ``ParameterError``.
    public static func resolve(_ values: [String: ParameterValue]) throws(ParameterError) -> Parameters {
        let outer = try schema.resolve(values, at: "training")
        guard let table = outer[given] else { return outer }
        let inner = try GivenTrainingOptions.schema.resolve(table.values, at: "training.given")
        var resolved = outer.values
        resolved[given.name] = .table(inner.values.filter { $0.value != .null })
        return Parameters(values: resolved, path: outer.path)
    }

    /// Takes the options from the values of a section.
    ///
    /// - Throws: ``ParameterError``, as ``resolve(_:)``.
    public init(_ values: [String: ParameterValue]) throws(ParameterError) {
        let parameters = try Self.resolve(values)
        given = parameters[Self.given].map {
            GivenTrainingOptions(Parameters(values: $0.values, path: "training.given"))
        }
        stepCount = parameters[Self.steps]
        batchSize = parameters[Self.batch]
        learningRate = parameters[Self.learningRate]
        warmup = parameters[Self.warmup]
        decay = parameters[Self.decay]
        var optimiser = OptimiserOptions()
        optimiser.averaging = parameters[Self.ema]
        optimiser.gradientClip = parameters[Self.gradientClip]
        optimiser.weightDecay = parameters[Self.weightDecay]
        self.optimiser = optimiser
        augmentation = AugmentationOptions(
            dequantises: parameters[Self.dequantise], flips: parameters[Self.flip], shift: parameters[Self.shift])
        validationShare = parameters[Self.validation]
        logInterval = parameters[Self.logEvery]
        checkpointInterval = parameters[Self.checkpointEvery]
        keptCheckpoints = parameters[Self.keepCheckpoints]
        sampleInterval = parameters[Self.sampleEvery]
    }

    /// The learning rate of a step, counted from 1.
    public func learningRate(step: Int) -> Double {
        if step <= warmup { return learningRate * Double(step) / Double(warmup) }
        return learningRate * decay.factor(progress: Double(step - warmup) / Double(max(1, stepCount - warmup)))
    }
}

/// What happens to the data each time they are seen.
public struct AugmentationOptions: Sendable, Equatable {
    /// Whether quantised data are spread uniformly over their bins.
    public var dequantises: Bool
    /// Whether images are mirrored left to right half of the time.
    public var flips: Bool
    /// The most by which images are moved in each direction, in pixels.
    public var shift: Int

    /// Options; by default data stay as they are.
    public init(dequantises: Bool = false, flips: Bool = false, shift: Int = 0) {
        self.dequantises = dequantises
        self.flips = flips
        self.shift = shift
    }

    /// Whether data stay as they are.
    public var isNone: Bool { self == AugmentationOptions() }
}

/// What the learning rate does after the warm-up.
public enum LearningRateDecay: String, ParameterChoice {
    case constant
    case cosine

    /// The factor at a place in [0, 1] between warm-up and end.
    func factor(progress: Double) -> Double {
        switch self {
        case .constant: 1
        case .cosine: (1 + halfTurnCosine(min(progress, 1))) / 2
        }
    }
}
