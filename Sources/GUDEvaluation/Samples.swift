import GUDCore

/// A set of samples in a common space: pixels, or the features of a classifier.
public struct Samples: Sendable {
    /// Scalars per sample, *D*.
    public let dimension: Int
    /// Row-major `[count, D]`.
    public let values: [Float]

    /// The number of samples, *N*.
    public var count: Int { values.count / dimension }

    /// Wraps row-major values.
    ///
    /// - Throws: ``EvaluationError/partialSample(count:dimension:)`` where they are not whole samples, or
    ///   ``EvaluationError/notFinite(sample:value:)``.
    public init(_ values: [Float], dimension: Int) throws(EvaluationError) {
        guard dimension > 0, values.count % dimension == 0 else {
            throw .partialSample(count: values.count, dimension: dimension)
        }
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(sample: index / dimension, value: "\(values[index])")
        }
        self.dimension = dimension
        self.values = values
    }

    private init(checked values: [Float], dimension: Int) {
        self.dimension = dimension
        self.values = values
    }

    /// The samples at these indices, in this order.
    public func selecting(_ indices: [Int]) -> Samples {
        var selected: [Float] = []
        selected.reserveCapacity(indices.count * dimension)
        for index in indices { selected += values[index * dimension..<(index + 1) * dimension] }
        return Samples(checked: selected, dimension: dimension)
    }

    /// These samples, then others of the same size.
    func appending(_ others: Samples) -> Samples { Samples(checked: values + others.values, dimension: dimension) }

    /// At most so many samples: all of them, or a seeded random choice in their own order.
    public func subset(_ count: Int, seed: UInt64) -> Samples {
        count < self.count ? selecting(seededSubset(count, of: self.count, seed: seed)) : self
    }

    /// Checks that two sets can be compared.
    ///
    /// - Parameter atLeast: The smallest number of samples on each side.
    /// - Throws: ``EvaluationError/dimensions(_:_:)`` or ``EvaluationError/tooFew(_:needed:measure:)``.
    static func validate(_ a: Samples, _ b: Samples, atLeast count: Int, for measure: String) throws(EvaluationError) {
        guard a.dimension == b.dimension else { throw .dimensions(a.dimension, b.dimension) }
        for samples in [a, b] where samples.count < count {
            throw .tooFew(samples.count, needed: count, measure: measure)
        }
    }
}

/// The first entries of a seeded random permutation, in ascending order.
func seededSubset(_ count: Int, of total: Int, seed: UInt64) -> [Int] {
    guard count < total else { return Array(0..<total) }
    let noise = CounterNoise(seed: seed, purpose: .splitting)
    let keys = (0..<total).map { (key: noise.uniform(sample: $0), index: $0) }
    return keys.sorted { ($0.key, $0.index) < ($1.key, $1.index) }.prefix(count).map(\.index).sorted()
}
