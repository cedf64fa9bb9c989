import GUDCore

/// Data to train on and data to test with.
///
/// Images are flattened channel-last and scaled to [-1, 1]. Where the source holds one of *L* quantised levels *q*, the value is
/// `2q / (L − 1) − 1`, so that neighbouring levels are ``binWidth`` apart: likelihoods in bits need it.
public struct Dataset: Sendable {
    /// The name, for people: `digits`.
    public let name: String
    /// The shape of one sample, of dimension *D*.
    public let shape: SampleShape
    /// The number of classes; 0 without labels.
    public let classCount: Int
    /// The number of quantisation levels of the source (17 for the digits, 256 for bytes); `nil` for continuous data.
    public let levels: Int?
    /// What a model may see.
    public let training: LabelledSamples
    /// What a model must not see; empty where the source has no such part.
    public let test: LabelledSamples

    /// Puts a data set together from its parts.
    ///
    /// - Throws: ``DatasetError`` where there is nothing to train on, a row is not of the shape, a value is not finite, labels
    ///   are missing in one part, or a label is not below `classCount`.
    /// - Complexity: O(*count* · *D*).
    public init(
        name: String, shape: SampleShape, classCount: Int = 0, levels: Int? = nil, training: LabelledSamples,
        test: LabelledSamples
    ) throws(DatasetError) {
        guard training.count > 0 else { throw .nothingToTrainOn(name) }
        for (part, samples) in [("training", training), ("test", test)] {
            guard samples.dimension == shape.dimension else {
                throw .rowWidth(name, part: part, samples.dimension, shape)
            }
            if let index = samples.values.firstNonFinite {
                throw .notFinite(name, part: part, sample: index / shape.dimension, samples.values[index])
            }
            guard samples.count == 0 || (samples.labels == nil) == (classCount == 0) else {
                throw .unlabelled(name, part: part, classCount: classCount)
            }
            if let index = samples.labels?.firstIndex(where: { !(0..<classCount).contains($0) }) {
                throw .label(name, part: part, sample: index, samples.labels?[index] ?? 0, classCount: classCount)
            }
        }
        self.name = name
        self.shape = shape
        self.classCount = classCount
        self.levels = levels
        self.training = training
        self.test = test
    }

    /// The distance between neighbouring levels, 2 / (levels − 1), in data units; `nil` for continuous data.
    public var binWidth: Double? { levels.map { 2 / Double($0 - 1) } }

    /// The nearest samples that the source could hold: clamped to [-1, 1] and rounded to its levels; continuous data stay.
    ///
    /// Measures of sample quality compare what would be stored as images, not what a model says between the levels.
    public func quantised(_ values: [Float]) -> [Float] {
        guard let levels else { return values }
        let scale = Float(levels - 1) / 2
        return values.map { (min(max($0, -1), 1) * scale + scale).rounded() / scale - 1 }
    }
}
