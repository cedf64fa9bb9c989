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
    /// Everything that the numbers depend on besides the run.
    public struct Recipe: Sendable, Codable, Equatable {
        /// The data set's name.
        public var data: String
        /// The axes of a sample.
        public var shape: [Int]
        /// The number of quantisation levels that samples are rounded to; `nil` for continuous data.
        public var levels: Int?
        /// What the samples are compared with, in words.
        public var reference: String
        /// How many samples of it.
        public var referenceCount: Int
        /// The seed of the samples.
        public var seed: UInt64
        /// What the measures saw: pixels first, then features.
        public var extractors: [Extractor]
        /// Counts and seeds of the measures.
        public var measures: QualityRecipe

        /// A recipe.
        public init(
            data: String, shape: [Int], levels: Int?, reference: String, referenceCount: Int, seed: UInt64,
            extractors: [Extractor], measures: QualityRecipe
        ) {
            self.data = data
            self.shape = shape
            self.levels = levels
            self.reference = reference
            self.referenceCount = referenceCount
            self.seed = seed
            self.extractors = extractors
            self.measures = measures
        }
    }

    /// What turned images into features.
    public struct Extractor: Sendable, Codable, Equatable {
        /// Its name, unique in one record: `pixels`, or that of its file.
        public var name: String
        /// The SHA-256 of its file, in hexadecimal; `nil` for pixels.
        public var hash: String?
        /// Features per image.
        public var featureCount: Int
        /// What it is, and what was done to images before, in words.
        public var summary: String

        /// A description of an extractor.
        public init(name: String, hash: String?, featureCount: Int, summary: String) {
            self.name = name
            self.hash = hash
            self.featureCount = featureCount
            self.summary = summary
        }
    }

    /// What a set of samples is.
    public enum Role: String, Sendable, Codable {
        /// Drawn from the run's model.
        case model
        /// Training images: the floor.
        case floor
        /// Drawn from another model, for comparison.
        case baseline
    }

    /// How samples were drawn.
    public struct Sampling: Sendable, Codable, Equatable {
        /// The sampler's registry name.
        public var sampler: String
        /// Its parameters as text, defaults included.
        public var parameters: [String: String]
        /// The steps, where the sampler takes a fixed number.
        public var steps: Int?
        /// Evaluations of the denoiser per sample, as counted, the final denoising included.
        public var evaluationsPerSample: Double
        /// The wall time of drawing them all, in seconds.
        public var seconds: Double

        /// A description of how samples were drawn.
        public init(
            sampler: String, parameters: [String: String], steps: Int?, evaluationsPerSample: Double, seconds: Double
        ) {
            self.sampler = sampler
            self.parameters = parameters
            self.steps = steps
            self.evaluationsPerSample = evaluationsPerSample
            self.seconds = seconds
        }
    }

    /// One set of samples and what was measured of it.
    public struct Entry: Sendable, Codable, Equatable {
        /// What it is.
        public var role: Role
        /// Its name, unique in one record: `dpm++2m, 20 steps`.
        public var name: String
        /// How many samples.
        public var count: Int
        /// How they were drawn; `nil` for data.
        public var sampling: Sampling?
        /// The measures on each extractor's features, in the order of the recipe.
        public var scores: [FeatureScores]
        /// The power in each band of frequencies against the reference; empty where samples are not images.
        public var spectrum: [SpectrumBand]
        /// How near samples are to training data; `nil` for the training data themselves.
        public var memorisation: Memorisation?

        /// An entry.
        public init(
            role: Role, name: String, count: Int, sampling: Sampling? = nil, scores: [FeatureScores] = [],
            spectrum: [SpectrumBand] = [], memorisation: Memorisation? = nil
        ) {
            self.role = role
            self.name = name
            self.count = count
            self.sampling = sampling
            self.scores = scores
            self.spectrum = spectrum
            self.memorisation = memorisation
        }

        /// A measure on the features of one extractor.
        public func measure(_ name: Measure.Name, on extractor: String) -> Measure? {
            scores.first { $0.extractor == extractor }?.measures.first { $0.name == name }
        }
    }

    /// The measures on the features of one extractor.
    public struct FeatureScores: Sendable, Codable, Equatable {
        /// The extractor's name.
        public var extractor: String
        /// The measures.
        public var measures: [Measure]

        /// Pairs an extractor with its measures.
        public init(extractor: String, measures: [Measure]) {
            self.extractor = extractor
            self.measures = measures
        }
    }

    /// A likelihood of held-out data.
    public struct Likelihood: Sendable, Codable, Equatable {
        /// `ode` or `elbo`.
        public var method: String
        /// How many samples were measured.
        public var count: Int
        /// −log₂ P per dimension.
        public var bitsPerDimension: Double
        /// Its standard error over samples; `nil` for a single one.
        public var standardError: Double?
        /// Evaluations of the denoiser per sample.
        public var evaluationsPerSample: Double
        /// The wall time in seconds.
        public var seconds: Double
        /// Everything else that it depends on.
        public var recipe: [String: String]
        /// The order whose labels make the groups of ``parts``: `frequency`, `level`, …; `nil` where the basis has none.
        public var order: String?
        /// What components that share a label contribute; they sum to the whole.
        public var parts: [Part]

        /// What a group of components contributes.
        public struct Part: Sendable, Codable, Equatable {
            /// The label that they share.
            public var label: Double
            /// How many they are.
            public var componentCount: Int
            /// −log₂ P of the group, in bits per sample.
            public var bits: Double
            /// Its standard error; `nil` for a single sample.
            public var standardError: Double?

            /// A part.
            public init(label: Double, componentCount: Int, bits: Double, standardError: Double?) {
                self.label = label
                self.componentCount = componentCount
                self.bits = bits
                self.standardError = standardError
            }
        }

        /// A likelihood.
        public init(
            method: String, count: Int, bitsPerDimension: Double, standardError: Double?,
            evaluationsPerSample: Double, seconds: Double, recipe: [String: String], order: String?, parts: [Part]
        ) {
            self.method = method
            self.count = count
            self.bitsPerDimension = bitsPerDimension
            self.standardError = standardError
            self.evaluationsPerSample = evaluationsPerSample
            self.seconds = seconds
            self.recipe = recipe
            self.order = order
            self.parts = parts
        }
    }
}

extension RunEvaluation {
    /// The record as JSON with sorted keys, so that equal records are equal bytes.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
