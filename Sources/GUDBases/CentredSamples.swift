import GUDCore
import GUDLinearAlgebra

/// Training samples with their mean removed: what bases are fitted to.
public struct CentredSamples: Sendable {
    /// The mean μ, summed in Double and rounded once, in data units.
    public let mean: [Float]
    /// The samples less ``mean``, row-major `[count, D]`.
    public let values: [Float]
    /// The number of samples.
    public let count: Int

    /// Removes the mean of samples.
    ///
    /// - Parameters:
    ///   - samples: Row-major `[count, D]`; one sample or more, all finite.
    ///   - shape: The shape of one sample.
    /// - Throws: ``BasisError/partialSample(count:dimension:)``, or ``BasisError/fit(reason:)`` where there is no sample or
    ///   a number is not finite.
    /// - Complexity: Two passes, and one copy of the samples.
    public init(_ samples: [Float], shape: SampleShape) throws(BasisError) {
        let dimension = shape.dimension
        guard samples.count % dimension == 0 else {
            throw .partialSample(count: samples.count, dimension: dimension)
        }
        guard !samples.isEmpty else { throw .fit(reason: "there are no samples; give one or more") }
        if let index = samples.firstIndex(where: { !$0.isFinite }) {
            throw .fit(
                reason: "sample \(index / dimension) holds \(samples[index]) at component \(index % dimension); "
                    + "only finite numbers can be used")
        }
        let mean = SampleMoments.mean(of: samples.span, dimension: dimension).map { Float($0) }
        var centred = samples
        Parallel.forEachRow(of: &centred, width: dimension) { _, sample in
            for index in 0..<dimension { sample[index] -= mean[index] }
        }
        self.mean = mean
        values = centred
        count = samples.count / dimension
    }
}
