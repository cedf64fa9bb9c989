import Foundation
import GUDCore
import GUDDenoisers
import GUDSampling
import Testing

/// Samples of a mixture in the plane around an observation that two of its modes explain.
@Suite("Conditional samples of a mixture in the plane")
struct ConditionalMixtureTests {
    /// Four modes; those at (−1, 1) and (1, 1.2) are consistent with a second coordinate near 1.
    private let mixture: NormalMixture

    init() throws {
        mixture = try NormalMixture(
            weights: [0.3, 0.2, 0.4, 0.1], means: [-1, 1, 1, 1.2, -1, -1, 1, -1.5],
            covariances: [
                .full([0.03, 0.01, 0.01, 0.04]), .full([0.05, -0.02, -0.02, 0.06]), .diagonal([0.04, 0.04]),
                .diagonal([0.02, 0.05]),
            ], componentCount: 2)
    }

    private func draw(_ count: Int, _ condition: Condition, sampler: any Sampler) throws -> [Float] {
        try sampler.sample(
            SamplingProblem(
                denoiser: MixtureDenoiser(mixture), schedule: Linear(), variances: [1, 1], samples: 0..<count, seed: 11,
                condition: condition, batchSize: 2500))
    }

    /// p(x | y) of the first coordinate, mode by mode: weight, mean and variance.
    private func exact(_ y: Double, noise: Double) -> [(weight: Double, mean: Double, variance: Double)] {
        let modes = (0..<4).map { k -> (Double, Double, Double) in
            let (c, mx, my) = (mixture.covariances[k], mixture.means[2 * k], mixture.means[2 * k + 1])
            let (xx, xy, yy): (Double, Double, Double) =
                switch c {
                case .full(let v): (v[0], v[1], v[3])
                case .diagonal(let v): (v[0], 0, v[1])
                }
            let s = yy + noise * noise
            let density = exp(-0.5 * (y - my) * (y - my) / s) / s.squareRoot()
            return (mixture.weights[k] * density, mx + xy / s * (y - my), xx - xy * xy / s)
        }
        let sum = modes.reduce(0) { $0 + $1.0 }
        return modes.map { ($0.0 / sum, $0.1, $0.2) }
    }

    private func condition(_ y: Double, noise: Double, method: ConditioningMethod) -> Condition {
        let all = ObservedComponents(componentCount: 2, weights: [0, 1], values: [y], deviations: [noise])
        return Condition(
            given: noise == 0 ? GivenComponents(mask: [false, true], values: [0, Float(y)]) : nil,
            observed: ObservedCondition(
                all: all, remainder: noise == 0 ? nil : all, method: method, resamplings: 1))
    }

    @Test(
        "Both consistent modes are found, with the right weights",
        arguments: [("held", 0.0), ("exact", 0), ("exact", 0.2)])
    func modes(name: String, noise: Double) throws {
        let (count, y) = (10_000, 1.05)
        let method = try #require(ConditioningMethod(rawValue: name))
        let samples = try draw(
            count, condition(y, noise: noise, method: method), sampler: DPMSolverPlusPlus3M(grid: .uniform(steps: 80)))
        let modes = exact(y, noise: noise)
        // The modes lie at −1 and 1; nothing is between them.
        let right = (0..<count).filter { samples[2 * $0] > 0 }
        let weight = modes[1].weight + modes[3].weight
        let error = (weight * (1 - weight) / Double(count)).squareRoot()
        let share = Double(right.count) / Double(count)
        print("mixture given y = \(y), noise \(noise), \(name), seed 11: share \(share), exact \(weight) ± \(error)")
        #expect(abs(share - weight) < 4 * error)
        for (mode, group) in [(0, (0..<count).filter { samples[2 * $0] <= 0 }), (1, right)] {
            let values = group.map { Double(samples[2 * $0]) }
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
            let expected = modes[mode]
            #expect(abs(mean - expected.mean) < 4 * (expected.variance / Double(values.count)).squareRoot() + 0.002)
            #expect(abs(variance / expected.variance - 1) < 4 * (2 / Double(values.count)).squareRoot() + 0.01)
        }
    }

    @Test("The approximate methods find both modes; how wrong their weights are is stated")
    func approximate() throws {
        let (count, y) = (2500, 1.05)
        let weight = exact(y, noise: 0)[1].weight
        for (method, sampler) in [
            (ConditioningMethod.moments, DPMSolverPlusPlus3M(grid: .uniform(steps: 80)) as any Sampler),
            (.replacement, Ancestral(grid: .uniform(steps: 80))),
        ] {
            let samples = try draw(count, condition(y, noise: 0, method: method), sampler: sampler)
            let share = Double((0..<count).count { samples[2 * $0] > 0 }) / Double(count)
            print("mixture given y = \(y), \(method), seed 11: share \(share), exact \(weight)")
            // Both modes are there, within a factor of two of their weights.
            #expect(share > 0.5 * weight && 1 - share > 0.5 * (1 - weight))
        }
    }
}

/// γ linear from −12 to 9.
private struct Linear: NoiseSchedule {
    let componentCount = 2

    func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
        for i in gamma.indices { gamma[i] = -12 + 21 * time }
    }

    func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
        for i in rate.indices { rate[i] = 21 }
    }
}
