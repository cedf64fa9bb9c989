/// How sample quality was measured: enough to repeat it.
public struct QualityRecipe: Sendable, Codable, Equatable {
    /// Directions of the sliced Wasserstein distance.
    public var projections: Int
    /// The seed of the directions.
    public var projectionSeed: UInt64
    /// The seed of the choice of samples for the 1-nearest-neighbour accuracy.
    public var subsetSeed: UInt64

    /// A recipe.
    public init(projections: Int = 256, projectionSeed: UInt64 = 0, subsetSeed: UInt64 = 0) {
        self.projections = projections
        self.projectionSeed = projectionSeed
        self.subsetSeed = subsetSeed
    }
}

/// Distances of several sets of samples to one reference set, and the recipe that they were measured by.
///
/// The three measures see different faults, and they disagree: report all of them, next to a floor (two halves of real data) and
/// a baseline, at equal counts.
public struct QualityReport: Sendable, Codable, Equatable {
    /// The measures of one candidate.
    public struct Row: Sendable, Codable, Equatable {
        /// The candidate's name.
        public var name: String
        /// Samples that it was judged by.
        public var count: Int
        /// ``frechetDistance(_:_:)``.
        public var frechet: Double
        /// ``slicedWassersteinDistance(_:_:projections:seed:)``.
        public var slicedWasserstein: Double
        /// ``nearestNeighbourAccuracy(_:_:seed:)``.
        public var nearestNeighbourAccuracy: Double

        /// A row.
        public init(
            name: String, count: Int, frechet: Double, slicedWasserstein: Double, nearestNeighbourAccuracy: Double
        ) {
            self.name = name
            self.count = count
            self.frechet = frechet
            self.slicedWasserstein = slicedWasserstein
            self.nearestNeighbourAccuracy = nearestNeighbourAccuracy
        }
    }

    /// What the candidates were compared with, in words.
    public var reference: String
    /// Samples of the reference set.
    public var referenceCount: Int
    /// Scalars per sample.
    public var dimension: Int
    /// How it was measured.
    public var recipe: QualityRecipe
    /// One row per candidate.
    public var rows: [Row]

    /// A report with rows that were measured before.
    public init(reference: String, referenceCount: Int, dimension: Int, recipe: QualityRecipe, rows: [Row]) {
        self.reference = reference
        self.referenceCount = referenceCount
        self.dimension = dimension
        self.recipe = recipe
        self.rows = rows
    }

    /// Measures every candidate against the reference set.
    ///
    /// - Parameters:
    ///   - candidates: Sets of samples by name, in the order of the report.
    ///   - reference: The set that they should resemble.
    ///   - name: What the reference is, in words: "297 test images".
    ///   - recipe: Counts and seeds.
    /// - Throws: ``EvaluationError``.
    public init(
        of candidates: [(name: String, samples: Samples)], against reference: Samples, named name: String,
        recipe: QualityRecipe = QualityRecipe()
    ) throws(EvaluationError) {
        var rows: [Row] = []
        for (name, samples) in candidates {
            rows.append(
                Row(
                    name: name, count: samples.count, frechet: try frechetDistance(samples, reference),
                    slicedWasserstein: try slicedWassersteinDistance(
                        samples, reference, projections: recipe.projections, seed: recipe.projectionSeed),
                    nearestNeighbourAccuracy: try GUDEvaluation.nearestNeighbourAccuracy(
                        samples, reference, seed: recipe.subsetSeed)))
        }
        self.init(
            reference: name, referenceCount: reference.count, dimension: reference.dimension, recipe: recipe, rows: rows)
    }
}
