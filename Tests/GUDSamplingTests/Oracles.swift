import Foundation
import GUDCore

/// γ_i(t) by a formula, with its derivative.
struct FormulaSchedule: NoiseSchedule {
    let componentCount: Int
    let gammas: @Sendable (Double) -> [Double]
    let rates: @Sendable (Double) -> [Double]

    func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
        try validate(time: time, destination: gamma.count)
        for (index, value) in gammas(time).enumerated() { gamma[index] = value }
    }

    func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
        try validate(time: time, destination: rate.count)
        for (index, value) in rates(time).enumerated() { rate[index] = value }
    }

    /// Linear from γ_i(0) to γ_i(1), clipped where a range is given.
    static func linear(from start: [Double], to end: [Double], clip: ClosedRange<Double>? = nil) -> FormulaSchedule {
        let raw = { @Sendable (time: Double) in zip(start, end).map { $0 + ($1 - $0) * time } }
        return FormulaSchedule(
            componentCount: start.count,
            gammas: { raw($0).map { value in clip.map { min(max(value, $0.lowerBound), $0.upperBound) } ?? value } },
            rates: { time in
                zip(raw(time), zip(start, end)).map { clip?.contains($0) ?? true ? $1.1 - $1.0 : 0 }
            })
    }

    /// The same linear γ for every component.
    static func scalar(from start: Double, to end: Double, count: Int) -> FormulaSchedule {
        linear(from: [Double](repeating: start, count: count), to: [Double](repeating: end, count: count))
    }
}

/// A denoiser by a formula in Double, sample by sample: `ε̂ = formula(z, state, embedding)`.
struct FormulaDenoiser: Denoiser {
    let componentCount: Int
    var embeddingWidth = 0
    let formula: @Sendable (_ z: [Double], _ state: NoisingState, _ embedding: [Float]?) -> [Double]

    func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        let batch = try batchCount(noised: noised.count, noise: noise.count, states: states, embeddings: embeddings)
        for sample in 0..<batch {
            let start = sample * componentCount
            let z = (0..<componentCount).map { Double(noised[start + $0]) }
            let embedding = embeddings.map { Array($0.values[sample * $0.width..<(sample + 1) * $0.width]) }
            for (index, value) in formula(z, states[sample], embedding).enumerated() {
                noise[start + index] = Float(value)
            }
        }
    }

    /// The exact denoiser of independent Gaussian components, `ε̂ = σ (z − α m) / (α² v + σ²)`.
    static func gaussian(means: [Double]? = nil, variances: [Double]) -> FormulaDenoiser {
        FormulaDenoiser(componentCount: variances.count) { z, state, _ in
            variances.indices.map {
                state.sigma[$0] * (z[$0] - state.alpha[$0] * (means?[$0] ?? 0))
                    / state.marginalVariance($0, clean: variances[$0])
            }
        }
    }

    /// The exact denoiser of a mixture of isotropic Gaussians.
    static func mixture(weights: [Double], means: [[Double]], variance: Double) -> FormulaDenoiser {
        FormulaDenoiser(componentCount: means[0].count) { z, state, _ in
            let marginals = z.indices.map { state.marginalVariance($0, clean: variance) }
            let offsets = means.map { mean in z.indices.map { z[$0] - state.alpha[$0] * mean[$0] } }
            let scores = zip(weights, offsets).map { weight, offset in
                log(weight) - 0.5 * z.indices.reduce(0) { $0 + offset[$1] * offset[$1] / marginals[$1] }
            }
            let largest = scores.max() ?? 0
            let total = scores.reduce(0) { $0 + exp($1 - largest) }
            return z.indices.map { i in
                zip(scores, offsets).reduce(0) { sum, mode in
                    sum + exp(mode.0 - largest) / total * state.sigma[i] * mode.1[i] / marginals[i]
                }
            }
        }
    }
}

/// The mixture of `Tests/Reference/samplers.py`.
enum ReferenceMixture {
    static let denoiser = FormulaDenoiser.mixture(
        weights: [0.5, 0.3, 0.2], means: [[1.2, -0.4], [-0.8, 0.9], [0.1, -1.3]], variance: 0.35 * 0.35)
    static let variances = [0.8921, 0.7474]
}

/// The slope of the least-squares line through points.
func slope(_ points: [(x: Double, y: Double)]) -> Double {
    let count = Double(points.count)
    let x = points.map(\.x).reduce(0, +) / count
    let y = points.map(\.y).reduce(0, +) / count
    return points.reduce(0) { $0 + ($1.x - x) * ($1.y - y) } / points.reduce(0) { $0 + ($1.x - x) * ($1.x - x) }
}
