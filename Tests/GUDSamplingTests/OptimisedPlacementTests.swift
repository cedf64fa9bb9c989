import Foundation
import GUDCore
import Testing

@testable import GUDSampling

/// Placements on 64 Gaussian components of variance i⁻², where the law of the samples is known in closed form.
@Suite("Optimised placement")
struct OptimisedPlacementTests {
    static let variances = (1...64).map { pow(Double($0), -2) }

    /// γ of the cosine schedule, bounded at 13.3: its steps of time are badly placed.
    static let cosine = FormulaSchedule(
        componentCount: 64,
        gammas: { time in
            let quarter = 0.5 * Double.pi / 1.008
            let gamma = 2 * log(sin((time + 0.008) * quarter) / sin((1 - time) * quarter))
            return [Double](repeating: min(13.3, gamma), count: 64)
        },
        rates: { time in
            let quarter = 0.5 * Double.pi / 1.008
            let (near, far) = (sin((time + 0.008) * quarter), sin((1 - time) * quarter))
            let rate = 2 * log(near / far) <= 13.3 ? Double.pi / 1.008 / (near * far) : 0
            return [Double](repeating: rate, count: 64)
        })

    /// The divergence of what a solver draws from the exact marginal at t = 0, in nats.
    private func divergence(
        _ solver: some LinearSolver & Integrator, _ placement: StepPlacement, _ schedule: FormulaSchedule
    ) throws -> Double {
        let variances = Self.variances
        let denoiser = FormulaDenoiser.gaussian(variances: variances)
        let problem = SamplingProblem(denoiser: denoiser, schedule: schedule, variances: variances, samples: 0..<1)
        let placed = try PlacedSampler(solver, placement: placement).placed(in: problem)
        let start = try schedule.state(at: 1)
        let deviations = variances.indices.map {
            Float(start.marginalVariance($0, clean: variances[$0]).squareRoot())
        }
        let ends = try placed.flow(deviations, denoiser: denoiser, schedule: schedule, variances: variances)
        let end = try schedule.state(at: 0)
        return ends.indices.reduce(0) { sum, i in
            let ratio = ends[i] * ends[i] / end.marginalVariance(i, clean: variances[i])
            return sum + (ratio - 1 - log(ratio)) / 2
        }
    }

    @Test("At 10 steps the optimised places beat equal steps of time, most where those are badly placed")
    func gaussian() throws {
        let scalar = FormulaSchedule.scalar(from: -9, to: 5, count: 64)
        for (name, schedule, gain) in [("scalar", scalar, 1.5), ("cosine", Self.cosine, 10)] {
            func check(_ solver: String, _ divergence: (StepPlacement) throws -> Double) throws {
                let (time, optimised) = (try divergence(.time), try divergence(.optimised))
                print("\(name), \(solver), 10 steps: time \(time) nats, optimised \(optimised)")
                #expect(optimised * gain < time, "\(name), \(solver)")
            }
            let grid = TimeGrid.uniform(steps: 10)
            try check("ddim") { try divergence(DDIM(grid: grid, isAnchored: false), $0, schedule) }
            try check("dpm++2m") { try divergence(DPMSolverPlusPlus2M(grid: grid, isAnchored: false), $0, schedule) }
        }
    }

    @Test("The places are a function of the pipeline alone, not of the samples, their seed or their batches")
    func independence() throws {
        let schedule = FormulaSchedule.scalar(from: -9, to: 5, count: 64)
        func times(_ samples: Range<Int>, seed: UInt64, batchSize: Int) throws -> [Double] {
            let problem = SamplingProblem(
                denoiser: FormulaDenoiser.gaussian(variances: Self.variances), schedule: schedule,
                variances: Self.variances, samples: samples, seed: seed, batchSize: batchSize)
            let solver = DPMSolverPlusPlus2M(grid: .uniform(steps: 8), isAnchored: false)
            return try PlacedSampler(solver, placement: .optimised).placed(in: problem).grid.times
        }
        let first = try times(0..<1, seed: 0, batchSize: 64)
        #expect(first.count == 9 && first.first == 1 && first.last == 0)
        #expect(zip(first, first.dropFirst()).allSatisfy { $0 > $1 })
        #expect(try times(5..<40, seed: 9, batchSize: 7) == first)
    }
}
