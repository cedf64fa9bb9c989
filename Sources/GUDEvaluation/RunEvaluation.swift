import Foundation

/// What was measured of one run: sample quality by sampler, likelihood, and the recipe that makes the numbers comparable.
///
/// `gud evaluate` writes it as `evaluation.json` into the run's directory, and reports read it from there. Fields are only
/// added; where one may be missing it is optional.
public struct RunEvaluation: Sendable, Codable, Equatable {
    /// The version of this layout.
    public var format = 1
    /// The run's name: the last part of its directory's path.
    public var run: String
    /// The training steps of the checkpoint that was measured.
    public var step: Int
    /// The run's resolved configuration, as YAML.
    public var configuration: String
    /// How everything was measured.
    public var recipe: Recipe
    /// One entry per set of samples: the model's, one per sampler and parameters, then those they are compared with.
    public var entries: [Entry]
    /// The likelihood of held-out data, where it was measured.
    public var likelihood: Likelihood?
    /// The trainable scalars of the denoiser; `nil` where it is exact.
    public var parameterCount: Int?
    /// The wall time of training in seconds, by the run's own metrics; `nil` where they are not there.
    public var trainingSeconds: Double?
    /// What a reader of the numbers must know: measures that were not taken, and why; too few samples for a measure.
    public var warnings: [String]

    /// A record.
    public init(
        run: String, step: Int, configuration: String, recipe: Recipe, entries: [Entry], likelihood: Likelihood? = nil,
        parameterCount: Int? = nil, trainingSeconds: Double? = nil, warnings: [String] = []
    ) {
        self.run = run
        self.step = step
        self.configuration = configuration
        self.recipe = recipe
        self.entries = entries
        self.likelihood = likelihood
        self.parameterCount = parameterCount
        self.trainingSeconds = trainingSeconds
        self.warnings = warnings
    }

    /// The entries of the model itself, one per sampler and parameters.
    public var modelEntries: [Entry] { entries.filter { $0.role == .model } }
    /// The entry of training images, below which a model of these data cannot be expected to come.
    public var floor: Entry? { entries.first { $0.role == .floor } }
}

extension RunEvaluation {
    /// The record as JSON with sorted keys, so that equal records are equal bytes.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
