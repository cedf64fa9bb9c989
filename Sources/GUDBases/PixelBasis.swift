import GUDCore

/// The samples as they are: `U = 1`.
public struct PixelBasis: Basis {
    /// The shape of one sample.
    public let shape: SampleShape

    /// The pixels of samples of a shape.
    public init(shape: SampleShape) { self.shape = shape }

    /// The number of components, *D*.
    public var componentCount: Int { dimension }

    /// Copies the samples.
    public func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        _ = try batchCount(
            source: samples.count, rowsOf: dimension, destination: coefficients.count, rowsOf: dimension)
        for index in samples.indices { coefficients[unchecked: index] = samples[unchecked: index] }
    }

    /// Copies the coefficients.
    public func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        try forward(coefficients, into: &samples)
    }

    /// The row and the column of each pixel; a vector has columns alone.
    public func labels(_ order: NaturalOrder) -> [Double]? { Grid(shape).placeLabels(order) }
}

extension PixelBasis: PlaceKeepingBasis {}

extension PixelBasis {
    /// Makes the basis `pixel`.
    public static var factory: BasisFactory {
        BasisFactory(
            Descriptor(name: "pixel", summary: "The samples as they are.")
        ) { _, context in PixelBasis(shape: context.shape) }
    }
}
