import Foundation
import GUDCore
import Testing

@testable import GUDSampling

/// A 64-dimensional Gaussian with eigenvalues i⁻², exact denoiser, start N(0, 1): the KL divergence, in nats, of the final
/// Gaussian to the exact marginal. The literals are `Tests/Reference/samplers.py`'s, in float64.
struct GaussianConvergenceTests {
    private static let variances = (1...64).map { pow(Double($0), -2) }
    private static let scalar = FormulaSchedule.scalar(from: -9, to: 5, count: 64)
    /// Soft conditioning by variance at softness 0.2: γ_i(0) = −9 + log v_i + a (l_i − l_max), slope 14 + a L, a = 5.
    private static let soft: FormulaSchedule = {
        let labels = variances.map { -log($0) }
        let largest = labels.max() ?? 0
        let slope = 14 + 5 * (largest - (labels.min() ?? 0))
        let start = labels.map { -9 - $0 + 5 * ($0 - largest) }
        return .linear(from: start, to: start.map { $0 + slope })
    }()

    /// The sampler is linear in z, so that the response to z = 1 is the deviation of the result.
    private func divergence(
        _ solver: some LinearSolver, _ schedule: FormulaSchedule, variances: [Double]
    ) throws -> Double {
        let end = try solver.flow(
            [Float](repeating: 1, count: 64), denoiser: FormulaDenoiser.gaussian(variances: Self.variances),
            schedule: schedule, variances: variances)
        let state = try schedule.state(at: 0)
        return end.indices.reduce(0) { sum, index in
            let ratio = end[index] * end[index] / state.marginalVariance(index, clean: Self.variances[index])
            return sum + (ratio - 1 - log(ratio)) / 2
        }
    }

    @Test(
        "DDIM, plain form",
        arguments: [
            (10, 1.302849, 20.130788), (20, 0.326449, 6.212363), (50, 0.046916, 1.128817),
        ])
    func plainDDIM(steps: Int, scalar: Double, soft: Double) throws {
        let solver = DDIM(grid: .uniform(steps: steps), isAnchored: false)
        #expect(abs(try divergence(solver, Self.scalar, variances: Self.variances) - scalar) < 1e-5)
        #expect(abs(try divergence(solver, Self.soft, variances: Self.variances) - soft) < 3e-5 * max(1, soft))
    }

    @Test(
        "DPM-Solver++ (2M), plain form",
        arguments: [
            (10, 0.025865, 1.600150), (20, 0.002096, 0.105177), (50, 0.000847, 0.018492),
        ])
    func plainSecondOrder(steps: Int, scalar: Double, soft: Double) throws {
        let solver = DPMSolverPlusPlus2M(grid: .uniform(steps: steps), isAnchored: false)
        #expect(abs(try divergence(solver, Self.scalar, variances: Self.variances) - scalar) < 1e-5)
        #expect(abs(try divergence(solver, Self.soft, variances: Self.variances) - soft) < 3e-5 * max(1, soft))
    }

    @Test("The anchored forms are exact at any number of steps: what is left is the start's own divergence")
    func anchored() throws {
        for steps in [1, 10, 20, 50] {
            let solvers: [any LinearSolver] = [
                DDIM(grid: .uniform(steps: steps)), DPMSolverPlusPlus2M(grid: .uniform(steps: steps)),
            ]
            for solver in solvers {
                #expect(abs(try divergence(solver, Self.scalar, variances: Self.variances) - 0.000699) < 1e-5)
                #expect(abs(try divergence(solver, Self.soft, variances: Self.variances)) < 1e-5)
            }
        }
    }

    @Test(
        "The anchored forms converge where the anchor has the wrong variances",
        arguments: [
            (10, 0.338600, 0.994005), (20, 0.045815, 0.078941), (50, 0.006564, 0.000851),
        ])
    func wrongAnchor(steps: Int, first: Double, second: Double) throws {
        let ones = [Double](repeating: 1, count: 64)
        let (ddim, multistep) = (
            DDIM(grid: .uniform(steps: steps)), DPMSolverPlusPlus2M(grid: .uniform(steps: steps))
        )
        #expect(abs(try divergence(ddim, Self.scalar, variances: ones) - first) < 1e-5)
        #expect(abs(try divergence(multistep, Self.scalar, variances: ones) - second) < 1e-5)
    }

    @Test("A whitened Gaussian: the anchored forms leave samples where they are, plain DDIM is off by 1.73 nats")
    func whitened() throws {
        let ones = [Double](repeating: 1, count: 64)
        let denoiser = FormulaDenoiser.gaussian(variances: ones)
        let start = (0..<64).map { Float($0 - 32) / 10 }
        let end = try DPMSolverPlusPlus2M(grid: .uniform(steps: 1)).flow(
            start, denoiser: denoiser, schedule: Self.scalar, variances: ones)
        #expect(largestDifference(end, start.map(Double.init)) < 1e-5)
    }
}
