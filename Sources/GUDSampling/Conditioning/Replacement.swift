import Foundation
import GUDCore
import GUDLinearAlgebra

/// Replaces what is observed of a noised state by the observation, noised alike.
///
/// In units of the clean components, a state is `u = z/α = z(0) + (σ/α) ε`, so that `H u` should be `y + H (σ/α) ε'`. With
/// `N = diag(σ²/α²)`, the state moves by as little as the noise makes likely:
///
///     u ← u + N Hᵀ (R + H N Hᵀ)⁻¹ (y + H (σ/α) ε' − H u)
///
/// Where components themselves are observed, that is `z_i ← α_i y_i + σ_i ε'`. The rest of the state does not know what it was replaced
/// by; repeating a step after noising it again lets it find out, a little more each time. Approximate for any number of repetitions.
///
/// Source: Lugmayr, Danelljan, Romero, Yu, Timofte & Van Gool, "RePaint", arXiv:2201.09865, algorithm 1, per component.
struct Replacement: Sendable {
    let observed: ObservedComponents

    /// Replaces the observed part of a batch.
    ///
    /// - Parameters:
    ///   - z: Row-major `[batch, K]`, updated.
    ///   - samples: Global indices.
    ///   - fresh: Standard normals ε', of the shape of `z`.
    /// - Throws: ``SamplingError/observation(_:)`` where noise levels are too far apart to be told in one system.
    func apply(_ z: inout [Float], samples: Range<Int>, state: NoisingState, fresh: [Float]) throws {
        let (width, count) = (observed.componentCount, observed.count)
        let alpha = state.alpha.map { max($0, ComponentState.smallestVisibleSignal) }
        let ratio = zip(state.sigma, alpha).map { $0 / $1 }
        var scaled = observed.weights
        for index in scaled.indices { scaled[index] *= ratio[index % width] }
        var system = BLAS.gemm(scaled, scaled, rows: count, inner: width, columns: count, right: .transposed)
        for line in 0..<count { system[line * count + line] += observed.deviations[line] * observed.deviations[line] }
        let factor: Cholesky
        do {
            factor = try Cholesky(of: system, dimension: count)
        } catch {
            throw SamplingError.observation(
                "method 'replacement' cannot tell what is observed at t = \(state.time), where noise levels differ too much "
                    + "between components; use the method 'moments', or a larger softness")
        }
        for (row, sample) in samples.enumerated() {
            let start = row * width
            let known = observed.values(of: sample)
            let miss = (0..<count).map { line in
                (0..<width).reduce(known[known.startIndex + line]) { sum, i in
                    let u = Double(z[start + i]) / alpha[i]
                    return sum + observed.weights[line * width + i] * (ratio[i] * Double(fresh[start + i]) - u)
                }
            }
            let solution = try factor.solve(miss)
            for i in 0..<width {
                let lifted = (0..<count).reduce(0.0) { $0 + observed.weights[$1 * width + i] * solution[$1] }
                z[start + i] += Float(alpha[i] * ratio[i] * ratio[i] * lifted)
            }
        }
    }

    /// Takes a state back to a noisier one, by the forward process.
    static func renoise(_ z: inout [Float], from: NoisingState, to: NoisingState, fresh: [Float]) {
        let width = from.componentCount
        let keep = (0..<width).map { exp(0.5 * (log1p(exp(from.gamma[$0])) - log1p(exp(to.gamma[$0])))) }
        let spread = (0..<width).map { i -> Double in
            let variance = to.sigma[i] * to.sigma[i] - keep[i] * keep[i] * from.sigma[i] * from.sigma[i]
            return max(0, variance).squareRoot()
        }
        for index in z.indices {
            let i = index % width
            if to.gamma[i] > from.gamma[i] {
                z[index] = Float(keep[i] * Double(z[index]) + spread[i] * Double(fresh[index]))
            }
        }
    }
}

extension SamplingRun {
    /// Replaces what is observed, where the plan says so.
    ///
    /// - Parameter draw: Numbers the noise: another for every call.
    mutating func replaceObserved(draw: Int) throws {
        guard case .replacement(let observed, _) = plan.correction else { return }
        let normals = CounterNoise(seed: problem.seed, purpose: .replacement)
        var fresh = [Float](repeating: 0, count: components.count)
        normals.fill(&fresh, samples: batch, step: draw)
        try Replacement(observed: observed).apply(&components, samples: batch, state: state, fresh: fresh)
    }

    /// Takes the state back to a noisier one, to repeat a step.
    mutating func renoise(to noisier: NoisingState, draw: Int) {
        let normals = CounterNoise(seed: problem.seed, purpose: .renoising)
        var fresh = [Float](repeating: 0, count: components.count)
        normals.fill(&fresh, samples: batch, step: draw)
        Replacement.renoise(&components, from: state, to: noisier, fresh: fresh)
        state = noisier
    }
}
