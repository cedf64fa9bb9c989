/// How sample quality was measured: enough to repeat it.
public struct QualityRecipe: Sendable, Codable, Equatable {
    /// Directions of the sliced Wasserstein distance.
    public var projections: Int
    /// The seed of the directions.
    public var projectionSeed: UInt64
    /// The seed of every choice of a subset, where there are more samples than are compared.
    public var subsetSeed: UInt64

    /// A recipe.
    public init(projections: Int = 256, projectionSeed: UInt64 = 0, subsetSeed: UInt64 = 0) {
        self.projections = projections
        self.projectionSeed = projectionSeed
        self.subsetSeed = subsetSeed
    }

    /// Takes every measure of samples against a reference.
    ///
    /// Standard errors leave out one tenth of both sides at a time; that of the Fréchet distance is left away where its
    /// eigenvalue problems have more than 1,024 rows. The nearest-neighbour accuracy's is the binomial one.
    ///
    /// - Throws: ``EvaluationError``.
    public func measures(of samples: Samples, against reference: Samples) throws(EvaluationError) -> [Measure] {
        let isCheap = min(samples.dimension, samples.count, reference.count) <= 1024
        let sliced = { (a: Samples, b: Samples) throws(EvaluationError) in
            try slicedWassersteinDistance(a, b, projections: projections, seed: projectionSeed)
        }
        let kernel = try kernelDistance(samples, reference)
        let accuracy = try nearestNeighbourAccuracy(samples, reference, seed: subsetSeed)
        let compared = Double(2 * min(samples.count, reference.count))
        return [
            Measure(
                name: .frechet, value: try frechetDistance(samples, reference),
                standardError: isCheap
                    ? try jackknifeError(samples, reference) { (a, b) throws(EvaluationError) in
                        try frechetDistance(a, b)
                    } : nil),
            Measure(name: .kernelDistance, value: kernel.value, standardError: kernel.standardError),
            Measure(
                name: .slicedWasserstein, value: try sliced(samples, reference),
                standardError: try jackknifeError(samples, reference, sliced)),
            Measure(
                name: .nearestNeighbourAccuracy, value: accuracy,
                standardError: (accuracy * (1 - accuracy) / compared).squareRoot()),
        ]
    }
}
