import GUDLinearAlgebra

/// The Fréchet distance of two sets of samples by their inner products, where there are fewer samples than scalars in one.
///
/// With centred rows X and Y scaled by 1/√(N − 1), `A = XᵀX` and `B = YᵀY`, and `tr (A^½ B A^½)^½` is the sum of the singular values
/// of `X Yᵀ`: an eigenvalue problem of the smaller number of samples, in place of two of D. The same number as by covariances.
func frechetDistanceByInnerProducts(_ a: Samples, _ b: Samples) throws(LinearAlgebraError) -> Double {
    let (a, b) = a.count <= b.count ? (a, b) : (b, a)
    let (x, y) = (CentredRows(a), CentredRows(b))
    let products = BLAS.gemm(
        x.rows, y.rows, rows: a.count, inner: a.dimension, columns: b.count, right: .transposed)
    let squared = BLAS.gemm(
        products, products, rows: a.count, inner: b.count, columns: a.count, right: .transposed)
    let eigen = try SymmetricEigen(of: squared, dimension: a.count)
    let overlap = eigen.values.reduce(0) { $0 + max($1, 0).squareRoot() }
    let shift = zip(x.mean, y.mean).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return max(0, shift + x.trace + y.trace - 2 * overlap)
}

/// Samples without their mean, divided by √(N − 1).
private struct CentredRows {
    let mean: [Double]
    let rows: [Double]
    /// The trace of the covariance.
    var trace: Double { rows.reduce(0) { $0 + $1 * $1 } }

    init(_ samples: Samples) {
        let mean = SampleMoments.mean(of: samples.values.span, dimension: samples.dimension)
        let scale = 1 / Double(samples.count - 1).squareRoot()
        rows = samples.values.indices.map { (Double(samples.values[$0]) - mean[$0 % samples.dimension]) * scale }
        self.mean = mean
    }
}
