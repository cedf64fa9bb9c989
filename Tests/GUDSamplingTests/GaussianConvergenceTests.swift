import Foundation
import GUDCore
import Testing

@testable import GUDSampling

/// Convergence on a 64-dimensional Gaussian with eigenvalues i⁻², from N(0, 1), with the exact denoiser.
///
/// Measured is the KL divergence, in nats, of the final Gaussian to the exact marginal. The literals are those of
/// `Tests/Reference/samplers.py`, in float64.
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
        _ solver: some Integrator, _ schedule: FormulaSchedule, data: [Double] = Self.variances, variances: [Double]
    ) throws -> Double {
        let end = try solver.flow(
            [Float](repeating: 1, count: 64), denoiser: FormulaDenoiser.gaussian(variances: data),
            schedule: schedule, variances: variances)
        return try divergence(secondMoments: end.map { $0 * $0 }, schedule, data: data)
    }

    private func divergence(
        secondMoments: [Double], _ schedule: FormulaSchedule, data: [Double] = Self.variances
    ) throws -> Double {
        let state = try schedule.state(at: 0)
        return secondMoments.indices.reduce(0) { sum, index in
            let ratio = secondMoments[index] / state.marginalVariance(index, clean: data[index])
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

    @Test(
        "DPM-Solver++ (3M) and Heun's method, plain form",
        arguments: [
            // At 5 and 10 steps of the soft schedule the third order looks back to where no signal shows, where the reference,
            // in Double, still sees some.
            (5, [0.815506, nil], [0.615601, 35.567193]), (10, [0.078753, nil], [0.040127, 8.117766]),
            (20, [0.003454, 1.042266], [0.001225, 0.973798]), (50, [0.000787, 0.001606], [0.000312, 0.035580]),
        ])
    func plainHigherOrder(steps: Int, third: [Double?], heun: [Double?]) throws {
        let grid = TimeGrid.uniform(steps: steps)
        let solvers: [(any Integrator, [Double?])] = [
            (DPMSolverPlusPlus3M(grid: grid, isAnchored: false), third), (Heun(grid: grid, isAnchored: false), heun),
        ]
        for (solver, expected) in solvers {
            for (schedule, expected) in zip([Self.scalar, Self.soft], expected) {
                let divergence = try divergence(solver, schedule, variances: Self.variances)
                guard let expected else {
                    #expect(divergence.isFinite)
                    continue
                }
                #expect(abs(divergence - expected) < 1e-4 * max(0.1, expected))
            }
        }
    }

    @Test(
        "SDE-DPM-Solver++ (2M), plain form: what its own coefficients propagate",
        arguments: [
            (5, 3.049933, 33.773087), (10, 0.222577, 4.618786), (20, 0.012619, 0.036740), (50, 0.000295, 0.093436),
        ])
    func plainStochastic(steps: Int, scalar: Double, soft: Double) throws {
        let (zeros, ones) = ([Double](repeating: 0, count: 64), [Double](repeating: 1, count: 64))
        for (schedule, expected) in zip([Self.scalar, Self.soft], [scalar, soft]) {
            for isAnchored in [false, true] {
                let end = try DPMSolverPlusPlus2MSDE(grid: .uniform(steps: steps), isAnchored: isAnchored).moments(
                    mean: zeros, variance: ones, data: (zeros, Self.variances), schedule: schedule)
                let divergence = try divergence(secondMoments: end.variance, schedule)
                // The anchored form forgets the start instead of keeping its divergence of 0.0007.
                #expect(isAnchored ? divergence < 1e-6 : abs(divergence - expected) < 1e-5 * max(1, expected))
            }
        }
    }

    @Test("Dormand and Prince's method: the start's own divergence, at any tolerance", arguments: [1e-2, 1e-4])
    func adaptive(tolerance: Double) throws {
        for isAnchored in [false, true] {
            let solver = DormandPrince(
                relativeTolerance: tolerance, absoluteTolerance: tolerance / 1e3, isAnchored: isAnchored)
            let scalar = try divergence(solver, Self.scalar, variances: Self.variances)
            let soft = try divergence(solver, Self.soft, variances: Self.variances)
            print("dopri5 anchored \(isAnchored), rtol \(tolerance): KL \(scalar), soft \(soft)")
            #expect(abs(scalar - 0.000699) < (isAnchored ? 1e-5 : tolerance))
            #expect(abs(soft) < (isAnchored ? 1e-5 : tolerance))
        }
    }

    @Test("The anchored forms are exact at any number of steps: what is left is the start's own divergence")
    func anchored() throws {
        for steps in [1, 5, 10, 20, 50] {
            let grid = TimeGrid.uniform(steps: steps)
            let solvers: [any Integrator] = [
                DDIM(grid: grid), DPMSolverPlusPlus2M(grid: grid), DPMSolverPlusPlus3M(grid: grid), Heun(grid: grid),
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
            (10, [0.338600, 0.370391, 0.022048, 0.002664]), (20, [0.045815, 0.021504, 0.000128, 0.002920]),
            (50, [0.006564, 0.000016, 0.000674, 0.001041]),
        ])
    func wrongAnchor(steps: Int, expected: [Double]) throws {
        let ones = [Double](repeating: 1, count: 64)
        let grid = TimeGrid.uniform(steps: steps)
        let solvers: [any Integrator] = [
            DDIM(grid: grid), DPMSolverPlusPlus2M(grid: grid), DPMSolverPlusPlus3M(grid: grid), Heun(grid: grid),
        ]
        for (solver, expected) in zip(solvers, expected) {
            #expect(abs(try divergence(solver, Self.scalar, variances: ones) - expected) < 1e-5)
        }
    }

    @Test("A whitened Gaussian: the anchored forms leave samples where they are, plain DDIM is off by 1.73 nats")
    func whitened() throws {
        let ones = [Double](repeating: 1, count: 64)
        let denoiser = FormulaDenoiser.gaussian(variances: ones)
        let start = (0..<64).map { Float($0 - 32) / 10 }
        let end = try DPMSolverPlusPlus2M(grid: .uniform(steps: 1)).flow(
            start, denoiser: denoiser, schedule: Self.scalar, variances: ones)
        #expect(largestDifference(end, start.map(Double.init)) < 1e-5)
        let plain = DDIM(grid: .uniform(steps: 10), isAnchored: false)
        #expect(abs(try divergence(plain, Self.scalar, data: ones, variances: ones) - 1.728448) < 1e-5)
    }
}
