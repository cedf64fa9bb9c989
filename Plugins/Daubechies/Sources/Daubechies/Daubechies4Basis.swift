import GUDPluginKit

/// The orthonormal, periodic wavelet transform with Daubechies' filter of four taps, over several levels.
///
/// Each level splits every axis of the low-pass part (both of an image, separably and channel by channel, or the one of
/// a vector) with ``lowPass`` and the high-pass filter made of it; see `FilterStep` for the formula. Two moments
/// vanish: the details of anything that is linear over the four values of a filter are 0. The layout is Mallat's: low
/// halves come first along every axis, so that the coarsest means lie top-left.
///
/// Cost: at most 32/3 multiplications a scalar; the samples of a batch are spread over the cores. A round trip returns
/// a sample to within a few ulps of its largest scalar.
///
/// Signs and places are those of PyWavelets, `pywt.wavedec2(x, 'db2', mode='periodization')`.
///
/// Source: Daubechies, "Orthonormal bases of compactly supported wavelets", Comm. Pure Appl. Math. 41, 1988; the layout
/// after Mallat, IEEE Trans. PAMI 11, 1989.
public struct Daubechies4Basis: Basis {
    /// The low-pass filter: `((1 + √3), (3 + √3), (3 − √3), (1 − √3)) / 4√2`.
    public static let lowPass: [Double] = {
        let (root, scale) = (3.0.squareRoot(), 4 * 2.0.squareRoot())
        return [(1 + root) / scale, (3 + root) / scale, (3 - root) / scale, (1 - root) / scale]
    }()

    /// The shape of one sample.
    public let shape: SampleShape
    /// The number of levels, at least 1.
    public let levels: Int
    private let height, width, channels: Int
    private let hasRows: Bool

    /// The transform of samples of a shape.
    ///
    /// - Parameter levels: By default as many as the shape takes, at most 3.
    /// - Throws: `BasisError.unsupportedShape` where an axis is not a multiple of `2^levels`.
    public init(shape: SampleShape, levels: Int? = nil) throws(BasisError) {
        switch shape {
        case .vector(let count): (height, width, channels, hasRows) = (1, count, 1, false)
        case .image(let height, let width, let channels):
            (self.height, self.width, self.channels, hasRows) = (height, width, channels, true)
        }
        let possible = min(width.trailingZeroBitCount, hasRows ? height.trailingZeroBitCount : Int.bitWidth)
        guard possible > 0 else {
            throw .unsupportedShape(
                shape, reason: "no wavelet level halves an odd axis; pad it to an even length, or take dct or fourier")
        }
        let levels = levels ?? min(possible, 3)
        guard levels >= 1, levels <= possible else {
            throw .unsupportedShape(
                shape,
                reason: "\(levels) wavelet levels call for axes that are multiples of 2^\(levels); "
                    + "it takes at most \(possible)")
        }
        self.shape = shape
        self.levels = levels
    }

    /// The number of components, *D*.
    public var componentCount: Int { dimension }

    /// Writes the wavelet coefficients of each sample, in Mallat's layout.
    public func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        _ = try batchCount(
            source: samples.count, rowsOf: dimension, destination: coefficients.count, rowsOf: dimension)
        SampleRows.transform(samples, of: dimension, into: &coefficients) { sample, result, scratch in
            copy(sample, to: &result, count: dimension)
            for depth in 1...levels {
                let (row, column) = steps(depth)
                for i in 0..<lines(depth) { row.analyse(result.span, into: &scratch, at: i * line) }
                if hasRows {
                    column.analyse(scratch.span, into: &result, at: 0)
                } else {
                    copy(scratch.span, to: &result, count: row.count)
                }
            }
        }
    }

    /// Writes the sample of each row of coefficients.
    public func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        _ = try batchCount(
            source: coefficients.count, rowsOf: dimension, destination: samples.count, rowsOf: dimension)
        SampleRows.transform(coefficients, of: dimension, into: &samples) { coefficients, result, scratch in
            copy(coefficients, to: &result, count: dimension)
            for depth in (1...levels).reversed() {
                let (row, column) = steps(depth)
                if hasRows {
                    column.synthesise(result.span, into: &scratch, at: 0)
                } else {
                    copy(result.span, to: &scratch, count: row.count)
                }
                for i in 0..<lines(depth) { row.synthesise(scratch.span, into: &result, at: i * line) }
            }
        }
    }

    /// The level (0 for the coarsest means, then 1 for the coarsest details, up to the number of levels), or the first
    /// row or column of the block of `2^depth` pixels that a wavelet belongs to; its support reaches beyond the block.
    public func labels(_ order: NaturalOrder) -> [Double]? {
        switch order {
        case .level: labels { depth, _, _, isMean in isMean ? 0 : Double(levels - depth + 1) }
        case .row: hasRows ? labels { depth, row, _, _ in Double(row << depth) } : nil
        case .column: labels { depth, _, column, _ in Double(column << depth) }
        case .frequency: nil
        }
    }

    /// Scalars in a line of the image.
    private var line: Int { width * channels }

    /// Lines of the low-pass part that a level splits, 1 for the finest.
    private func lines(_ depth: Int) -> Int { hasRows ? height >> (depth - 1) : 1 }

    /// What a level does along a line, and down all columns of it at once.
    private func steps(_ depth: Int) -> (row: FilterStep, column: FilterStep) {
        let width = width >> (depth - 1)
        return (
            FilterStep(count: width, stride: channels, run: channels),
            FilterStep(count: lines(depth), stride: line, run: width * channels)
        )
    }

    private func copy(_ source: Span<Float>, to result: inout MutableSpan<Float>, count: Int) {
        for index in 0..<count { result[unchecked: index] = source[unchecked: index] }
    }

    /// A label for every scalar, from its depth (1 for the finest) and its row and column in blocks of `2^depth`
    /// pixels.
    private func labels(_ value: (_ depth: Int, _ row: Int, _ column: Int, _ isMean: Bool) -> Double) -> [Double] {
        var labels: [Double] = []
        labels.reserveCapacity(dimension)
        for row in 0..<height {
            for column in 0..<width {
                var depth = 1
                while depth < levels, column < width >> depth, !hasRows || row < height >> depth { depth += 1 }
                let (lowWidth, lowHeight) = (width >> depth, hasRows ? height >> depth : 1)
                let label = value(depth, row % lowHeight, column % lowWidth, row < lowHeight && column < lowWidth)
                labels.append(contentsOf: repeatElement(label, count: channels))
            }
        }
        return labels
    }
}

extension Daubechies4Basis {
    /// The key for the number of levels.
    public static let levelCount = Parameter<Int?>(
        "levels", default: nil, range: 1...16, "Wavelet levels; by default as many as the shape takes, at most 3.")

    /// Makes the basis `daubechies4`.
    public static var factory: BasisFactory {
        BasisFactory(
            Descriptor(
                name: "daubechies4",
                summary: "Orthonormal periodic Daubechies wavelets of four taps over several levels.",
                schema: ParameterSchema([levelCount.specification]))
        ) { parameters, context in try Daubechies4Basis(shape: context.shape, levels: parameters[levelCount]) }
    }
}
