import GUDCore

extension Dataset {
    /// The data set without a random share of its training part, and that share.
    ///
    /// - Parameters:
    ///   - share: In [0, 1); 0 leaves the data set as it is. At least one sample stays to train on.
    ///   - seed: The seed of the choice.
    /// - Returns: The smaller data set, and what was held out.
    /// - Throws: ``DatasetError`` as the initialiser.
    public func holdingOut(
        _ share: Double, seed: UInt64
    ) throws(DatasetError) -> (dataset: Dataset, heldOut: LabelledSamples) {
        let count = min(Int((share * Double(training.count)).rounded()), training.count - 1)
        guard count > 0 else { return (self, .empty(dimension: shape.dimension)) }
        let order = Partition.shuffled(training.count, seed: seed)
        let smaller = try Dataset(
            name: name, shape: shape, classCount: classCount, levels: levels,
            training: training.selecting(order.dropFirst(count).sorted()), test: test)
        return (smaller, training.selecting(order.prefix(count).sorted()))
    }
}
