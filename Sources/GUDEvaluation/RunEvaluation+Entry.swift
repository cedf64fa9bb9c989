extension RunEvaluation {
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
        /// How samples of classes were guided; `nil` for samples without a class.
        public var guiding: Guiding?
        /// How often each classifier finds the class that was asked for; `nil` where there are no classes or no classifier.
        public var classAccuracies: [ClassAccuracy]?

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

        /// How often an extractor's classifier finds the class that was asked for.
        public func classAccuracy(by extractor: String) -> ClassAccuracy? {
            classAccuracies?.first { $0.extractor == extractor }
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
}
