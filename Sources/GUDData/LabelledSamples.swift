/// Samples of one shape, with or without labels.
public struct LabelledSamples: Sendable, Equatable {
    /// The scalars, row-major `[count, D]`; images channel-last, scaled to [-1, 1].
    public let values: [Float]
    /// The class of each sample, from 0; `nil` where the data have none.
    public let labels: [Int]?
    /// The number of scalars in a sample, *D*.
    public let dimension: Int

    /// Pairs rows with labels.
    ///
    /// - Parameters:
    ///   - values: Row-major `[count, D]`, whole rows.
    ///   - labels: As many as there are rows, or `nil`.
    ///   - dimension: *D*, positive.
    public init(values: [Float], labels: [Int]? = nil, dimension: Int) {
        precondition(dimension > 0 && values.count.isMultiple(of: dimension), "values must fill whole rows")
        precondition(labels.map { $0.count == values.count / dimension } ?? true, "one label for each row")
        self.values = values
        self.labels = labels
        self.dimension = dimension
    }

    /// No samples at all.
    public static func empty(dimension: Int) -> LabelledSamples {
        LabelledSamples(values: [], dimension: dimension)
    }

    /// The number of samples.
    public var count: Int { values.count / dimension }

    /// The scalars of one sample.
    public subscript(index: Int) -> ArraySlice<Float> {
        values[index * dimension..<(index + 1) * dimension]
    }

    /// The first samples; all of them where there are fewer.
    public func prefix(_ maximum: Int) -> LabelledSamples {
        guard maximum < count else { return self }
        return LabelledSamples(
            values: Array(values.prefix(maximum * dimension)), labels: labels.map { Array($0.prefix(maximum)) },
            dimension: dimension)
    }

    /// The samples at the given indices, in their order; an index may occur more than once.
    ///
    /// - Complexity: O(*indices* · *D*).
    public func selecting(_ indices: some Sequence<Int>) -> LabelledSamples {
        let indices = Array(indices)
        let rows = [Float](unsafeUninitializedCapacity: indices.count * dimension) { buffer, initialized in
            for index in indices {
                let row = self[index]
                _ = buffer[initialized..<initialized + dimension].initialize(fromContentsOf: row)
                initialized += dimension
            }
        }
        return LabelledSamples(
            values: rows, labels: labels.map { labels in indices.map { labels[$0] } }, dimension: dimension)
    }
}
