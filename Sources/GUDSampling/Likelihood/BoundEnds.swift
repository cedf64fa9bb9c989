import Foundation
import GUDCore

/// The closed forms at the two ends of the diffusion bound, component by component.
///
/// | end | term, in nats |
/// |---|---|
/// | t = 1 | `KL(N(α z, σ²) ‖ N(0, M)) = ½ [(α² z² + σ²)/M − 1 + log(M/σ²)]`, M = α² v + σ² |
/// | t = 0 | `E[−log N(z; κ z(0), V)] = ½ log 2πV + ½ [(1 − κ α)² z² + κ² σ²]/V`, κ = α v/M, V = σ² v/M |
///
/// With a discrete decoder, the term at t = 0 is ``DiscreteDecoder``'s. Without, at t = 0 it is the posterior of a component of variance v, the Gaussian fit of the last step; for quantised data, v there
/// includes the variance of dequantisation, width²/12.
struct BoundEnds {
    /// The variances of the components, those of dequantised data where they are.
    let variances: [Double]
    private let isDiscrete: Bool
    private let scale: [Double]
    private let ends: (first: [Double], last: [Double])
    private let prior: [(data: Double, constant: Double)]
    private let last: [(data: Double, constant: Double)]

    init(_ problem: LikelihoodProblem) throws {
        let scale = problem.space.scale.map(Double.init)
        isDiscrete = problem.dequantisation == .discrete
        let added = isDiscrete ? 0 : problem.binWidth.map { $0 * $0 / 12 } ?? 0
        variances = zip(problem.space.variances, scale).map { $0 + added / ($1 * $1) }
        self.scale = scale
        let (first, end) = (try problem.schedule.state(at: 0), try problem.schedule.state(at: 1))
        ends = (first.gamma, end.gamma)
        prior = zip(problem.space.variances, end.gamma).map { variance, gamma in
            // In units of σ²: M/σ² = 1 + v e^(−γ), which is 1 to rounding where nothing is left of the data.
            let signal = NoisingState.signalToNoise(gamma)
            let excess = signal * variance
            return (0.5 * signal / (1 + excess), 0.5 * (1 / (1 + excess) - 1 + log1p(excess)))
        }
        last = zip(variances, first.gamma).map { variance, gamma in
            // With n = e^γ, κ α = v/(v + n) and V = n v/(v + n); a component that never varies keeps V = n.
            let n = 1 / NoisingState.signalToNoise(gamma)
            guard variance > 0 else { return (0, 0.5 * log(2 * Double.pi * n) + 0.5) }
            let kept = variance / (variance + n)
            let posterior = n * kept
            return (
                0.5 * (1 - kept) * (1 - kept) / posterior,
                0.5 * log(2 * Double.pi * posterior) + 0.5 * kept * kept * n / posterior
            )
        }
    }

    /// The terms for whitened components, with the volume of the scale and the Gaussian fit's integral; row-major `[batch, K]`.
    func terms(of clean: [Double]) -> [Double] {
        let fit = variances.indices.map { i -> GaussianMiss in GaussianMiss(variance: variances[i]) }
        return clean.indices.map { index in
            let i = index % scale.count
            let square = clean[index] * clean[index]
            // A discrete decoder stands for the last step as a whole, and discrete data have no volume.
            let end = isDiscrete ? 0 : last[i].constant + last[i].data * square + log(scale[i])
            return prior[i].constant + prior[i].data * square + end
                + fit[i].integral(square: square, from: ends.first[i], to: ends.last[i])
        }
    }
}
