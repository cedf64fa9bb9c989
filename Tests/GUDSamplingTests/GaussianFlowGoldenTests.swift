import Foundation
import GUDCore
import TestSupport
import Testing

@testable import GUDSampling

/// The exact probability flow of correlated Gaussian data and of mixtures in several bases, under scalar, soft and clipped
/// schedules.
@Suite(.enabled(if: SharedData.isAvailable, "set GUD_SHARED"))
struct GaussianFlowGoldenTests {
    /// A solver, and the largest error that it may make.
    struct Trial: Sendable, CustomStringConvertible {
        let description: String
        let solver: any Integrator
        let bound: Double
    }

    static let trials = [false, true].flatMap { isAnchored in
        let form = isAnchored ? "anchored" : "plain"
        let grid = TimeGrid.uniform(steps: 1000)
        return [
            Trial(
                description: "dpm++2m \(form)", solver: DPMSolverPlusPlus2M(grid: grid, isAnchored: isAnchored),
                bound: 1e-4),
            Trial(
                description: "dpm++3m \(form)", solver: DPMSolverPlusPlus3M(grid: grid, isAnchored: isAnchored),
                bound: 1e-4),
            Trial(description: "heun \(form)", solver: Heun(grid: grid, isAnchored: isAnchored), bound: 1e-4),
        ]
            + [1e-3, 1e-4, 1e-5].map { tolerance in
                Trial(
                    description: "dopri5 \(form), tolerance \(tolerance)",
                    solver: DormandPrince(
                        relativeTolerance: tolerance, absoluteTolerance: tolerance, isAnchored: isAnchored),
                    bound: 10 * tolerance)
            }
    }

    @Test("Gaussian data: solvers reach the exact end points", arguments: trials)
    func endPoints(trial: Trial) throws {
        let cases = try Golden("analytic_gaussian").cases
        #expect(cases.count == 60)
        var worst = 0.0
        for golden in cases {
            let (inputs, exact) = (golden["inputs"], golden["exact"])
            let end = try trial.solver.flow(
                inputs["w"].data.map { Float($0) },
                denoiser: FormulaDenoiser.gaussian(mean: exact["m"].data, covariance: exact["C"].data),
                schedule: inputs.linearSchedule, variances: golden.diagonalData.variances)
            worst = max(worst, largestDifference(end, exact["pf_backward_1_to_0"].data))
        }
        print("\(trial): largest error \(worst)")
        #expect(worst < trial.bound)
    }

    @Test("Mixtures: solvers come back to where the exact flow began", arguments: trials)
    func mixtures(trial: Trial) throws {
        let cases = try Golden("analytic_mixture").cases
        #expect(cases.count == 9)
        var (worst, compared) = (0.0, 0)
        for golden in cases {
            let (inputs, exact) = (golden["inputs"], golden["exact"])
            let modes = inputs.whitenedModes
            let count = inputs["scale"].data.count
            // The variance of the mixture, about its mean.
            let weights = inputs["weights"].data
            let variances = (0..<count).map { i in
                let mean = zip(weights, modes.means).reduce(0) { $0 + $1.0 * $1.1[i] }
                return zip(weights, zip(modes.means, modes.covariances)).reduce(0) { sum, mode in
                    sum + mode.0 * (mode.1.1[i * (count + 1)] + (mode.1.0[i] - mean) * (mode.1.0[i] - mean))
                }
            }
            let end = try trial.solver.flow(
                exact["pf_forward_0_to_1_first2"].data.map { Float($0) },
                denoiser: FormulaDenoiser.mixture(
                    weights: weights, means: modes.means, covariances: modes.covariances),
                schedule: inputs.linearSchedule, variances: variances)
            // Backwards, a flow with a much smaller logarithm of its determinant parts neighbours faster than Float tells them
            // apart: DOP853 at 1e-10 misses those points by up to 0.15 from starts rounded to Float.
            for (sample, contraction) in exact["pf_logdet_first2"].data.enumerated() where contraction > -1 {
                let row = sample * count..<(sample + 1) * count
                worst = max(worst, largestDifference(Array(end[row]), Array(inputs["w"].data[row])))
                compared += 1
            }
        }
        #expect(compared == 12)
        print("mixture, \(trial): largest error \(worst)")
        #expect(worst < trial.bound)
    }
}

extension GoldenValue {
    /// The schedule of a case's inputs.
    fileprivate var linearSchedule: FormulaSchedule {
        let (path, cap) = (self["schedule"], self["schedule"]["cap"].elements.compactMap(\.number))
        return .linear(
            from: path["gamma_at_0"].data, to: path["gamma_at_1"].data, clip: cap.count == 2 ? cap[0]...cap[1] : nil)
    }

    /// The means and covariances of a mixture's modes in whitened components.
    fileprivate var whitenedModes: (means: [[Double]], covariances: [[Double]]) {
        let (basis, scale) = (self["U"].data, self["scale"].data)
        let (count, means, covariances) = (scale.count, self["means"].data, self["covs"].data)
        func row(_ i: Int) -> [Double] { (0..<count).map { basis[i * count + $0] / scale[i] } }
        let modes = means.count / count
        return (
            (0..<modes).map { mode in
                (0..<count).map { i in
                    zip(row(i), means[mode * count..<(mode + 1) * count]).reduce(0) { $0 + $1.0 * $1.1 }
                }
            },
            (0..<modes).map { mode in
                (0..<count * count).map { index in
                    let (a, b) = (row(index / count), row(index % count))
                    var sum = 0.0
                    for k in 0..<count {
                        for l in 0..<count { sum += a[k] * covariances[(mode * count + k) * count + l] * b[l] }
                    }
                    return sum
                }
            }
        )
    }
}

extension FormulaDenoiser {
    /// The exact denoiser of correlated Gaussian components, `ε̂ = σ (α C α + σ²)⁻¹ (z − α m)`.
    static func gaussian(mean: [Double], covariance: [Double]) -> FormulaDenoiser {
        FormulaDenoiser(componentCount: mean.count) { z, state, _ in
            let score = negativeScore(z, state, mean: mean, covariance: covariance).score
            return z.indices.map { state.sigma[$0] * score[$0] }
        }
    }

    /// The exact denoiser of a mixture of correlated Gaussians.
    static func mixture(weights: [Double], means: [[Double]], covariances: [[Double]]) -> FormulaDenoiser {
        FormulaDenoiser(componentCount: means[0].count) { z, state, _ in
            let modes = weights.indices.map { mode in
                let part = negativeScore(z, state, mean: means[mode], covariance: covariances[mode])
                return (score: part.score, weight: log(weights[mode]) + part.logDensity)
            }
            let largest = modes.map(\.weight).max() ?? 0
            let total = modes.reduce(0) { $0 + exp($1.weight - largest) }
            return z.indices.map { i in
                state.sigma[i] * modes.reduce(0) { $0 + exp($1.weight - largest) / total * $1.score[i] }
            }
        }
    }

    /// `(α C α + σ²)⁻¹ (z − α m)`, and the logarithm of the density but for a constant.
    private static func negativeScore(
        _ z: [Double], _ state: NoisingState, mean: [Double], covariance: [Double]
    ) -> (score: [Double], logDensity: Double) {
        let count = mean.count
        var matrix = (0..<count * count).map { index in
            let (i, j) = (index / count, index % count)
            let noise = i == j ? state.sigma[i] * state.sigma[i] : 0
            return state.alpha[i] * covariance[index] * state.alpha[j] + noise
        }
        let offset = (0..<count).map { z[$0] - state.alpha[$0] * mean[$0] }
        var solution = offset
        // Gauss–Jordan elimination; a positive definite matrix needs no pivoting, and its pivots multiply to its determinant.
        for pivot in 0..<count {
            for row in 0..<count where row != pivot {
                let factor = matrix[row * count + pivot] / matrix[pivot * count + pivot]
                for column in 0..<count { matrix[row * count + column] -= factor * matrix[pivot * count + column] }
                solution[row] -= factor * solution[pivot]
            }
        }
        let score = (0..<count).map { solution[$0] / matrix[$0 * (count + 1)] }
        let logDensity = (0..<count).reduce(0) { $0 - offset[$1] * score[$1] / 2 - log(matrix[$1 * (count + 1)]) / 2 }
        return (score, logDensity)
    }
}
