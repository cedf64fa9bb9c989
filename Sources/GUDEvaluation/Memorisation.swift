/// How near samples are to the data that a model was trained on, against how near held-out data are.
public struct Memorisation: Sendable, Codable, Equatable {
    /// A sample and the training image that is nearest to it.
    public struct Pair: Sendable, Codable, Equatable {
        /// The index of the sample.
        public var sample: Int
        /// The index of the training image.
        public var training: Int
        /// Their Euclidean distance, in units of the samples.
        public var distance: Double

        /// A pair.
        public init(sample: Int, training: Int, distance: Double) {
            self.sample = sample
            self.training = training
            self.distance = distance
        }
    }

    /// The probability that a sample is nearer to the training data than a held-out image is (ties count half): 0.5 is what new
    /// images would have, 1 that every sample is nearer.
    public var areaUnderCurve: Double
    /// Its standard error.
    public var areaError: Double
    /// The median distance of samples over the median distance of held-out images; `nil` where the latter is 0.
    public var medianRatio: Double?
    /// The fraction of samples that are nearer than the nearest 5 % of held-out images.
    public var fractionBelowQuantile: Double
    /// The fraction of samples that are a training image exactly.
    public var copiedFraction: Double
    /// The nearest pairs, nearest first.
    public var nearest: [Pair]

    /// A result that was measured before.
    public init(
        areaUnderCurve: Double, areaError: Double, medianRatio: Double?, fractionBelowQuantile: Double,
        copiedFraction: Double, nearest: [Pair]
    ) {
        self.areaUnderCurve = areaUnderCurve
        self.areaError = areaError
        self.medianRatio = medianRatio
        self.fractionBelowQuantile = fractionBelowQuantile
        self.copiedFraction = copiedFraction
        self.nearest = nearest
    }
}

/// Compares the distances of samples to their nearest training images with those of held-out images.
///
/// Distances are Euclidean in the space of the samples. A model that copies what it was trained on is seen here and by no
/// distance between distributions, which training images themselves win. Copies that are shifted or recoloured are missed.
///
///     let found = try CopySearch(training: training, heldOut: heldOut).memorisation(of: samples)
///
/// Source: Meehan, Chaudhuri & Dasgupta, "A non-parametric test to detect data-copying in generative models", AISTATS 2020,
/// arXiv:2004.05675 (the Mann–Whitney statistic, here over the whole space); its error by DeLong, DeLong & Clarke-Pearson,
/// Biometrics 44 (1988).
public struct CopySearch: Sendable {
    private let training: Samples
    /// The distances of held-out images to their nearest training images, in ascending order.
    private let expected: [Double]

    /// Measures what held-out images have.
    ///
    /// - Throws: ``EvaluationError/dimensions(_:_:)``, or ``EvaluationError/tooFew(_:needed:measure:)`` below two samples.
    /// - Complexity: O(*H* *T* *D*) with *T* training and *H* held-out images.
    public init(training: Samples, heldOut: Samples) throws(EvaluationError) {
        try Samples.validate(heldOut, training, atLeast: 2, for: Self.measure)
        self.training = training
        expected = distances(of: heldOut, to: training, at: nearestNeighbours(of: heldOut, among: training)).sorted()
    }

    private static let measure = "the search for copies"

    /// Compares samples with them.
    ///
    /// - Parameters:
    ///   - pairCount: How many of the nearest pairs to name.
    /// - Throws: As the initialiser.
    /// - Complexity: O(*N* *T* *D*).
    public func memorisation(of samples: Samples, pairCount: Int = 8) throws(EvaluationError) -> Memorisation {
        try Samples.validate(samples, training, atLeast: 2, for: Self.measure)
        let neighbours = nearestNeighbours(of: samples, among: training)
        let distances = distances(of: samples, to: training, at: neighbours)

        // The placements of each side among the other are the Mann–Whitney statistic and its variance in one.
        let nearer = distances.map { expected.fractionAbove($0) }
        let sorted = distances.sorted()
        let farther = expected.map { 1 - sorted.fractionAbove($0) }
        let area = nearer.reduce(0, +) / Double(nearer.count)
        let variance = nearer.variance / Double(nearer.count) + farther.variance / Double(farther.count)
        let (median, expectedMedian) = (sorted.quantile(0.5), expected.quantile(0.5))
        let threshold = expected.quantile(0.05)
        let order = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
        return Memorisation(
            areaUnderCurve: area, areaError: variance.squareRoot(),
            medianRatio: expectedMedian > 0 ? median / expectedMedian : nil,
            fractionBelowQuantile: Double(distances.count { $0 < threshold }) / Double(distances.count),
            copiedFraction: Double(distances.count { $0 == 0 }) / Double(distances.count),
            nearest: order.prefix(pairCount).map {
                Memorisation.Pair(sample: $0, training: neighbours[$0], distance: distances[$0])
            })
    }
}

extension [Double] {
    /// Of an ascending list: the fraction above a value, equal ones counting half.
    fileprivate func fractionAbove(_ value: Double) -> Double {
        let (below, notAbove) = (partition { $0 >= value }, partition { $0 > value })
        return (Double(count - notAbove) + 0.5 * Double(notAbove - below)) / Double(count)
    }

    /// Of an ascending list: the first index that fulfils a condition which all after it fulfil.
    private func partition(_ isIn: (Double) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isIn(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Of an ascending list: the quantile by linear interpolation.
    fileprivate func quantile(_ fraction: Double) -> Double {
        let place = fraction * Double(count - 1)
        let index = Int(place)
        guard index + 1 < count else { return self[count - 1] }
        return self[index] + (place - Double(index)) * (self[index + 1] - self[index])
    }

    fileprivate var variance: Double {
        let mean = reduce(0, +) / Double(count)
        return reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(Swift.max(count - 1, 1))
    }
}
