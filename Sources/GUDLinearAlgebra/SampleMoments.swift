/// The mean and covariance of a set of samples, in Double.
public struct SampleMoments: Sendable {
    /// The number of scalars in a sample, *D*.
    public let dimension: Int
    /// The number of samples, *N*.
    public let count: Int
    /// The mean, of *D* numbers.
    public let mean: [Double]
    /// `Σ (x − μ)(x − μ)ᵀ / N`, row-major `[D, D]`: the maximum-likelihood estimate, which divides by *N*, not *N* − 1.
    public let covariance: [Double]

    /// Measures samples, in two passes, without a copy of them in Double.
    ///
    /// Blocks of 256 samples are centred in Double and multiplied onto tiles of the result. The tiles and the order of the
    /// blocks are fixed, so the bits do not depend on how the tiles are spread over threads.
    ///
    /// - Parameters:
    ///   - samples: Row-major `[N, D]`, at least one sample.
    ///   - dimension: *D*.
    ///   - spread: Runs the tiles of one block; serially by default.
    /// - Throws: ``LinearAlgebraError/samples(count:dimension:)``.
    /// - Complexity: `N D²` operations; memory `D²` numbers and one block of `256 D`.
    public init(
        of samples: [Float], dimension: Int, spread: Spread = { count, body in (0..<count).forEach(body) }
    ) throws(LinearAlgebraError) {
        guard dimension > 0, !samples.isEmpty, samples.count % dimension == 0 else {
            throw .samples(count: samples.count, dimension: dimension)
        }
        let count = samples.count / dimension
        let mean = Self.mean(of: samples.span, dimension: dimension)
        var tiles = CovarianceTiles(dimension: dimension)
        var block = [Double](repeating: 0, count: 256 * dimension)
        for start in stride(from: 0, to: count, by: 256) {
            let rows = min(256, count - start)
            Self.centre(samples.span, rows: start..<start + rows, mean: mean.span, into: &block)
            tiles.add(block, rows: rows, spread: spread)
        }
        self.dimension = dimension
        self.count = count
        self.mean = mean
        covariance = tiles.symmetric(dividedBy: Double(count))
    }

    /// The mean of row-major samples `[N, D]`, summed in Double.
    public static func mean(of samples: Span<Float>, dimension: Int) -> [Double] {
        let count = samples.count / dimension
        var mean = [Double](repeating: 0, count: dimension)
        var sums = mean.mutableSpan
        for row in 0..<count {
            let sample = samples.extracting(row * dimension..<(row + 1) * dimension)
            for index in 0..<dimension { sums[index] += Double(sample[index]) }
        }
        for index in 0..<dimension { sums[index] /= Double(max(count, 1)) }
        return mean
    }

    private static func centre(_ samples: Span<Float>, rows: Range<Int>, mean: Span<Double>, into block: inout [Double])
    {
        let dimension = mean.count
        var destination = block.mutableSpan
        for row in rows {
            let sample = samples.extracting(row * dimension..<(row + 1) * dimension)
            let start = (row - rows.lowerBound) * dimension
            for index in 0..<dimension { destination[start + index] = Double(sample[index]) - mean[index] }
        }
    }
}
