import Foundation
import GUDCore

/// What a schedule leaves of the noise at t = 0, and of the data at t = 1.
public struct ScheduleEnds: Sendable {
    /// The largest of `log v_i − γ_i(0)`'s shortfall: the lowest data log-SNR at t = 0.
    public let lowestDataSNR: Double
    /// The root mean square, over the data's dimensions, of what the Gaussian fit cannot tell of x from z(0), in data units:
    /// `√(1/D Σ s_i² v_i n_i/(v_i + n_i))` with `n_i = e^(γ_i(0))`.
    public let uncertainty: Double
    /// `KL(N(0, α² v + σ²) ‖ N(0, 1))` at t = 1 of the Gaussian fit, in nats: what starting from N(0, 1) would cost.
    public let standardNormalDivergence: Double
    /// A bound on the KL divergence of the data's marginal at t = 1 to the matched prior, in nats, whatever the data's
    /// distribution: `½ Σ log(1 + v_i e^(−γ_i(1)))`.
    ///
    /// KL is convex, so that the marginal's is at most the mean over the data of `KL(N(α z, σ²) ‖ N(0, α² v + σ²))`, which
    /// depends on the data through E z² = v alone.
    public let matchedPriorBound: Double

    /// Measures a schedule.
    ///
    /// - Parameters:
    ///   - variances: v_i of the whitened components; those that are 0 do not count at t = 0.
    ///   - scale: s_i, which takes them back to data units.
    ///   - dimension: D.
    public init(
        _ schedule: any NoiseSchedule, variances: [Double], scale: [Double], dimension: Int
    ) throws(ScheduleError) {
        let (first, last) = (try schedule.gamma(at: 0), try schedule.state(at: 1))
        let varying = variances.indices.filter { variances[$0] > 0 }
        lowestDataSNR = varying.map { log(variances[$0]) - first[$0] }.min() ?? .infinity
        let left = varying.reduce(0.0) { sum, i in
            let (v, n) = (variances[i], exp(min(first[i], 700)))
            return sum + scale[i] * scale[i] * v * n / (v + n)
        }
        uncertainty = (left / Double(max(dimension, 1))).squareRoot()
        standardNormalDivergence = variances.indices.reduce(0.0) { sum, i in
            // M − 1 = α² (v − 1), without cancellation.
            let excess = last.alpha[i] * last.alpha[i] * (variances[i] - 1)
            return sum + 0.5 * (excess - log1p(excess))
        }
        matchedPriorBound = variances.indices.reduce(0.0) { sum, i in
            sum + 0.5 * log1p(variances[i] * NoisingState.signalToNoise(last.gamma[i]))
        }
    }
}
