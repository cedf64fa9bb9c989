import Foundation
import GUDCore
import Synchronization
import Testing

@testable import GUDSampling

/// The pilot of the optimised placement under a condition: guidance, and given components.
@Suite("Optimised placement under a condition")
struct PilotConditionTests {
    /// The root mean square by which a placed solver misses the flow, followed adaptively from the same noise.
    private func miss(_ solver: some GridSampler, _ placement: StepPlacement, _ problem: SamplingProblem) throws
        -> Double
    {
        let exact = try DormandPrince(relativeTolerance: 1e-6, absoluteTolerance: 1e-6).sample(problem)
        let samples = try PlacedSampler(solver, placement: placement).sample(problem)
        let squares = zip(samples, exact).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
        return (squares / Double(exact.count)).squareRoot()
    }

    @Test(
        "The pilot follows the guided flow: its steps serve that better than equal ones, and its evaluations are counted"
    )
    func guidance() throws {
        let mixture = try ClassMixture.plane()
        let guidance = try Guidance(scale: 4, interval: GuidanceInterval(from: 0.25, to: 0.6))
        var problem = SamplingProblem(
            denoiser: mixture, schedule: FormulaSchedule.scalar(from: -10, to: 8, count: 2),
            variances: mixture.variances, samples: 0..<64, seed: 2,
            condition: Condition(embedding: mixture.embedding(2), guidance: guidance))
        let errors = try [.time, .optimised].map { try miss(DDIM(grid: .uniform(steps: 10)), $0, problem) }
        print("ddim, guidance 4 in an interval: time \(errors[0]), optimised \(errors[1]), seed 2")
        #expect(errors[1] < 0.8 * errors[0])
        // Heun's second slope is left out over an end of the interval, in steps and in what they are weighed by.
        let twice = try [.time, .optimised].map { try miss(Heun(grid: .uniform(steps: 10)), $0, problem) }
        print("heun, guidance 4 in an interval: time \(twice[0]), optimised \(twice[1]), seed 2")
        #expect(twice[1] < 1.5 * twice[0])
        mixture.evaluations.withLock { $0 = 0 }
        let solver = DDIM(grid: .uniform(steps: 10))
        let guided = try StepPlacement.optimised.grid(steps: 10, for: solver, in: problem)
        #expect(guided.evaluations == mixture.evaluations.withLock { $0 })
        // 48 steps and the end, and once more for each of the 0.35 · 48 = 16.8 times inside.
        #expect(guided.evaluations == guided.pilots * (49 + 17))
        problem.condition.guidance = .plain
        let plain = try StepPlacement.optimised.grid(steps: 10, for: solver, in: problem)
        #expect(plain.evaluations == plain.pilots * 49 && plain.grid != guided.grid)
    }

    @Test("Given components are held on the pilot's path: steps are taken where the others move")
    func given() throws {
        // The first component moves for t < 1/2, the second for t > 1/2.
        let schedule = FormulaSchedule.linear(from: [-6, -18], to: [18, 6], clip: -6...6)
        let gammas = Mutex<Set<Double>>([])
        let base = ReferenceMixture.denoiser
        let denoiser = FormulaDenoiser(componentCount: 2) { z, state, embedding in
            gammas.withLock { _ = $0.insert(state.gamma[0]) }
            return base.formula(z, state, embedding)
        }
        var problem = SamplingProblem(
            denoiser: denoiser, schedule: schedule, variances: ReferenceMixture.variances, samples: 0..<32, seed: 6,
            condition: Condition(given: GivenComponents(mask: [true, false], values: [-0.8, 0])))
        let solver = DPMSolverPlusPlus2M(grid: .uniform(steps: 8))
        let placed = try StepPlacement.optimised.grid(steps: 8, for: solver, in: problem)
        #expect(gammas.withLock { $0 } == [-6])
        #expect(placed.grid.stepCount == 8 && placed.grid.times.dropLast().allSatisfy { $0 > 0.49 })
        let errors = try [.time, .optimised].map { try miss(solver, $0, problem) }
        print("dpm++2m, a component given: time \(errors[0]), optimised \(errors[1]), seed 6")
        #expect(errors[1] < errors[0])
        problem.condition.given = nil
        let free = try StepPlacement.optimised.grid(steps: 8, for: solver, in: problem)
        #expect(free.grid.times.dropLast().contains { $0 < 0.45 })
    }
}
