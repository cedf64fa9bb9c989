import GUDCore
import GUDLinearAlgebra

/// The samples of a mixture fit, and the two sums over them that expectation maximisation alternates between.
struct MixtureData: Sendable {
    /// Row-major `[count, K]`.
    let samples: [Double]
    let componentCount: Int
    let count: Int
    /// The mean over all samples.
    let mean: [Double]
    /// The variance of each component over all samples.
    let variances: [Double]

    init(samples: [Double], componentCount: Int, count: Int) {
        self.samples = samples
        self.componentCount = componentCount
        self.count = count
        var mean = [Double](repeating: 0, count: componentCount)
        for (index, value) in samples.enumerated() { mean[index % componentCount] += value / Double(count) }
        var variances = [Double](repeating: 0, count: componentCount)
        for (index, value) in samples.enumerated() {
            let difference = value - mean[index % componentCount]
            variances[index % componentCount] += difference * difference / Double(count)
        }
        self.mean = mean
        self.variances = variances
    }

    var averageVariance: Double { variances.reduce(0, +) / Double(componentCount) }

    /// The spread of all samples, as the covariance of a new component.
    func spread(shape: CovarianceShape, floor: Double) -> Covariance {
        let variances = variances.map { $0 + floor }
        switch shape {
        case .diagonal: return .diagonal(variances)
        case .full:
            var matrix = [Double](repeating: 0, count: componentCount * componentCount)
            for index in 0..<componentCount { matrix[index * componentCount + index] = variances[index] }
            return .full(matrix)
        }
    }

    /// Responsibilities, row-major `[count, components]`; each sample's log density, and their average, in nats.
    func expectation(
        under mixture: NormalMixture
    ) throws(DenoiserError) -> (responsibilities: [Double], densities: [Double], likelihood: Double) {
        let (density, width) = (try mixture.clean(), componentCount)
        let (count, components) = (count, mixture.weights.count)
        let rowsPerBlock = 64
        let rowWidth = components + 1
        let blocks = (count + rowsPerBlock - 1) / rowsPerBlock
        var table = [Double](repeating: 0, count: blocks * rowsPerBlock * rowWidth)
        Parallel.forEachRow(of: &table, width: rowsPerBlock * rowWidth) { block, rows in
            var scratch = NoisedMixture.Scratch(for: density)
            for row in block * rowsPerBlock..<min(count, (block + 1) * rowsPerBlock) {
                let start = (row - block * rowsPerBlock) * rowWidth
                let point = samples.span.extracting(row * width..<(row + 1) * width)
                rows[start] = density.evaluate(at: point, &scratch)
                for k in 0..<components { rows[start + 1 + k] = scratch.responsibilities[k] }
            }
        }
        var (responsibilities, densities): ([Double], [Double]) = ([], [])
        responsibilities.reserveCapacity(count * components)
        for row in 0..<count {
            densities.append(table[row * rowWidth])
            responsibilities += table[row * rowWidth + 1..<(row + 1) * rowWidth]
        }
        return (responsibilities, densities, densities.reduce(0, +) / Double(count))
    }

    /// The weighted means, row-major `[components, K]`, and covariances with `floor` added to every variance.
    func moments(
        _ responsibilities: [Double], sizes: [Double], shape: CovarianceShape, floor: Double
    ) -> (means: [Double], covariances: [Covariance]) {
        let (components, width) = (sizes.count, componentCount)
        var means = [Double](repeating: 0, count: components * width)
        var span = means.mutableSpan
        BLAS.gemm(
            responsibilities.span, samples.span, into: &span, rows: components, inner: count, columns: width,
            left: .transposed)
        for index in means.indices { means[index] /= max(sizes[index / width], .leastNormalMagnitude) }

        let entries = shape == .full ? width * width : width
        var matrices = [Double](repeating: 0, count: components * entries)
        let fixedMeans = means
        Parallel.forEachRow(of: &matrices, width: entries) { k, matrix in
            let mean = Array(fixedMeans[k * width..<(k + 1) * width])
            let weights = (0..<count).map {
                (responsibilities[$0 * components + k] / max(sizes[k], .leastNormalMagnitude)).squareRoot()
            }
            scatter(weights, around: mean, shape: shape, into: &matrix)
            for index in 0..<width { matrix[shape == .full ? index * (width + 1) : index] += floor }
        }
        let covariances = (0..<components).map { k in
            let values = Array(matrices[k * entries..<(k + 1) * entries])
            return shape == .full ? Covariance.full(values) : .diagonal(values)
        }
        return (means, covariances)
    }

    /// Adds `Σ_n ω_n² (z_n − m)(z_n − m)ᵀ`, block by block, or its diagonal.
    private func scatter(
        _ weights: [Double], around mean: [Double], shape: CovarianceShape, into matrix: inout MutableSpan<Double>
    ) {
        let width = componentCount
        var block = [Double](repeating: 0, count: 256 * width)
        for start in stride(from: 0, to: count, by: 256) {
            let rows = min(256, count - start)
            for row in 0..<rows {
                for index in 0..<width {
                    block[row * width + index] =
                        weights[start + row] * (samples[(start + row) * width + index] - mean[index])
                }
            }
            switch shape {
            case .full:
                let part = block.span.extracting(first: rows * width)
                BLAS.gemm(
                    part, part, into: &matrix, rows: width, inner: rows, columns: width, left: .transposed,
                    accumulating: true)
            case .diagonal:
                for row in 0..<rows {
                    for index in 0..<width { matrix[index] += block[row * width + index] * block[row * width + index] }
                }
            }
        }
    }
}
