import Foundation
import GUDCore
import GUDLinearAlgebra

/// A mixture of normal distributions of whitened components z(0), `Σ_k w_k N(m_k, C_k)`; one of them is a plain Gaussian.
public struct NormalMixture: Sendable, Equatable {
    /// The weights w_k, positive, of sum 1.
    public let weights: [Double]
    /// The means m_k, row-major `[components, K]`.
    public let means: [Double]
    /// The covariances C_k.
    public let covariances: [Covariance]
    /// The number of whitened components, *K*.
    public let componentCount: Int

    /// A mixture.
    ///
    /// - Throws: ``DenoiserError/configuration(_:)`` where counts do not match, or the weights are not positive with sum 1.
    public init(
        weights: [Double], means: [Double], covariances: [Covariance], componentCount: Int
    ) throws(DenoiserError) {
        guard !weights.isEmpty, covariances.count == weights.count, means.count == weights.count * componentCount,
            covariances.allSatisfy({ $0.fits(componentCount) })
        else {
            throw .configuration(
                "a mixture of \(weights.count) normal distributions of \(componentCount) components needs as many means and "
                    + "covariances of that size; it has \(means.count) numbers in its means and \(covariances.count) "
                    + "covariances")
        }
        let sum = weights.reduce(0, +)
        guard weights.allSatisfy({ $0 > 0 }), (sum - 1).magnitude < 1e-6 else {
            throw .configuration("mixture weights \(weights) are not positive with sum 1")
        }
        self.weights = weights
        self.means = means
        self.covariances = covariances
        self.componentCount = componentCount
    }

    /// The distribution of z(t) = α z(0) + σ ε.
    ///
    /// - Throws: ``DenoiserError/count(_:expected:what:)``, or ``DenoiserError/failed(reason:)`` where a covariance is not positive
    ///   definite after noising.
    /// - Complexity: O(*components* · *K*³), or O(*components* · *K*) for diagonal covariances.
    package func noised(by state: NoisingState) throws(DenoiserError) -> NoisedMixture {
        guard state.componentCount == componentCount else {
            throw .count(state.componentCount, expected: componentCount, what: "the noising state")
        }
        return try NoisedMixture(self, alpha: state.alpha, noise: state.gamma.map(NoisingState.sigmoid))
    }

    /// The distribution of the components in another order.
    ///
    /// - Parameter order: Which component comes at each place; all of them.
    func reordered(_ order: [Int]) throws(DenoiserError) -> NormalMixture {
        try NormalMixture(
            weights: weights,
            means: weights.indices.flatMap { k in order.map { means[k * componentCount + $0] } },
            covariances: covariances.map { $0.reordered(order) }, componentCount: componentCount)
    }

    /// The distribution of z(0) itself.
    package func clean() throws(DenoiserError) -> NoisedMixture {
        try NoisedMixture(
            self, alpha: [Double](repeating: 1, count: componentCount),
            noise: [Double](repeating: 0, count: componentCount))
    }
}
