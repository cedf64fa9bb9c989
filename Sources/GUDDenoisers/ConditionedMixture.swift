import Foundation
import GUDCore
import GUDLinearAlgebra

/// Exact denoisers have the conditional distribution of their model in closed form.
extension ExactDenoiser {
    /// The exact denoiser of the components, given one row of an observation.
    ///
    /// - Throws: ``DenoiserError/failed(reason:)`` where the observation is impossible under the model, of a direction that never varies.
    /// - Complexity: O(*K*² *M*) for each normal distribution.
    public func conditioned(on observed: ObservedComponents, row: Int) throws(DenoiserError) -> any Denoiser {
        MixtureDenoiser(try distribution.conditioned(on: observed, row: row))
    }
}

extension NormalMixture {
    /// The distribution given `H z = y + noise` of covariance R.
    ///
    /// With `S_k = R + H C_k Hᵀ` and gain `G_k = C_k Hᵀ S_k⁻¹`,
    ///
    ///     m_k' = m_k + G_k (y − H m_k),   C_k' = C_k − G_k H C_k,   w_k' ∝ w_k N(y; H m_k, S_k).
    ///
    /// Source: Bishop, "Pattern recognition and machine learning", section 2.3.3.
    ///
    /// - Throws: ``DenoiserError/count(_:expected:what:)`` or ``DenoiserError/failed(reason:)``.
    package func conditioned(on observed: ObservedComponents, row: Int) throws(DenoiserError) -> NormalMixture {
        let (width, count) = (componentCount, observed.count)
        guard observed.componentCount == width else {
            throw .count(observed.componentCount, expected: width, what: "the observation")
        }
        let values = Array(observed.values(of: row))
        var (means, covariances, logs): ([Double], [Covariance], [Double]) = ([], [], [])
        for (k, weight) in weights.enumerated() {
            let mean = Array(self.means[k * width..<(k + 1) * width])
            let covariance = self.covariances[k].matrix(width)
            // H C, row-major [M, K]; C is symmetric.
            let spread = BLAS.gemm(observed.weights, covariance, rows: count, inner: width, columns: width)
            var system = BLAS.gemm(
                spread, observed.weights, rows: count, inner: width, columns: count, right: .transposed)
            // A direction that never varies is told nothing, unless it is told something impossible.
            let floor = 1e-12 * (0..<width).reduce(0.0) { max($0, covariance[$1 * width + $1]) }
            for line in 0..<count {
                system[line * count + line] += observed.deviations[line] * observed.deviations[line] + floor
            }
            let expected = BLAS.gemm(observed.weights, mean, rows: count, inner: width, columns: 1)
            let miss = zip(values, expected).map(-)
            let (factor, solution, gains): (Cholesky, [Double], [Double])
            do throws(LinearAlgebraError) {
                factor = try Cholesky(of: system, dimension: count)
                solution = try factor.solve(miss)
                // S⁻¹ H C by column: the rows of (H C)ᵀ are right-hand sides.
                gains = try factor.solve(spread.transposed(rows: count, columns: width))
            } catch {
                throw .failed(reason: "the covariance of the observation cannot be factorised: \(error)")
            }
            means += zip(mean, BLAS.gemm(spread, solution, rows: width, inner: count, columns: 1, left: .transposed))
                .map(+)
            var reduced = BLAS.gemm(gains, spread, rows: width, inner: count, columns: width)
            for index in reduced.indices { reduced[index] = covariance[index] - reduced[index] }
            covariances.append(.full(reduced))
            let quadratic = zip(miss, solution).reduce(0) { $0 + $1.0 * $1.1 }
            logs.append(log(weight) - 0.5 * (quadratic + factor.logDeterminant))
        }
        let largest = logs.max() ?? 0
        guard largest.isFinite else { throw .failed(reason: "the observation is impossible under the model") }
        // A normal distribution that the observation rules out keeps a weight that no sample will ever see.
        let unnormalised = logs.map { max(exp($0 - largest), 1e-300) }
        let sum = unnormalised.reduce(0, +)
        return try NormalMixture(
            weights: unnormalised.map { $0 / sum }, means: means, covariances: covariances, componentCount: width)
    }
}

extension Covariance {
    /// All entries, row-major `[K, K]`.
    fileprivate func matrix(_ count: Int) -> [Double] {
        switch self {
        case .full(let values): return values
        case .diagonal(let values):
            var matrix = [Double](repeating: 0, count: count * count)
            for (index, value) in values.enumerated() { matrix[index * count + index] = value }
            return matrix
        }
    }
}

extension [Double] {
    /// A row-major matrix with rows and columns exchanged.
    fileprivate func transposed(rows: Int, columns: Int) -> [Double] {
        (0..<columns).flatMap { column in (0..<rows).map { self[$0 * columns + column] } }
    }
}
