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
