import Foundation
import GUDCore
import Testing

@testable import GUDSampling

/// Four correlated Gaussian components from sequential over soft to simultaneous: every solver against every other.
struct HardScheduleTests {
    private static let covariance = [
        1.0, 0.6, 0.2, -0.1, 0.6, 0.8, 0.3, 0.0, 0.2, 0.3, 0.5, 0.2, -0.1, 0.0, 0.2, 0.3,
    ]
    private static let denoiser = FormulaDenoiser.gaussian(mean: [0.3, -0.2, 0, 0.1], covariance: covariance)
    private static let variances = [1.0, 0.8, 0.5, 0.3]

    /// Labels 0 to 3 spread over the range of γ, clipped: one at a time at a = 3, all together at a = 0.
    private static func schedule(_ a: Double) -> FormulaSchedule {
        let labels = (0..<4).map { 12 * Double($0) / 3 }
        return .linear(
            from: labels.map { -6 + a * ($0 - 12) }, to: labels.map { 6 + a * $0 }, clip: a > 0 ? -6...6 : nil)
    }

    @Test("Solvers agree on schedules from hard to scalar, plain and anchored", arguments: [3, 1.5, 0.5, 0])
    func agreement(sharpness: Double) throws {
        let schedule = Self.schedule(sharpness)
        let start: [Float] = [0.7, -0.3, 1.1, 0.2, -1.4, 0.5, 0.1, -0.9]
        func end(_ solver: any Integrator) throws -> [Double] {
            try solver.flow(start, denoiser: Self.denoiser, schedule: schedule, variances: Self.variances)
        }
        let reference = try end(DormandPrince(relativeTolerance: 1e-6, absoluteTolerance: 1e-6))
        let grid = TimeGrid.uniform(steps: 403)  // no multiple of the number of windows
        for isAnchored in [false, true] {
            let solvers: [any Integrator] = [
                DPMSolverPlusPlus2M(grid: grid, isAnchored: isAnchored),
                DPMSolverPlusPlus3M(grid: grid, isAnchored: isAnchored), Heun(grid: grid, isAnchored: isAnchored),
                DormandPrince(relativeTolerance: 1e-5, absoluteTolerance: 1e-5, isAnchored: isAnchored),
            ]
            for solver in solvers {
                let error = largestDifference(try end(solver), reference)
                print("a = \(sharpness), \(type(of: solver).name), anchored \(isAnchored): \(error)")
                #expect(error < 6e-4)
            }
        }
    }

    @Test("A hard schedule in few steps stays finite, and each component moves in its own window alone")
    func fewSteps() throws {
        let ones = [Double](repeating: 1, count: 4)
        let solvers: [any Sampler] = [
            DPMSolverPlusPlus3M(grid: .uniform(steps: 8)), DPMSolverPlusPlus2MSDE(grid: .uniform(steps: 8)),
            Heun(grid: .uniform(steps: 8)), DormandPrince(frameCount: 8),
        ]
        for solver in solvers {
            let states = Collected()
            let samples = try solver.sample(
                SamplingProblem(
                    denoiser: Self.denoiser, schedule: Self.schedule(3), variances: ones, samples: 0..<1, seed: 1),
                observer: SamplingObserver { states.append($0.components) })
            #expect(samples.allSatisfy { $0.isFinite } && states.values.count == 36)
            // Component i, of label i, moves in the i-th quarter of the way to t = 0.
            for component in 0..<4 {
                let path = (0...8).map { states.values[4 * $0 + component] }
                let moved = (0..<8).filter { path[$0] != path[$0 + 1] }
                #expect(moved == [2 * component, 2 * component + 1])
            }
        }
    }
}
