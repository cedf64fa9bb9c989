import Foundation
import GUDCore
import GUDSampling
import Synchronization
import Testing

struct SamplingErrorTests {
    private let problem = SamplingProblem(
        denoiser: FormulaDenoiser.gaussian(variances: [1, 1]),
        schedule: FormulaSchedule.scalar(from: -6, to: 6, count: 2), variances: [1, 1], samples: 3..<5)
    private let sampler = DDIM(grid: .uniform(steps: 4))

    @Test("A number that is not finite stops the run and names sampler, step, time, sample and component")
    func notFinite() {
        var problem = problem
        problem.denoiser = FormulaDenoiser(componentCount: 2) { z, state, _ in
            [state.sigma[0] * z[0], state.time < 0.6 ? .nan : state.sigma[1] * z[1]]
        }
        let error = SamplingError.notFinite(sampler: "ddim", step: 3, of: 4, time: 0.25, sample: 3, component: 1)
        #expect(throws: error) { try sampler.sample(problem) }
        #expect(
            error.description
                == "ddim: component 1 of sample 3 is not finite after step 3 of 4, at t = 0.25; take more steps, or check "
                + "the denoiser's output there")
    }

    @Test("The adaptive solver names where it met a number that is not finite")
    func adaptiveNotFinite() {
        var problem = problem
        problem.denoiser = FormulaDenoiser(componentCount: 2) { z, state, _ in
            [state.sigma[0] * z[0], state.time < 1 ? .nan : state.sigma[1] * z[1]]
        }
        let error = SamplingError.notFinite(sampler: "dopri5", step: 0, of: 20, time: 0.8, sample: 3, component: 1)
        #expect(throws: error) { try DormandPrince().sample(problem) }
    }

    @Test("The adaptive solver stops at its limit of steps, and says where")
    func stepLimit() throws {
        var problem = problem
        // Noise that is no function of the state cannot be integrated to any tolerance.
        problem.denoiser = FormulaDenoiser(componentCount: 2) { _, state, _ in
            [sin(1e9 * state.time), cos(1e9 * state.time)]
        }
        let sampler = DormandPrince(relativeTolerance: 1e-6, absoluteTolerance: 1e-6, stepLimit: 7)
        let error = #expect(throws: SamplingError.self) { try sampler.sample(problem) }
        guard case .stepLimit(let name, let limit, let time, let sample) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(name == "dopri5" && limit == 7 && sample == 3 && time > 0 && time <= 1)
        #expect(
            SamplingError.stepLimit(sampler: "dopri5", limit: 7, time: 0.25, sample: 3).description
                == "dopri5: sample 3 is at t = 0.25 after 7 steps; raise rtol, atol or maxSteps")
    }

    /// The problem, which somebody asks to stop after so many looks.
    private func cancelled(afterPolls limit: Int) -> SamplingProblem {
        let polls = Mutex(0)
        var problem = problem
        problem.isCancelled = {
            polls.withLock {
                $0 += 1
                return $0 > limit
            }
        }
        return problem
    }

    @Test("A cancelled run stops between two steps")
    func cancelled() {
        let problem = cancelled(afterPolls: 2)
        let error = SamplingError.cancelled(sampler: "ddim", step: 2, of: 4)
        #expect(throws: error) { try sampler.sample(problem) }
        #expect(error.description == "ddim: cancelled after 2 of 4 steps")
    }

    @Test("Parts that do not fit together are refused before any work")
    func mismatch() {
        let broken: [(SamplingError, String, (inout SamplingProblem) -> Void)] = [
            (.batchSize(0), "the batch size is 0; it must be 1 or more", { $0.batchSize = 0 }),
            (
                .count(3, expected: 2, what: "the list of variances"),
                "the list of variances has 3 components where the denoiser has 2", { $0.variances = [1, 1, 1] }
            ),
            (
                .count(1, expected: 2, what: "the schedule"), "the schedule has 1 components where the denoiser has 2",
                { $0.schedule = FormulaSchedule.scalar(from: -6, to: 6, count: 1) }
            ),
            (
                .count(1, expected: 2, what: "the mask of given components"),
                "the mask of given components has 1 components where the denoiser has 2",
                { $0.condition.given = GivenComponents(mask: [true], values: [0]) }
            ),
            (
                .variance(-1, component: 1),
                "the variance of component 1 is -1.0; variances are finite and not negative",
                { $0.variances = [1, -1] }
            ),
        ]
        for (error, text, change) in broken {
            var problem = problem
            change(&problem)
            #expect(throws: error) { try sampler.sample(problem) }
            #expect(error.description == text)
        }
    }

    @Test(
        "More samples than memory holds are refused, and so are steps that are taken without end",
        arguments: [0, 1001, .max])
    func limits(resamplings: Int) {
        var problem = problem
        problem.samples = 0..<Int(ProcessInfo.processInfo.physicalMemory / 8)
        let error = #expect(throws: SamplingError.self) { try sampler.sample(problem) }
        #expect(error?.description.contains("draw them in parts") == true && error?.blame == .request)

        problem.samples = 0..<1
        let observed = ObservedComponents(componentCount: 2, weights: [1, 0], values: [1], deviations: [0])
        problem.condition.observed = ObservedCondition(
            all: observed, remainder: observed, method: .replacement, resamplings: resamplings)
        #expect(throws: SamplingError.resamplings(resamplings)) { try sampler.sample(problem) }
    }

    @Test("A run that repeats its steps is cancelled between two repetitions")
    func cancelledRepetition() {
        var problem = cancelled(afterPolls: 3)
        let observed = ObservedComponents(componentCount: 2, weights: [1, 0], values: [1], deviations: [0])
        problem.condition.observed = ObservedCondition(
            all: observed, remainder: observed, method: .replacement, resamplings: 10)
        #expect(throws: SamplingError.cancelled(sampler: "ddim", step: 0, of: 4)) { try sampler.sample(problem) }
    }

    @Test("An embedding that the denoiser does not take is refused")
    func embedding() {
        var problem = problem
        problem.condition.embedding = [1, 0]
        #expect(throws: DenoiserError.embeddingWidth(2, expected: 0)) { try sampler.sample(problem) }
    }
}
