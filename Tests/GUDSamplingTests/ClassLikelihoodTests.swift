import Foundation
import GUDBases
import GUDCore
import GUDDenoisers
import Testing

@testable import GUDSampling

/// Likelihoods given classes and marginal over them, of a mixture whose distributions are the classes: every one is a closed form.
@Suite("Likelihoods of classes")
struct ClassLikelihoodTests {
    private let mixture: ClassMixture
    private let space: ComponentSpace
    private let labels: [Int]
    private let data: [Float]
    /// The prior at t = 1 has the mean of all data; up to γ = 16 little is left of how a class differs from it.
    private static let schedule = FormulaSchedule.linear(from: [-13, -8], to: [16, 21], clip: -8...16)

    init() throws {
        mixture = try ClassMixture.plane()
        space = try ComponentSpace(
            basis: PixelBasis(shape: .vector(2)), mean: [0, 0], scale: [1, 1], variances: mixture.variances)
        let noise = CounterNoise(seed: 8, purpose: .checking)
        let normals = noise.normals(samples: 0..<400, count: 2)
        let means = mixture.whole.distribution.means
        labels = (0..<400).map { row in
            let u = noise.uniform(sample: row, step: 1)
            return u < 0.5 ? 0 : u < 0.8 ? 1 : 2
        }
        data = labels.enumerated().flatMap { row, k in
            (0..<2).map { Float(means[2 * k + $0]) + 0.4 * normals[2 * row + $0] }
        }
    }

    private func problem(_ rows: [[Float]]?, count: Int) -> LikelihoodProblem {
        LikelihoodProblem(
            denoiser: mixture, schedule: Self.schedule, space: space, data: Array(data.prefix(2 * count)),
            embeddings: rows.map { Embeddings(width: 3, values: $0.prefix(count).flatMap(\.self)) }, seed: 1)
    }

    private func own() -> [[Float]] { labels.map(mixture.embedding) }

    private func marginal(
        count: Int, priors: [Double], _ measure: (LikelihoodProblem) throws -> LikelihoodReport
    ) throws -> LikelihoodReport {
        let marginal = try ClassMarginal(priors: priors)
        let reports = try marginal.possible.map { index in
            try measure(problem([[Float]](repeating: mixture.embedding(index), count: count), count: count))
        }
        return marginal.report(reports, labels: Array(labels.prefix(count)))
    }

    @Test("The flow: given the class it is that class's density, marginal it is the whole mixture's")
    func flow() throws {
        let count = 24
        let method = ProbabilityFlowLikelihood(trace: .exact, stepping: .adaptive(rtol: 1e-6, atol: 1e-6))
        let given = try method.measure(problem(own(), count: count))
        for k in 0..<3 {
            let exact = try exactNats(problem(nil, count: count), mixture.classes[k], isClean: false)
            for row in 0..<count where labels[row] == k {
                #expect(abs(given.nats[row] - exact[row]) < 2e-3)
            }
        }
        let whole = try exactNats(problem(nil, count: count), mixture.whole, isClean: false)
        let report = try marginal(count: count, priors: mixture.weights) { try method.measure($0) }
        print("marginal of the flow: error \(largestDifference(report.nats, whole)) nats")
        #expect(largestDifference(report.nats, whole) < 2e-3)
        let none = try method.measure(problem(nil, count: count))
        #expect(largestDifference(none.nats, whole) < 2e-3)

        // Components sum to the whole, and posteriors are those of Bayes.
        for row in 0..<count {
            let sum = report.componentNats[2 * row..<2 * row + 2].reduce(0) { $0 + Double($1) }
            #expect(abs(sum - report.nats[row]) < 1e-4)
            #expect(abs(report.classPosteriors[3 * row..<3 * row + 3].reduce(0, +) - 1) < 1e-9)
        }
        let exact = try (0..<3).map { try exactNats(problem(nil, count: count), mixture.classes[$0], isClean: false) }
        for row in 0..<count {
            for k in 0..<3 {
                let posterior = mixture.weights[k] * exp(whole[row] - exact[k][row])
                #expect(abs(report.classPosteriors[3 * row + k] - posterior) < 2e-3)
            }
        }
        #expect(report.evaluationsPerSample > 2 * given.evaluationsPerSample)
        #expect(report.recipe[0].value == "marginal, P(c) = 0.500, 0.300, 0.200")
    }

    @Test("The bound: given and marginal equal the exact densities within 4 standard errors")
    func bound() throws {
        let count = 400
        let given = try DiffusionBound(times: 64).measure(problem(own(), count: count))
        var exact = [Double](repeating: 0, count: count)
        for k in 0..<3 {
            let nats = try exactNats(problem(nil, count: count), mixture.classes[k], isClean: true)
            for row in 0..<count where labels[row] == k { exact[row] = nats[row] }
        }
        let whole = try exactNats(problem(nil, count: count), mixture.whole, isClean: true)
        let report = try marginal(count: count, priors: mixture.weights) { try DiffusionBound(times: 64).measure($0) }
        for (name, found, truth) in [("given", given.nats, exact), ("marginal", report.nats, whole)] {
            let difference = LikelihoodReport.Estimate(zip(found, truth).map { $0 - $1 })
            print("bound, \(name): difference \(difference.value) ± \(difference.error) nats, seeds 8 and 1")
            #expect(difference.error < 0.06)
            #expect(abs(difference.value) < 4 * difference.error)
        }
        let errors = zip(report.nats, whole).map { pow($0 - $1, 2) }.reduce(0, +) / Double(count)
        let stated = report.estimatorErrors.map { $0 * $0 }.reduce(0, +) / Double(count)
        // Stated errors are an upper bound: classes share their random numbers.
        #expect(errors < 1.5 * stated)
        #expect(
            report.recipe.contains { $0.name == "marginal" && $0.value.contains("a bound as well; too low by at most") }
        )
        #expect(report.evaluationsPerSample == 192)
    }

    @Test("A class without probability is not measured, and what does not fit is an error")
    func mistakes() throws {
        let only = try marginal(count: 5, priors: [0, 1, 0]) { try DiffusionBound(times: 4).measure($0) }
        let alone = try DiffusionBound(times: 4).measure(
            problem([[Float]](repeating: mixture.embedding(1), count: 5), count: 5))
        #expect(largestDifference(only.nats, alone.nats) < 1e-9)
        #expect(only.classPosteriors.prefix(3) == [0, 1, 0])
        #expect(throws: LikelihoodError.self) { try ClassMarginal(priors: [0.5, 0.4]) }
        #expect(throws: LikelihoodError.self) { try ClassMarginal(priors: []) }
        #expect(throws: LikelihoodError.self) { try ClassMarginal(priors: [1.5, -0.5]) }
        var wrong = problem(own(), count: 5)
        wrong.embeddings = Embeddings(width: 2, values: [1, 0])
        #expect(throws: LikelihoodError.count(2, expected: 3, what: "a condition")) {
            try DiffusionBound(times: 1).measure(wrong)
        }
        wrong.embeddings = Embeddings(width: 3, values: [1, 0, 0])
        #expect(throws: LikelihoodError.count(1, expected: 5, what: "the list of conditions")) {
            try DiffusionBound(times: 1).measure(wrong)
        }
    }
}
