import GUDCore
import GUDLinearAlgebra

/// The Fréchet distance between the Gaussians fitted to two sets of samples, squared as in "FID".
///
/// `‖μ_a − μ_b‖² + tr(A + B − 2 (A^½ B A^½)^½)`, the squared 2-Wasserstein distance of the two Gaussians, with covariances
/// divided by *N* − 1. Symmetric square roots keep it real and non-negative where covariances are singular. It sees two
/// moments only, and it is biased upwards, the more the fewer samples there are for each scalar: compare at equal counts.
///
///     let distance = try frechetDistance(generated, reference)
///
/// - Returns: In squared units of the samples.
/// - Throws: ``EvaluationError/dimensions(_:_:)``, ``EvaluationError/tooFew(_:needed:measure:)`` below two samples, or
///   ``EvaluationError/linearAlgebra(_:)``.
/// - Complexity: O(*N* *D*² + *D*³), in Double; where a side has fewer than *D* samples, O(*N*² *D* + *N*³).
///
/// Source: Dowson & Landau, "The Fréchet distance between multivariate normal distributions", J. Multivariate Anal. 12 (1982);
/// Heusel et al., arXiv:1706.08500.
public func frechetDistance(_ a: Samples, _ b: Samples) throws(EvaluationError) -> Double {
    try Samples.validate(a, b, atLeast: 2, for: "the Fréchet distance")
    do {
        if min(a.count, b.count) < a.dimension { return try frechetDistanceByInnerProducts(a, b) }
        return try frechetDistance(GaussianMoments(of: a), GaussianMoments(of: b))
    } catch {
        throw .linearAlgebra(error.description)
    }
}

/// The moments of a Gaussian.
struct GaussianMoments {
    /// The mean, *D* numbers.
    let mean: [Double]
    /// The covariance, row-major `[D, D]`.
    let covariance: [Double]

    init(mean: [Double], covariance: [Double]) {
        self.mean = mean
        self.covariance = covariance
    }

    /// The mean and the unbiased covariance of samples.
    init(of samples: Samples) throws(LinearAlgebraError) {
        let moments = try SampleMoments(of: samples.values, dimension: samples.dimension) { count, body in
            Parallel.forEach(count, body)
        }
        let correction = Double(moments.count) / Double(moments.count - 1)
        mean = moments.mean
        covariance = moments.covariance.map { $0 * correction }
    }
}

/// The Fréchet distance between two Gaussians of known moments.
func frechetDistance(_ a: GaussianMoments, _ b: GaussianMoments) throws(LinearAlgebraError) -> Double {
    let dimension = a.mean.count
    let shift = zip(a.mean, b.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let root = try symmetricSquareRoot(of: a.covariance, dimension: dimension)
    let product = { (left: [Double], right: [Double]) in
        BLAS.gemm(left, right, rows: dimension, inner: dimension, columns: dimension)
    }
    let overlap = try SymmetricEigen(of: product(product(root, b.covariance), root), dimension: dimension)
    let traces = stride(from: 0, to: dimension * dimension, by: dimension + 1).reduce(0) {
        $0 + a.covariance[$1] + b.covariance[$1]
    }
    let overlapTrace = overlap.values.reduce(0) { $0 + max($1, 0).squareRoot() }
    return max(0, shift + traces - 2 * overlapTrace)
}

/// The symmetric square root of a positive semidefinite matrix; eigenvalues that rounding made negative count as 0.
private func symmetricSquareRoot(of matrix: [Double], dimension: Int) throws(LinearAlgebraError) -> [Double] {
    let eigen = try SymmetricEigen(of: matrix, dimension: dimension)
    // With rows scaled by λ^¼, Wᵀ W = V^T diag(√λ) V.
    var scaled = eigen.vectors
    for row in 0..<dimension {
        let factor = max(eigen.values[row], 0).squareRoot().squareRoot()
        for column in 0..<dimension { scaled[row * dimension + column] *= factor }
    }
    return BLAS.gemm(scaled, scaled, rows: dimension, inner: dimension, columns: dimension, left: .transposed)
}
