import Foundation
import GUDCore
import Synchronization
import Testing

@testable import GUDSampling

/// What an observer is told of costs, against a count of its own inside the denoiser.
struct EvaluationCountTests {
    /// The costs of drawing samples, and the evaluations that the denoiser counted.
    private func costs(
        _ sampler: any Sampler, schedule: FormulaSchedule, denoiser: FormulaDenoiser = ReferenceMixture.denoiser,
        variances: [Double] = ReferenceMixture.variances, condition: Condition = Condition(), batchSize: Int = 64
    ) throws -> (costs: [SamplingCost], counted: Int) {
        let counted = Mutex(0)
        let costs = Mutex<[SamplingCost]>([])
        let counting = FormulaDenoiser(
            componentCount: denoiser.componentCount, embeddingWidth: condition.embedding?.count ?? 0
        ) { z, state, embedding in
            counted.withLock { $0 += 1 }
            return denoiser.formula(z, state, embedding)
        }
        _ = try sampler.sample(
            SamplingProblem(
                denoiser: counting, schedule: schedule, variances: variances, samples: 0..<5, condition: condition,
                batchSize: batchSize),
            observer: SamplingObserver(onState: { _ in }, onBatch: { cost in costs.withLock { $0.append(cost) } }))
        return (costs.withLock { $0 }, counted.withLock { $0 })
    }

    private static let scalar = FormulaSchedule.scalar(from: -6, to: 6, count: 2)

    @Test("Fixed steps cost one evaluation, Heun's two, and the final denoising one")
    func fixed() throws {
        let expected: [(any Sampler, Int)] = [
            (DDIM(grid: .uniform(steps: 7)), 8), (DPMSolverPlusPlus3M(grid: .uniform(steps: 7)), 8),
            (DPMSolverPlusPlus2MSDE(grid: .uniform(steps: 7)), 8), (Heun(grid: .uniform(steps: 7)), 15),
        ]
        for (sampler, count) in expected {
            let result = try costs(sampler, schedule: Self.scalar, batchSize: 3)
            #expect(result.counted == 5 * count)
            #expect(result.costs.map(\.samples) == [0..<3, 3..<5])
            #expect(result.costs.map(\.evaluations) == [3 * count, 2 * count])
            #expect(result.costs.allSatisfy { $0.evaluationsPerSample == Double(count) && $0.rejectedSteps == 0 })
        }
    }

    @Test("Guidance counts twice")
    func guided() throws {
        let condition = Condition(embedding: [1], guidance: 3)
        let result = try costs(Heun(grid: .uniform(steps: 4)), schedule: Self.scalar, condition: condition)
        #expect(result.counted == 90 && result.costs.map(\.evaluations) == [90])
    }

    @Test("The adaptive solver: six evaluations for each step that it tried", arguments: [false, true])
    func adaptive(isAnchored: Bool) throws {
        for path in OrderOfConvergenceTests.paths {
            var last = 0
            for tolerance in [1e-2, 1e-4, 1e-6] {
                let solver = DormandPrince(
                    relativeTolerance: tolerance, absoluteTolerance: tolerance, isAnchored: isAnchored)
                let result = try costs(solver, schedule: path.schedule)
                let evaluations = try #require(result.costs.first).evaluations
                print(
                    "dopri5 \(path) anchored \(isAnchored), tolerance \(tolerance): \(Double(evaluations) / 5) evaluations, "
                        + "\(Double(result.costs[0].rejectedSteps) / 5) steps taken back")
                #expect(evaluations == result.counted)
                #expect((evaluations - 10) % 6 == 0)
                #expect(evaluations > last)
                last = evaluations
            }
        }
    }

    @Test("One step of each smooth stretch suffices for Gaussian data, and dead time costs one evaluation")
    func gaussian() throws {
        let variances = [1.3, 0.2]
        let denoiser = FormulaDenoiser.gaussian(variances: variances)
        let scalar = try costs(DormandPrince(), schedule: Self.scalar, denoiser: denoiser, variances: variances)
        #expect(scalar.counted == 5 * 8)
        // One after the other: two stretches of half the time each, twelve evaluations, one at t = 1, one at the end.
        let hard = FormulaSchedule.linear(from: [-6, -18], to: [18, 6], clip: -6...6)
        let sequential = try costs(DormandPrince(), schedule: hard, denoiser: denoiser, variances: variances)
        #expect(sequential.counted == 5 * 14)
        // Nothing moves for t > 3/4 and t < 1/4.
        let dead = FormulaSchedule.linear(from: [-12, -12], to: [12, 12], clip: -6...6)
        let resting = try costs(DormandPrince(), schedule: dead, denoiser: denoiser, variances: variances)
        #expect(resting.counted == 5 * 8)
    }
}
