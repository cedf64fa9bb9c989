import GUDCore

/// The discrete Fourier transform as a real orthonormal basis, for any height and width.
///
/// With `F[k] = Σ_x x e^(−2πi k·x) / √(H W)` of one channel, a real image has `F[−k] = conj F[k]`, so each pair (k, −k)
/// carries two real numbers. The layout is that of `numpy.fft.fftn`: of a pair, the place that comes first holds
/// √2 Re F[k], the other √2 Im F[k] of the first's *k*; a *k* that is its own negative holds Re F[k].
/// Every cosine and its sine are components of their own, each with its own variance, label and schedule.
///
/// It diagonalises every covariance that is invariant under cyclic shifts and reflections.
///
/// Cost: two small matrix products a sample, `2 H W C (H + W)` operations, and an O(*D*) butterfly.
///
/// Source: Gerdes, Welling & Cheng, arXiv:2410.02667, use the complex transform; packing as in Sorensen et al.,
/// "Real-valued fast Fourier transform algorithms", IEEE Trans. ASSP 35, 1987. Tested against `numpy.fft`.
public struct FourierBasis: Basis {
    /// The shape of one sample.
    public let shape: SampleShape
    private let transform: SeparableTransform

    /// The Fourier transform of samples of a shape; a vector is transformed along its one axis.
    public init(shape: SampleShape) {
        self.shape = shape
        transform = SeparableTransform(Grid(shape), matrix: AxisMatrix.fourier)
    }

    /// The number of components, *D*.
    public var componentCount: Int { dimension }

    /// Writes the packed Fourier transform of each sample.
    public func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        _ = try batchCount(
            source: samples.count, rowsOf: dimension, destination: coefficients.count, rowsOf: dimension)
        SampleBatch.transform(
            samples, rowsOf: dimension, into: &coefficients, rowsOf: dimension, scratch: dimension
        ) { [transform] sample, result, scratch in
            transform.forward(sample, into: &result, scratch: &scratch)
            FourierButterfly(transform.grid).pack(&result)
        }
    }

    /// Writes the sample of each row of packed coefficients.
    public func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        _ = try batchCount(
            source: coefficients.count, rowsOf: dimension, destination: samples.count, rowsOf: dimension)
        SampleBatch.transform(
            coefficients, rowsOf: dimension, into: &samples, rowsOf: dimension, scratch: dimension
        ) { [transform] coefficients, result, scratch in
            for index in coefficients.indices { result[unchecked: index] = coefficients[unchecked: index] }
            FourierButterfly(transform.grid).unpack(&result)
            transform.inverse(inPlace: &result, scratch: &scratch)
        }
    }

    /// The length |k| of the wave vector in cycles per image, with `k` and `k − n` the same wave along each axis.
    public func labels(_ order: NaturalOrder) -> [Double]? {
        guard order == .frequency else { return nil }
        let grid = transform.grid
        return grid.labels { row, column in
            let (k, l) = (min(row, grid.height - row), min(column, grid.width - column))
            return Double(k * k + l * l).squareRoot()
        }
    }
}

extension FourierBasis {
    /// Makes the basis `fourier`.
    public static var factory: BasisFactory {
        BasisFactory(
            Descriptor(
                name: "fourier", summary: "Discrete Fourier transform in a real orthonormal packing.",
                schema: Whitening.schema())
        ) { _, context in FourierBasis(shape: context.shape) }
    }
}
