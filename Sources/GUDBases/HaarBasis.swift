import GUDCore

/// The orthonormal Haar wavelet transform over several levels, along both axes of an image or the one of a vector.
///
/// One level turns each 2 × 2 block `(a b; c d)` of a channel into the mean `(a + b + c + d)/2` and the three details
/// `(a − b + c − d)/2` (across columns), `(a + b − c − d)/2` (across rows), `(a − b − c + d)/2`; a pair of a vector
/// becomes `(a ± b)/√2`. The next level continues on the means. The layout is Mallat's: at each level the low half comes
/// first along every axis, so that the coarsest means lie top-left.
///
/// Cost: at most 16/3 additions a scalar. In two dimensions every factor is a power of two, so that only additions round.
///
/// Source: Mallat, "A theory for multiresolution signal decomposition", IEEE Trans. PAMI 11, 1989; tested against
/// PyWavelets.
public struct HaarBasis: Basis {
    /// The shape of one sample.
    public let shape: SampleShape
    /// The number of levels, at least 1.
    public let levels: Int
    private let grid: Grid

    /// The Haar transform of samples of a shape.
    ///
    /// - Parameter levels: By default as many as the shape takes, at most 3.
    /// - Throws: ``BasisError/unsupportedShape(_:reason:)`` where an axis is not a multiple of `2^levels`.
    public init(shape: SampleShape, levels: Int? = nil) throws(BasisError) {
        let grid = Grid(shape)
        let possible = min(
            grid.width.trailingZeroBitCount, grid.hasRows ? grid.height.trailingZeroBitCount : Int.bitWidth)
        guard possible > 0 else {
            throw .unsupportedShape(
                shape, reason: "no Haar level halves an odd axis; pad it to an even length, or take dct or fourier")
        }
        let levels = levels ?? min(possible, 3)
        guard levels >= 1, levels <= possible else {
            throw .unsupportedShape(
                shape,
                reason: "\(levels) Haar levels call for axes that are multiples of 2^\(levels); "
                    + "it takes at most \(possible)")
        }
        self.shape = shape
        self.levels = levels
        self.grid = grid
    }

    /// The number of components, *D*.
    public var componentCount: Int { dimension }

    /// Writes the wavelet coefficients of each sample, in Mallat's layout.
    public func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        _ = try batchCount(
            source: samples.count, rowsOf: dimension, destination: coefficients.count, rowsOf: dimension)
        SampleBatch.transform(
            samples, rowsOf: dimension, into: &coefficients, rowsOf: dimension, scratch: dimension
        ) { [grid, levels] sample, result, means in
            for index in sample.indices { means[unchecked: index] = sample[unchecked: index] }
            for level in 1...levels { HaarStep(grid, level: level).analyse(&means, details: &result) }
            HaarStep(grid, level: levels).placeMeans(means.span, into: &result)
        }
    }

    /// Writes the sample of each row of coefficients.
    public func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        _ = try batchCount(
            source: coefficients.count, rowsOf: dimension, destination: samples.count, rowsOf: dimension)
        SampleBatch.transform(
            coefficients, rowsOf: dimension, into: &samples, rowsOf: dimension, scratch: 0
        ) { [grid, levels] coefficients, means, _ in
            HaarStep(grid, level: levels).takeMeans(coefficients, into: &means)
            for level in (1...levels).reversed() {
                HaarStep(grid, level: level).synthesise(&means, details: coefficients)
            }
        }
    }

    /// The level (0 for the coarsest means, then 1 for the coarsest details, up to the number of levels), or the first row
    /// or column of the pixels that a wavelet covers.
    public func labels(_ order: NaturalOrder) -> [Double]? {
        switch order {
        case .level: labels { depth, _, _, isMean in isMean ? 0 : Double(levels - depth + 1) }
        case .row: grid.hasRows ? labels { depth, row, _, _ in Double(row << depth) } : nil
        case .column: labels { depth, _, column, _ in Double(column << depth) }
        case .frequency: nil
        }
    }

    /// A label from each wavelet's depth (1 for the finest) and its row and column in blocks of `2^depth` pixels.
    private func labels(_ value: (_ depth: Int, _ row: Int, _ column: Int, _ isMean: Bool) -> Double) -> [Double] {
        grid.labels { row, column in
            var depth = 1
            while depth < levels, column < grid.width >> depth, !grid.hasRows || row < grid.height >> depth {
                depth += 1
            }
            let (width, height) = (grid.width >> depth, grid.hasRows ? grid.height >> depth : 1)
            return value(depth, row % height, column % width, row < height && column < width)
        }
    }
}

extension HaarBasis {
    /// The key for the number of levels.
    public static let levels = Parameter<Int?>(
        "levels", default: nil, range: 1...16, "Wavelet levels; by default as many as the shape takes, at most 3.")

    /// Makes the basis `haar`.
    public static var factory: BasisFactory {
        BasisFactory(
            Descriptor(
                name: "haar", summary: "Orthonormal Haar wavelets over several levels.",
                schema: ParameterSchema([levels.specification]))
        ) { parameters, context in try HaarBasis(shape: context.shape, levels: parameters[levels]) }
    }
}
