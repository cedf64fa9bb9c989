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
}
