import GUDCore

/// The discrete cosine transform of type II, orthonormal, along every axis of the image.
///
/// Component (k, l) of a channel is `a_k b_l Σ_ij x_ij cos(πk(2i + 1)/2H) cos(πl(2j + 1)/2W)`, with `a_0 = √(1/H)`,
/// `a_k = √(2/H)`, and likewise *b* along the width. It lies where the pixel of row *k*, column *l* lay.
///
/// Cost: two small matrix products a sample, `2 H W C (H + W)` operations; long vectors O(D log D). Round trips are exact to about 4 ulps of
/// `‖x‖∞` per axis; the conformance tests state the bound.
///
/// Source: Ahmed, Natarajan & Rao, "Discrete cosine transform", IEEE Trans. Computers C-23, 1974; tested against
/// `scipy.fft.dctn(type=2, norm="ortho")`.
public struct DCTBasis: SampleTransformBasis {
    /// The shape of one sample.
    public let shape: SampleShape
    let transform: any SampleTransform

    /// The cosine transform of samples of a shape; a vector is transformed along its one axis.
    public init(shape: SampleShape) {
        self.shape = shape
        let grid = Grid(shape)
        transform =
            grid.hasRows || grid.width < SignalTransform.shortest
            ? SeparableTransform(grid, matrix: AxisMatrix.cosine) : SignalTransform(.cosine, length: grid.width)
    }

    /// The frequency `√(k² + l²)/2` in cycles per image: index *k* makes *k* half-cycles.
    public func labels(_ order: NaturalOrder) -> [Double]? {
        guard order == .frequency else { return nil }
        return Grid(shape).labels { row, column in Double(row * row + column * column).squareRoot() / 2 }
    }
}

extension DCTBasis {
    /// Makes the basis `dct`.
    public static var factory: BasisFactory {
        BasisFactory(
            Descriptor(
                name: "dct", summary: "Discrete cosine transform (type II, orthonormal).")
        ) { _, context in DCTBasis(shape: context.shape) }
    }
}
