import Foundation
import GUDCore
import GUDDenoisers
import Testing

@testable import GUDSampling

/// Likelihoods of parts of samples: against the closed forms of Gaussian data, and the chain rule.
@Suite("Likelihoods of parts of samples")
struct PartLikelihoodTests {
    /// −log N(z_F | z_G) of rows, where z has a covariance; by elimination, one component at a time.
    private func exact(_ z: [Double], covariance: [Double], free: [Int], given: [Int]) -> Double {
        let width = z.count
        var (c, mean) = (covariance, [Double](repeating: 0, count: width))
        var sum = 0.0
        for (place, i) in (given + free).enumerated() {
            let (variance, miss) = (c[i * width + i], z[i] - mean[i])
            if place >= given.count { sum += 0.5 * (miss * miss / variance + log(2 * Double.pi * variance)) }
            let gain = (0..<width).map { c[$0 * width + i] / variance }
            let row = Array(c[i * width..<(i + 1) * width])
            for a in 0..<width {
                mean[a] += gain[a] * miss
                for b in 0..<width { c[a * width + b] -= gain[a] * row[b] }
            }
        }
        return sum
    }

    @Test(
        "Conditional and marginal are exact, and sum to the whole", arguments: ["pixel", "pca", "haar"],
        [Double.infinity, 1])
    func chainRule(basis: String, softness: Double) throws {
        let images = try GaussianImages(basis: basis, whitened: false, count: 4)
        let width = GaussianImages.width
        let schedule = FormulaSchedule.linear(
            from: (0..<width).map { -8 - (softness == 1 ? 0.3 * Double($0) : 0) },
            to: (0..<width).map { 16 + (softness == 1 ? 0.3 * Double($0) : 0) })
        let given = (0..<width).map { $0 % 3 == 0 }
        let none = [Bool](repeating: false, count: width)
        let rest = given.map { !$0 }
        func measure(_ part: LikelihoodPart?) throws -> [Double] {
            var problem = LikelihoodProblem(
                denoiser: images.denoiser, schedule: schedule, space: images.space, data: images.data)
            problem.part = part
            return try ProbabilityFlowLikelihood(
                trace: .exact, stepping: .adaptive(rtol: 1e-6, atol: 1e-6)
            ).measure(problem).nats
        }
        let whole = try measure(nil)
        let conditional = try measure(LikelihoodPart(given: given, absent: none))
        let marginal = try measure(LikelihoodPart(given: none, absent: rest))
        // The flow's density is of data with the noise that is left at t = 0, γ_i(0).
        guard case .full(var covariance) = images.denoiser.distribution.covariances[0] else { return }
        let gamma = try schedule.gamma(at: 0)
        for i in 0..<width { covariance[i * (width + 1)] += exp(gamma[i]) }
        let z = try images.space.components(of: images.data).map(Double.init)
        let (known, free) = (given.indices.filter { given[$0] }, given.indices.filter { !given[$0] })
        var worst = 0.0
        for sample in 0..<4 {
            let row = Array(z[sample * width..<(sample + 1) * width])
            let expected = exact(row, covariance: covariance, free: free, given: known)
            let first = exact(row, covariance: covariance, free: known, given: [])
            worst = max(
                worst, abs(conditional[sample] - expected), abs(marginal[sample] - first),
                abs(whole[sample] - conditional[sample] - marginal[sample]))
        }
        print("parts, \(basis), softness \(softness): worst error \(worst) nats")
        #expect(worst < 2e-3)
    }

    @Test("The bound of a part lies above its exact likelihood, and near it")
    func bound() throws {
        let images = try GaussianImages(basis: "pixel", whitened: false, count: 64)
        let schedule = FormulaSchedule.scalar(from: -8, to: 13, count: 16)
        let part = try LikelihoodPart(
            given: (0..<16).map { $0 % 4 < 2 }, absent: [Bool](repeating: false, count: 16))
        var problem = LikelihoodProblem(
            denoiser: images.denoiser, schedule: schedule, space: images.space, data: images.data)
        problem.part = part
        let bound = try DiffusionBound(times: 128).measure(problem)
        let flow = try ProbabilityFlowLikelihood(trace: .exact).measure(problem)
        #expect(bound.dimension == 8 && flow.dimension == 8)
        let (difference, error) = (bound.meanNats.value - flow.meanNats.value, bound.estimatorErrors)
        let standard = (error.reduce(0) { $0 + $1 * $1 }).squareRoot() / 64
        print("bound of a part less its likelihood: \(difference) ± \(standard) nats")
        #expect(abs(difference) < 4 * standard + 0.02)
    }

    @Test("Parts that cannot be measured are refused")
    func refusals() throws {
        #expect(throws: LikelihoodError.self) { try LikelihoodPart(given: [true, false], absent: [true, false]) }
        #expect(throws: LikelihoodError.self) { try LikelihoodPart(given: [true, false], absent: [false, true]) }
        let images = try GaussianImages(basis: "pixel", whitened: false, count: 1)
        var problem = LikelihoodProblem(
            denoiser: images.denoiser, schedule: FormulaSchedule.scalar(from: -8, to: 8, count: 16),
            space: images.space,
            data: images.data)
        problem.part = try LikelihoodPart(given: [true, false], absent: [false, false])
        #expect(throws: LikelihoodError.self) { try DiffusionBound().measure(problem) }
    }
}
