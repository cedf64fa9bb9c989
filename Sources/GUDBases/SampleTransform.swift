import GUDCore

/// An orthonormal transform of single samples, of as many scalars as it has components.
protocol SampleTransform: Sendable {
    /// Scalars of scratch that one sample needs.
    var scratchCount: Int { get }

    /// Writes `U x`; scratch holds anything.
    func forward(_ sample: Span<Float>, into result: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>)

    /// Writes `Uᵀ c`; scratch holds anything.
    func inverse(_ coefficients: Span<Float>, into result: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>)
}

/// A basis that is a transform of single samples.
protocol SampleTransformBasis: Basis {
    var transform: any SampleTransform { get }
}

extension SampleTransformBasis {
    /// The number of components, *D*.
    public var componentCount: Int { dimension }

    /// Writes the coefficients of each sample.
    public func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        _ = try batchCount(
            source: samples.count, rowsOf: dimension, destination: coefficients.count, rowsOf: dimension)
        SampleBatch.transform(
            samples, rowsOf: dimension, into: &coefficients, rowsOf: dimension, scratch: transform.scratchCount
        ) { [transform] sample, result, scratch in
            transform.forward(sample, into: &result, scratch: &scratch)
        }
    }

    /// Writes the sample of each row of coefficients.
    public func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        _ = try batchCount(
            source: coefficients.count, rowsOf: dimension, destination: samples.count, rowsOf: dimension)
        SampleBatch.transform(
            coefficients, rowsOf: dimension, into: &samples, rowsOf: dimension, scratch: transform.scratchCount
        ) { [transform] coefficients, result, scratch in
            transform.inverse(coefficients, into: &result, scratch: &scratch)
        }
    }
}
