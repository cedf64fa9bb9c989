import Foundation
import GUDCore
import GUDSchedules
import Synchronization
import Testing

@testable import GUDSampling

/// Samplers ask for what is active, make no use of anything else, and count what it costs.
struct ActiveComponentTests {
    /// A denoiser that gives garbage where it is not asked, and takes note of what it is asked.
    private final class Strict: WindowedDenoiser {
        let inner: FormulaDenoiser
        let asked = Mutex<[(samples: Int, active: [Bool])]>([])

        init(_ inner: FormulaDenoiser) { self.inner = inner }

        var componentCount: Int { inner.componentCount }
        var embeddingWidth: Int { inner.embeddingWidth }

        func predictNoise(
            in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
        ) throws(DenoiserError) {
            try inner.predictNoise(in: noised, states: states, embeddings: embeddings, into: &noise)
            asked.withLock { $0.append((noise.count / componentCount, [Bool](repeating: true, count: componentCount))) }
        }

        func predictNoise(
            in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, active: [Bool],
            into noise: inout MutableSpan<Float>
        ) throws(DenoiserError) {
            _ = try batchCount(
                noised: noised.count, noise: noise.count, states: states, embeddings: embeddings, active: active.count)
            try inner.predictNoise(in: noised, states: states, embeddings: embeddings, into: &noise)
            for index in noise.indices where !active[index % componentCount] { noise[index] = 1e6 }
            asked.withLock { $0.append((noise.count / componentCount, active)) }
        }
    }

    private static let covariance = [
        1.0, 0.6, 0.2, -0.1, 0.6, 0.8, 0.3, 0.0, 0.2, 0.3, 0.5, 0.2, -0.1, 0.0, 0.2, 0.3,
    ]
    private static let variances = [1.0, 0.8, 0.5, 0.3]

    private static func denoiser(embeddingWidth: Int = 0) -> Strict {
        var formula = FormulaDenoiser.gaussian(mean: [0.3, -0.2, 0, 0.1], covariance: covariance)
        formula.embeddingWidth = embeddingWidth
        return Strict(formula)
    }

    private static func soft(_ softness: Double) throws -> any NoiseSchedule {
        try SoftSchedule(
            labels: [0, 4, 8, 12], variances: variances, gammaDenoise: -6, gammaNoise: 6, steepness: 1 / softness,
            clip: -6...6)
    }

    private static let paths = ["hard", "softness 0.5", "softness 1", "softness inf", "dead time"]

    private static func schedule(_ name: String) throws -> any NoiseSchedule {
        switch name {
        case "hard": try soft(1 / 3.0)
        case "softness 0.5": try soft(0.5)
        case "softness 1": try soft(1)
        case "softness inf": try soft(.infinity)
        // Nothing moves for t > 3/4 and t < 1/4.
        default:
            FormulaSchedule.linear(
                from: .init(repeating: -12, count: 4), to: .init(repeating: 12, count: 4), clip: -6...6)
        }
    }

    private static func samplers(steps: Int) -> [any Sampler] {
        let grid = TimeGrid.uniform(steps: steps)
        return [
            EulerMaruyama(grid: grid), Ancestral(grid: grid), DPMSolverPlusPlus2MSDE(grid: grid), DDIM(grid: grid),
            DDIM(grid: grid, isAnchored: false), DPMSolverPlusPlus2M(grid: grid), DPMSolverPlusPlus3M(grid: grid),
            DPMSolverPlusPlus3M(grid: grid, isAnchored: false), Heun(grid: grid), DormandPrince(frameCount: 3),
            PlacedSampler(DPMSolverPlusPlus2M(grid: grid), placement: .optimised),
        ]
    }

    private struct Outcome {
        let samples: [Float]
        let costs: [SamplingCost]
        let asked: [(samples: Int, active: [Bool])]
    }

    private func outcome(
        _ sampler: any Sampler, _ schedule: any NoiseSchedule, _ scope: EvaluationScope,
        condition: Condition = Condition()
    ) throws -> Outcome {
        let denoiser = Self.denoiser(embeddingWidth: condition.embedding?.count ?? 0)
        let costs = Mutex<[SamplingCost]>([])
        let problem = SamplingProblem(
            denoiser: denoiser, schedule: schedule, variances: Self.variances, samples: 0..<5, seed: 4,
            condition: condition, batchSize: 3, evaluation: scope)
        // A placement evaluates pilots; what it asks is not the sampler's.
        var ready = sampler
        if let placed = sampler as? PlacedSampler<DPMSolverPlusPlus2M> { ready = try placed.placed(in: problem) }
        denoiser.asked.withLock { $0 = [] }
        let samples = try ready.sample(
            problem,
            observer: SamplingObserver(onState: { _ in }, onBatch: { cost in costs.withLock { $0.append(cost) } }))
        return Outcome(samples: samples, costs: costs.withLock { $0 }, asked: denoiser.asked.withLock { $0 })
    }

    private static let conditions: [Condition] = [
        Condition(), Condition(embedding: [1], guidance: 2),
        Condition(given: GivenComponents(mask: [true, false, true, false], values: [0.4, 0, -0.7, 0])),
    ]

    @Test(
        "samples are those of full evaluations, bit for bit, whatever stands where nothing was asked", arguments: paths)
    func sameSamples(path: String) throws {
        let schedule = try Self.schedule(path)
        for sampler in Self.samplers(steps: 12) {
            for condition in Self.conditions {
                let active = try outcome(sampler, schedule, .active, condition: condition)
                let full = try outcome(sampler, schedule, .full, condition: condition)
                let name = "\(type(of: sampler)), \(path)"
                #expect(active.samples == full.samples, "\(name)")
                #expect(full.asked.allSatisfy { $0.active.allSatisfy { $0 } })
                for outcome in [active, full] {
                    let counted = outcome.asked.reduce(0) { $0 + $1.samples }
                    #expect(outcome.costs.reduce(0) { $0 + $1.evaluations } == counted, "\(name)")
                    let components = outcome.asked.reduce(0) { $0 + $1.samples * $1.active.count { $0 } }
                    #expect(outcome.costs.reduce(0) { $0 + $1.components } == components, "\(name)")
                }
                #expect(active.asked.allSatisfy { $0.active.contains(true) })
                // In dead time, the adaptive solver and a placement take no steps anyway.
                let isFixed = !(sampler is DormandPrince || sampler is PlacedSampler<DPMSolverPlusPlus2M>)
                if path != "softness inf", isFixed || path != "dead time" {
                    #expect(
                        active.costs.reduce(0) { $0 + $1.components } < full.costs.reduce(0) { $0 + $1.components },
                        "\(name)")
                }
            }
        }
    }

    @Test("a hard schedule asks for one component at a time, and for all of them in the end")
    func oneAtATime() throws {
        let result = try outcome(DPMSolverPlusPlus3M(grid: .uniform(steps: 8)), Self.schedule("hard"), .active)
        let first = result.asked.filter { $0.samples == 3 }.map(\.active)
        let single = (0..<4).map { component in (0..<4).map { $0 == component } }
        #expect(first == (0..<8).map { single[$0 / 2] } + [[true, true, true, true]])
        #expect(result.costs.map(\.evaluations) == [27, 18])
        #expect(result.costs.map(\.components) == [3 * 12, 2 * 12])
    }

    @Test("steps without change cost nothing, nor do samples of which everything is given")
    func standstill() throws {
        func evaluations(
            _ sampler: any Sampler, _ path: String, _ scope: EvaluationScope = .active, given mask: [Bool]? = nil
        ) throws -> Double {
            let given = mask.map { GivenComponents(mask: $0, values: [0.1, 0.2, 0.3, 0.4]) }
            let result = try outcome(sampler, Self.schedule(path), scope, condition: Condition(given: given))
            return try #require(result.costs.first).evaluationsPerSample
        }
        let (ddim, heun) = (DDIM(grid: .uniform(steps: 8)), Heun(grid: .uniform(steps: 8)))
        // Four of eight steps move.
        #expect(try evaluations(ddim, "dead time") == 5)
        #expect(try evaluations(heun, "dead time") == 9)
        #expect(try evaluations(ddim, "dead time", .full) == 9)
        #expect(try evaluations(heun, "dead time", .full) == 17)
        // Two components of four, two steps each; one evaluation centres the prior, one is the final denoising.
        let half = [false, true, false, true]
        #expect(try evaluations(ddim, "hard", given: half) == 6)
        #expect(try evaluations(ddim, "hard", .full, given: half) == 10)
        for sampler in Self.samplers(steps: 8) {
            #expect(try evaluations(sampler, "hard", given: [true, true, true, true]) == 0, "\(type(of: sampler))")
        }
    }
}
