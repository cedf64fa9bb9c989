import Foundation
import GUDCore
import Synchronization
import Testing

@testable import GUDSampling

/// What all samplers share: batches, the prior, given components, clipped components, guidance, observers and errors.
struct SamplingLoopTests {
    static let samplers: [any Sampler] = [
        EulerMaruyama(grid: .uniform(steps: 30)), Ancestral(grid: .uniform(steps: 12)),
        DDIM(grid: .uniform(steps: 12)), DDIM(grid: .uniform(steps: 12), isAnchored: false),
        DPMSolverPlusPlus2M(grid: .uniform(steps: 12)),
        DPMSolverPlusPlus2M(grid: .uniform(steps: 12), isAnchored: false),
        DPMSolverPlusPlus3M(grid: .uniform(steps: 12)),
        DPMSolverPlusPlus3M(grid: .uniform(steps: 12), isAnchored: false),
        DPMSolverPlusPlus2MSDE(grid: .uniform(steps: 12)),
        DPMSolverPlusPlus2MSDE(grid: .uniform(steps: 12), isAnchored: false),
        Heun(grid: .uniform(steps: 12)), Heun(grid: .uniform(steps: 12), isAnchored: false),
        DormandPrince(frameCount: 12), DormandPrince(frameCount: 12, isAnchored: false),
    ]
    private static let clipped = FormulaSchedule.linear(from: [-6, -12], to: [12, 6], clip: -6...6)

    private func problem(
        _ samples: Range<Int> = 0..<7, schedule: FormulaSchedule = clipped, seed: UInt64 = 5
    ) -> SamplingProblem {
        SamplingProblem(
            denoiser: ReferenceMixture.denoiser, schedule: schedule, variances: ReferenceMixture.variances,
            samples: samples, seed: seed)
    }

    @Test("The same bits for every batch size and every way to split the samples", arguments: samplers.indices)
    func batches(sampler: Int) throws {
        let sampler = Self.samplers[sampler]
        var problem = problem(10..<80)
        let whole = try sampler.sample(problem)
        #expect(whole.count == 140 && whole.allSatisfy { $0.isFinite })
        for size in [1, 3, 70, 1000] {
            problem.batchSize = size
            #expect(try sampler.sample(problem) == whole)
        }
        problem.samples = 40..<41
        #expect(try sampler.sample(problem) == Array(whole[60..<62]))
        problem.samples = 0..<0
        #expect(try sampler.sample(problem).isEmpty)
    }

    @Test("Components whose γ does not change keep their bits", arguments: samplers.indices)
    func untouched(sampler: Int) throws {
        let states = Collected()
        let observer = SamplingObserver { states.append($0.components) }
        let sampler = Self.samplers[sampler]
        _ = try sampler.sample(problem(), observer: observer)
        let (values, width, steps) = (states.values, 14, states.values.count / 14 - 1)
        #expect(values.count == (steps + 1) * width && (steps == 12 || sampler is EulerMaruyama && steps == 30))
        // The second component is noised last and moves for t > 1/3; the first only for t < 2/3.
        for index in 0..<width {
            let path = (0...steps).map { values[$0 * width + index].bitPattern }
            let (still, moving) =
                index % 2 == 0
                ? (path[0...steps / 3], path[(steps / 3)...]) : (path[(2 * steps / 3)...], path[0...2 * steps / 3])
            #expect(Set(still).count == 1)
            #expect(Set(moving).count == moving.count)
        }
    }

    @Test("The prior is matched: variance α² v + σ², a function of seed and index alone")
    func prior() throws {
        print("seed 3")
        let states = Collected()
        let problem = SamplingProblem(
            denoiser: FormulaDenoiser.gaussian(variances: [4, 0.1]),
            schedule: FormulaSchedule.scalar(from: -5, to: 0, count: 2),
            variances: [4, 0.1], samples: 0..<20_000, seed: 3, batchSize: 20_000)
        _ = try DDIM(grid: .uniform(steps: 1)).sample(
            problem, observer: SamplingObserver { if $0.step == 0 { states.append($0.components) } })
        for (component, expected) in [2.5, 0.55].enumerated() {
            let column = stride(from: component, to: 40_000, by: 2).map { Double(states.values[$0]) }
            let variance = column.reduce(0) { $0 + $1 * $1 } / 20_000
            #expect(abs(variance - expected) < 4 * expected * 0.01)
        }
    }

    @Test("Given components come back as given, and the denoiser sees them at γ(0)", arguments: samplers.indices)
    func given(sampler: Int) throws {
        let gammas = Mutex<Set<Double>>([])
        let base = ReferenceMixture.denoiser
        let denoiser = FormulaDenoiser(componentCount: 2) { z, state, embedding in
            gammas.withLock { _ = $0.insert(state.gamma[0]) }
            return base.formula(z, state, embedding)
        }
        var problem = problem(0..<400)
        problem.denoiser = denoiser
        problem.condition.given = GivenComponents(mask: [true, false], values: [-0.8, .nan])
        let states = Collected()
        let samples = try Self.samplers[sampler].sample(
            problem, observer: SamplingObserver { if $0.step == 0 { states.append($0.components) } })
        #expect(gammas.withLock { $0 } == [-6])
        for sample in 0..<400 {
            #expect(samples[2 * sample] == -0.8)
            // Held at α(0) z + σ(0) ξ, with σ(0) = 0.05.
            #expect(abs(states.values[2 * sample] + 0.8) < 0.05 * 4.5)
        }
        // Only the mode at (−0.8, 0.9) is near: the other component must follow it.
        let mean = (0..<400).reduce(0.0) { $0 + Double(samples[2 * $1 + 1]) } / 400
        #expect(abs(mean - 0.9) < 0.2)
    }

    @Test("Guidance combines a conditional and an unconditional pass; 0 and 1 take one pass")
    func guidance() throws {
        let count = Mutex(0)
        let denoiser = FormulaDenoiser(componentCount: 2, embeddingWidth: 2) { z, state, embedding in
            count.withLock { $0 += 1 }
            let shift = embedding.map { $0[0] } ?? 0
            return (0..<2).map { state.sigma[$0] * (z[$0] - state.alpha[$0] * Double(shift)) }
        }
        let sampler = DDIM(grid: .uniform(steps: 1))
        func mean(_ guidance: Guidance) throws -> (mean: Double, calls: Int) {
            count.withLock { $0 = 0 }
            let samples = try sampler.sample(
                SamplingProblem(
                    denoiser: denoiser, schedule: FormulaSchedule.scalar(from: -8, to: 2, count: 2),
                    variances: [1, 1], samples: 0..<1, condition: Condition(embedding: [3, 1], guidance: guidance)))
            return (Double(samples[0]), count.withLock { $0 })
        }
        let (off, plain, strong) = (try mean(0), try mean(1), try mean(2.5))
        let calls: [Int] = [off.calls, plain.calls, strong.calls]
        #expect(calls == [2, 2, 4])
        // ε̂ is affine in the condition, so that the result is affine in the guidance.
        #expect(abs((strong.mean - off.mean) - 2.5 * (plain.mean - off.mean)) < 1e-4)
        #expect(plain.mean - off.mean > 0.5)
    }

    @Test("A component that data never visit is sampled as 0, and a steep schedule stays finite")
    func degenerate() throws {
        let steep = FormulaSchedule.linear(from: [-3000, -8, -6], to: [-10, 3000, 6])
        let variances = [1.0, 0.5, 0]
        for sampler in Self.samplers where !(sampler is EulerMaruyama) {
            let samples = try sampler.sample(
                SamplingProblem(
                    denoiser: FormulaDenoiser.gaussian(variances: variances), schedule: steep, variances: variances,
                    samples: 0..<50))
            #expect(samples.allSatisfy { $0.isFinite })
            #expect((0..<50).allSatisfy { samples[3 * $0 + 2] == 0 })
        }
    }
}
