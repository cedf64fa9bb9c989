/// The real packing of the two-dimensional Fourier transform: the packing along both axes, then a butterfly.
struct ImageFourierTransform: SampleTransform {
    private let separable: SeparableTransform
    private let butterfly: FourierButterfly

    init(_ grid: Grid) {
        separable = SeparableTransform(grid, matrix: AxisMatrix.fourier)
        butterfly = FourierButterfly(grid)
    }

    var scratchCount: Int { separable.scratchCount }

    func forward(_ sample: Span<Float>, into result: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>) {
        separable.forward(sample, into: &result, scratch: &scratch)
        butterfly.pack(&result)
    }

    func inverse(
        _ coefficients: Span<Float>, into result: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>
    ) {
        for index in coefficients.indices { result[unchecked: index] = coefficients[unchecked: index] }
        butterfly.unpack(&result)
        separable.inverse(inPlace: &result, scratch: &scratch)
    }
}
