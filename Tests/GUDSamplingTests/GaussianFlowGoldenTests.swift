import Foundation
import GUDCore
import TestSupport
import Testing

@testable import GUDSampling

/// The exact probability flow of correlated Gaussian data in several bases, under scalar, soft and clipped schedules.
@Suite(.enabled(if: SharedData.isAvailable, "set GUD_SHARED"))
struct GaussianFlowGoldenTests {
    @Test("Converged solvers reach the exact end points", arguments: [false, true])
    func endPoints(isAnchored: Bool) throws {
        let cases = try Golden("analytic_gaussian").cases
        #expect(cases.count == 60)
        var worst = 0.0
        for golden in cases {
            let (inputs, exact) = (golden["inputs"], golden["exact"])
            let (path, cap) = (inputs["schedule"], inputs["schedule"]["cap"].elements.compactMap(\.number))
            let schedule = FormulaSchedule.linear(
                from: path["gamma_at_0"].data, to: path["gamma_at_1"].data,
                clip: cap.count == 2 ? cap[0]...cap[1] : nil)
            let end = try DPMSolverPlusPlus2M(grid: .uniform(steps: 1000), isAnchored: isAnchored).flow(
                inputs["w"].data.map { Float($0) },
                denoiser: FormulaDenoiser.gaussian(mean: exact["m"].data, covariance: exact["C"].data),
                schedule: schedule, variances: golden.diagonalData.variances)
            worst = max(worst, largestDifference(end, exact["pf_backward_1_to_0"].data))
        }
        print("anchored \(isAnchored): largest error \(worst)")
        #expect(worst < 1e-4)
    }
}

extension FormulaDenoiser {
    /// The exact denoiser of correlated Gaussian components, `ε̂ = σ (α C α + σ²)⁻¹ (z − α m)`.
    static func gaussian(mean: [Double], covariance: [Double]) -> FormulaDenoiser {
        let count = mean.count
        return FormulaDenoiser(componentCount: count) { z, state, _ in
            var matrix = (0..<count * count).map { index in
                let (i, j) = (index / count, index % count)
                let noise = i == j ? state.sigma[i] * state.sigma[i] : 0
                return state.alpha[i] * covariance[index] * state.alpha[j] + noise
            }
            var solution = (0..<count).map { z[$0] - state.alpha[$0] * mean[$0] }
            // Gauss–Jordan elimination; a positive definite matrix needs no pivoting.
            for pivot in 0..<count {
                for row in 0..<count where row != pivot {
                    let factor = matrix[row * count + pivot] / matrix[pivot * count + pivot]
                    for column in 0..<count { matrix[row * count + column] -= factor * matrix[pivot * count + column] }
                    solution[row] -= factor * solution[pivot]
                }
            }
            return (0..<count).map { state.sigma[$0] * solution[$0] / matrix[$0 * (count + 1)] }
        }
    }
}
