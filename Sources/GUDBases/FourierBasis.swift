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
/// Cost: two small matrix products a sample, `2 H W C (H + W)` operations, and an O(*D*) butterfly; long vectors O(D log D).
///
/// Source: Gerdes, Welling & Cheng, arXiv:2410.02667, use the complex transform; packing as in Sorensen et al.,
/// "Real-valued fast Fourier transform algorithms", IEEE Trans. ASSP 35, 1987. Tested against `numpy.fft`.
public struct FourierBasis: SampleTransformBasis {
    /// The shape of one sample.
    public let shape: SampleShape
    let transform: any SampleTransform

    /// The Fourier transform of samples of a shape; a vector is transformed along its one axis.
    public init(shape: SampleShape) {
        self.shape = shape
        let grid = Grid(shape)
        transform =
            grid.hasRows || grid.width < SignalTransform.shortest
            ? ImageFourierTransform(grid) : SignalTransform(.fourier, length: grid.width)
    }

    /// The length |k| of the wave vector in cycles per image, with `k` and `k − n` the same wave along each axis.
    public func labels(_ order: NaturalOrder) -> [Double]? {
        guard order == .frequency else { return nil }
        let grid = Grid(shape)
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
                name: "fourier", summary: "Discrete Fourier transform in a real orthonormal packing.")
        ) { _, context in FourierBasis(shape: context.shape) }
    }
}
