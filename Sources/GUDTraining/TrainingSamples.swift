/// What a trainer draws its batches from: whitened components of the training data, and their classes.
///
/// Where data are changed at random whenever they are seen (dequantised, say), the components of a sample depend on the step
/// and on its place in the batch; a run that is resumed must still see what an uninterrupted one sees.
public struct TrainingSamples: Sendable {
    /// Where in a run a batch is drawn: what random changes may depend on.
    public struct Draw: Sendable {
        /// The step, counted from 1.
        public let step: Int
        /// The sample at each place of the batch.
        public let samples: [Int]

        /// A draw.
        public init(step: Int, samples: [Int]) {
            self.step = step
            self.samples = samples
        }
    }

    /// The number of samples.
    public let count: Int
    /// The class of each sample, where there are classes.
    public let labels: [Int]?
    /// The whitened components of a batch, row-major `[samples, K]`.
    public let components: @Sendable (Draw) throws -> [Float]

    /// Samples whose components are made when they are drawn.
    ///
    /// - Parameter components: A pure function of the draw.
    public init(count: Int, labels: [Int]?, components: @escaping @Sendable (Draw) throws -> [Float]) {
        self.count = count
        self.labels = labels
        self.components = components
    }

    /// Samples that are always the same.
    ///
    /// - Parameters:
    ///   - components: Row-major `[count, K]`.
    ///   - labels: As many as there are samples, or `nil`.
    public init(_ components: [Float], componentCount: Int, labels: [Int]? = nil) {
        self.init(count: components.count / componentCount, labels: labels) { draw in
            draw.samples.flatMap { components[$0 * componentCount..<($0 + 1) * componentCount] }
        }
    }
}
