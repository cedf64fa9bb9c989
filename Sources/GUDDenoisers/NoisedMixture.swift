import Foundation
import GUDCore
import GUDLinearAlgebra

/// A mixture at one time: every normal distribution factorised, ready for any number of points.
///
/// With `s_k = −Σ_k⁻¹ (z − m_k)` and responsibilities `r_k ∝ w_k N(z; m_k, Σ_k)`,
///
/// | quantity | formula |
/// |---|---|
/// | score | `s = Σ r_k s_k` |
/// | its derivative | `H = Σ r_k (s_k s_kᵀ − Σ_k⁻¹) − s sᵀ` |
///
/// Everything is in Double. A point's results never depend on which others are evaluated.
package struct NoisedMixture: Sendable {
    /// The number of whitened components, *K*.
    let componentCount: Int
    /// The number of normal distributions.
    let count: Int
    private let means: [Double]
    private let factors: [FactoredCovariance]
    /// `log w_k − ½ log det(2π Σ_k)`.
    private let logScales: [Double]

    init(_ mixture: NormalMixture, alpha: [Double], noise: [Double]) throws(DenoiserError) {
        componentCount = mixture.componentCount
        count = mixture.weights.count
        var means = mixture.means
        for index in means.indices { means[index] *= alpha[index % alpha.count] }
        self.means = means
        do throws(LinearAlgebraError) {
            var factors: [FactoredCovariance] = []
            for covariance in mixture.covariances {
                factors.append(
                    try FactoredCovariance(covariance.noised(alpha: alpha, noise: noise), dimension: alpha.count))
            }
            self.factors = factors
        } catch {
            throw .failed(reason: "a noised covariance cannot be factorised: \(error)")
        }
        let constant = 0.5 * Double(alpha.count) * log(2 * Double.pi)
        logScales = zip(mixture.weights, factors).map { log($0) - 0.5 * $1.logDeterminant - constant }
    }

    /// What evaluations write into, so that none of them allocates.
    package struct Scratch {
        /// r_k.
        package fileprivate(set) var responsibilities: [Double]
        /// s, the score.
        package fileprivate(set) var score: [Double]
        /// H u, after ``NoisedMixture/differentiate(along:_:)``.
        package fileprivate(set) var product: [Double]
        /// s_k, row-major `[count, K]`.
        fileprivate var scores: [Double]
        fileprivate var direction: [Double]

        /// Room for the evaluations of one mixture.
        package init(for mixture: NoisedMixture) {
            let (count, width) = (mixture.count, mixture.componentCount)
            responsibilities = [Double](repeating: 0, count: count)
            score = [Double](repeating: 0, count: width)
            product = score
            direction = score
            scores = [Double](repeating: 0, count: count * width)
        }
    }

    /// Computes the score and the responsibilities at a point, and returns the log density in nats.
    ///
    /// - Parameter first: The component from which on the score is wanted; before it the scratch holds nothing of use.
    /// - Complexity: O(*count* · *K*²), or O(*count* · *K*) for diagonal covariances; no allocation.
    package func evaluate(at point: Span<Double>, from first: Int = 0, _ scratch: inout Scratch) -> Double {
        let width = componentCount
        for k in 0..<count {
            let offset = k * width
            for index in 0..<width { scratch.scores[offset + index] = means[offset + index] - point[index] }
            scratch.responsibilities[k] =
                logScales[k] - 0.5 * factors[k].solve(&scratch.scores, at: offset, from: first)
        }
        let logDensity = Self.softmax(&scratch.responsibilities)
        Self.sum(scratch.scores, weights: scratch.responsibilities, from: first, into: &scratch.score)
        return logDensity
    }

    /// Computes `H u` at the point that was evaluated last.
    ///
    /// - Complexity: As ``evaluate(at:_:)``.
    package func differentiate(along direction: Span<Double>, _ scratch: inout Scratch) {
        let width = componentCount
        for index in 0..<width { scratch.product[index] = 0 }
        for k in 0..<count {
            let (offset, weight) = (k * width, scratch.responsibilities[k])
            guard weight > 0 else { continue }
            var along = 0.0
            for index in 0..<width {
                scratch.direction[index] = direction[index]
                along += scratch.scores[offset + index] * direction[index]
            }
            _ = factors[k].solve(&scratch.direction)
            for index in 0..<width {
                scratch.product[index] +=
                    weight * (scratch.scores[offset + index] * along - scratch.direction[index])
            }
        }
        // One normal distribution has a constant derivative; subtracting what was added would leave rounding noise.
        var along = 0.0
        for index in 0..<width { along += scratch.score[index] * direction[index] }
        for index in 0..<width { scratch.product[index] -= scratch.score[index] * along }
    }

    /// Turns log weights into weights of sum 1, and returns the logarithm of their sum.
    private static func softmax(_ values: inout [Double]) -> Double {
        let largest = values.reduce(-Double.infinity, max)
        guard largest.isFinite else {
            // NaN, or infinitely far from everything: there is no telling the distributions apart.
            for index in values.indices { values[index] = 1 / Double(values.count) }
            return largest
        }
        var sum = 0.0
        for index in values.indices {
            values[index] = exp(values[index] - largest)
            sum += values[index]
        }
        for index in values.indices { values[index] /= sum }
        return largest + log(sum)
    }

    private static func sum(_ rows: [Double], weights: [Double], from first: Int, into total: inout [Double]) {
        let width = total.count
        for index in first..<width { total[index] = 0 }
        for (k, weight) in weights.enumerated() {
            for index in first..<width { total[index] += weight * rows[k * width + index] }
        }
    }
}
