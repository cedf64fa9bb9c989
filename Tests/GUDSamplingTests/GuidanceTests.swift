import ConformanceCheckers
import Foundation
import GUDCore
import GUDDenoisers
import Synchronization
import Testing

@testable import GUDSampling

/// Guidance on mixtures whose normal distributions are the classes, where every score is a closed form.
@Suite("Guidance")
struct GuidanceTests {
    struct Case: Sendable, CustomStringConvertible {
        let description: String
        let scale: Double
        var interval = 0.0...1.0
        var weights: [Double]?

        func guidance() throws -> Guidance {
            try Guidance(
                scale: scale, interval: GuidanceInterval(from: interval.lowerBound, to: interval.upperBound),
                weights: weights)
        }
    }

    static let cases = [
        Case(description: "3", scale: 3), Case(description: "0", scale: 0),
        Case(description: "3 in the middle", scale: 3, interval: 0.3...0.7),
        Case(description: "0 early", scale: 0, interval: 0.5...1),
        Case(description: "2.5 late", scale: 2.5, interval: 0...0.4),
        Case(description: "3 in one component", scale: 3, weights: [1, 0]),
        Case(description: "4 in the middle by halves", scale: 4, interval: 0.2...0.6, weights: [0.5, 1]),
    ]

    private static let schedule = FormulaSchedule.linear(from: [-8, -6], to: [5, 6])

    private func problem(_ mixture: ClassMixture, _ guidance: Guidance, classIndex: Int = 1) -> SamplingProblem {
        SamplingProblem(
            denoiser: mixture, schedule: Self.schedule, variances: mixture.variances, samples: 0..<6, seed: 11,
            condition: Condition(embedding: mixture.embedding(classIndex), guidance: guidance))
    }

    @Test("Samplers follow the guided flow, integrated by another method from closed-form scores", arguments: cases)
    func flow(_ example: Case) throws {
        let mixture = try ClassMixture.plane()
        let problem = problem(mixture, try example.guidance())
        let oracle = GuidedFlowOracle(
            mixture: mixture, schedule: Self.schedule, classIndex: 1, scale: example.scale, interval: example.interval,
            weights: example.weights ?? [1, 1])
        let samplers: [(any Sampler, Double)] = [
            (DormandPrince(relativeTolerance: 1e-6, absoluteTolerance: 1e-6), 2e-5),
            (DPMSolverPlusPlus2M(grid: .uniform(steps: 200)), 2e-3), (Heun(grid: .uniform(steps: 2000)), 2e-3),
        ]
        for (sampler, allowed) in samplers {
            let starts = Collected()
            let samples = try sampler.sample(
                problem, observer: SamplingObserver { if $0.step == 0 { starts.append($0.components) } })
            let expected = try (0..<6).flatMap { row in
                try oracle.sample(from: (0..<2).map { Double(starts.values[2 * row + $0]) })
            }
            let error = largestDifference(samples.map(Double.init), expected)
            print("guidance \(example), \(type(of: sampler)): error \(error), seed 11")
            #expect(error < allowed, "\(type(of: sampler))")
        }
    }

    @Test("Classes of one variance: guidance g is the class at g times its mean, and outside the interval at its mean")
    func shift() throws {
        // All data are N(0, v) and the class is N(m, v), so that ε̂ of guidance g is that of N(g m, v).
        let (v, m, g) = (0.5, 0.8, 3.0)
        let denoiser = FormulaDenoiser(componentCount: 1, embeddingWidth: 1) { z, state, embedding in
            let mean = Double(embedding?[0] ?? 0) * m
            return [state.sigma[0] * (z[0] - state.alpha[0] * mean) / state.marginalVariance(0, clean: v)]
        }
        let schedule = FormulaSchedule.scalar(from: -8, to: 3, count: 1)
        func path(_ guidance: Guidance) throws -> (start: Double, end: Double) {
            let starts = Collected()
            let end = try DPMSolverPlusPlus2M(grid: .uniform(steps: 400)).sample(
                SamplingProblem(
                    denoiser: denoiser, schedule: schedule, variances: [v], samples: 0..<1,
                    condition: Condition(embedding: [1], guidance: guidance)),
                observer: SamplingObserver { if $0.step == 0 { starts.append($0.components) } })
            return (Double(starts.values[0]), Double(end[0]))
        }
        /// The flow of N(M, v) keeps `(z − α M)/τ`; the last step then takes the mean of z(0) given z.
        func exact(_ start: Double, _ parts: [(from: Double, to: Double, mean: Double)]) throws -> Double {
            var z = start
            for part in parts {
                let (from, to) = (try schedule.state(at: part.from), try schedule.state(at: part.to))
                let ratio = (to.marginalVariance(0, clean: v) / from.marginalVariance(0, clean: v)).squareRoot()
                z = to.alpha[0] * part.mean + (z - from.alpha[0] * part.mean) * ratio
            }
            let (state, mean) = (try schedule.state(at: 0), parts[parts.count - 1].mean)
            let gain = state.alpha[0] * v / state.marginalVariance(0, clean: v)
            return mean + gain * (z - state.alpha[0] * mean)
        }
        let whole = try path(try Guidance(scale: g))
        #expect(abs(whole.end - (try exact(whole.start, [(1, 0, g * m)]))) < 1e-3)
        let part = try path(try Guidance(scale: g, interval: GuidanceInterval(from: 0.25, to: 0.75)))
        let expected = try exact(part.start, [(1, 0.75, m), (0.75, 0.25, g * m), (0.25, 0, m)])
        print("interval: sample \(part.end), closed form \(expected), without an interval \(whole.end)")
        #expect(abs(part.end - expected) < 1e-3)
        #expect(abs(whole.end - expected) > 0.1)
    }

    @Test("Multistep solvers look back at nothing over the ends of the interval, and keep their order")
    func order() throws {
        let mixture = try ClassMixture.plane()
        let guidance = try Guidance(scale: 3, interval: GuidanceInterval(from: 0.25, to: 0.75))
        let problem = problem(mixture, guidance)
        let exact = try DormandPrince(relativeTolerance: 1e-7, absoluteTolerance: 1e-7).sample(problem)
        let errors = try [40, 80, 160, 320].map { steps -> (x: Double, y: Double) in
            let samples = try DPMSolverPlusPlus2M(grid: .uniform(steps: steps)).sample(problem)
            return (
                log(1 / Double(steps)), log(largestDifference(samples.map(Double.init), exact.map(Double.init)))
            )
        }
        print("dpm++2m with an interval: order \(slope(errors)), errors \(errors.map { exp($0.y) })")
        #expect(slope(errors) > 1.7)
    }

    @Test("The guided denoiser obeys the laws of a denoiser, its pull-back included", arguments: cases)
    func laws(_ example: Case) throws {
        let mixture = try ClassMixture.plane()
        let condition = Condition(embedding: mixture.embedding(2), guidance: try example.guidance())
        let guided = try mixture.guided(by: condition)
        #expect(guided is any DifferentiableDenoiser)
        #expect(!(guided is any MultipleCotangentDenoiser))
        for finding in DenoiserLaws(guided).findings() {
            #expect(finding.passed, "\(finding)")
        }
    }

    @Test("What a denoiser cannot do, the guided one cannot either")
    func abilities() throws {
        let plain = FormulaDenoiser.gaussian(variances: [1, 1])
        #expect(!(try plain.guided(by: Condition()) is any DifferentiableDenoiser))
    }

    @Test("The pull-back is that of the combination, in several directions at once")
    func pullBack() throws {
        let mixture = try ClassMixture.plane()
        let weights = [1, 0.25]
        let guidance = try Guidance(scale: 3, interval: GuidanceInterval(from: 0.2, to: 0.6), weights: weights)
        let guided = try GuidedDenoiser(mixture, under: Condition(embedding: mixture.embedding(1), guidance: guidance))
        print("seed 4")
        let source = CounterNoise(seed: 4, purpose: .checking)
        let points = source.normals(samples: 0..<3, count: 2)
        let cotangents = (0..<2).flatMap { source.normals(samples: 0..<3, count: 2, step: 1 + $0) }
        let states = try [0.1, 0.5, 0.9].map { try Self.schedule.state(at: $0) }
        let found = try guided.pullBack(cotangents, directions: 2, through: points, states: .perSample(states))
        for row in 0..<3 {
            for direction in 0..<2 {
                let place = direction * 6 + row * 2
                let (z, w) = (points[2 * row..<2 * row + 2].map(Double.init), cotangents[place..<place + 2].map(Double.init))
                func product(_ denoiser: MixtureDenoiser, _ shares: [Double]) throws -> (noise: [Double], products: [Double]) {
                    try denoiser.pullBack(zip(w, shares).map(*), through: z, states: .shared(states[row]))
                }
                let g = row == 1 ? weights.map { 1 + 2 * $0 } : [1, 1]
                let (class1, free) = (
                    try product(mixture.classes[1], g), try product(mixture.whole, g.map { 1 - $0 })
                )
                for i in 0..<2 {
                    #expect(abs(Double(found.products[place + i]) - class1.products[i] - free.products[i]) < 1e-5)
                    let noise = free.noise[i] + g[i] * (class1.noise[i] - free.noise[i])
                    #expect(abs(Double(found.noise[2 * row + i]) - noise) < 1e-5)
                }
            }
        }
    }

    @Test("Where nothing is guided, the bits are those of the plain conditional model")
    func bits() throws {
        let mixture = try ClassMixture.plane()
        let points: [Float] = [0.3, -0.7, 1.1, 0.2]
        let states = NoisingStates.perSample([try Self.schedule.state(at: 0.2), try Self.schedule.state(at: 0.5)])
        let embedding = mixture.embedding(0)
        func noise(_ guidance: Guidance) throws -> [Float] {
            try mixture.guided(by: Condition(embedding: embedding, guidance: guidance)).predictNoise(
                in: points, states: states)
        }
        let plain = try mixture.predictNoise(
            in: points, states: states, embeddings: Embeddings(repeating: embedding, count: 2))
        #expect(try noise(1) == plain)
        let one = try noise(try Guidance(scale: 7.3, weights: [0, 1]))
        #expect(one[0] == plain[0] && one[2] == plain[2] && one[1] != plain[1] && one[3] != plain[3])
        let late = try noise(try Guidance(scale: 7.3, interval: GuidanceInterval(from: 0.5, to: 1)))
        #expect(late == plain)
        let early = try noise(try Guidance(scale: 7.3, interval: GuidanceInterval(from: 0, to: 0.4)))
        #expect(early[0] != plain[0] && Array(early[2...]) == Array(plain[2...]))
    }

    @Test("Evaluations are counted where they are made: twice inside the interval only")
    func costs() throws {
        let mixture = try ClassMixture.plane()
        let half = try GuidanceInterval(from: 0.5, to: 1)
        let expected: [(Guidance, any Sampler, Int?)] = [
            // Ten steps from t = 1, 0.9, … and the final denoising at 0; times 1 to 0.6 are inside.
            (try Guidance(scale: 3, interval: half), DDIM(grid: .uniform(steps: 10)), 16),
            (try Guidance(scale: 0, interval: half), DDIM(grid: .uniform(steps: 10)), 11),
            (try Guidance(scale: 0, interval: half, weights: [1, 0]), DDIM(grid: .uniform(steps: 10)), 16),
            (try Guidance(scale: 3, weights: [0, 0]), DDIM(grid: .uniform(steps: 10)), 11),
            (try Guidance(scale: 3, interval: half), DormandPrince(), nil),
        ]
        for (guidance, sampler, count) in expected {
            let costs = Collected()
            mixture.evaluations.withLock { $0 = 0 }
            _ = try sampler.sample(
                problem(mixture, guidance),
                observer: SamplingObserver(onState: { _ in }, onBatch: { costs.append([Float($0.evaluations)]) }))
            let counted = mixture.evaluations.withLock { $0 }
            #expect(costs.values.map(Int.init) == [counted])
            if let count { #expect(counted == 6 * count) }
        }
    }

    @Test("Weights of another count, and embeddings of another width, are errors")
    func mistakes() throws {
        let mixture = try ClassMixture.plane()
        let guidance = try Guidance(scale: 2, weights: [1, 1, 1])
        #expect(throws: GuidanceError.weightCount(3, expected: 2)) {
            try DDIM(grid: .uniform(steps: 1)).sample(problem(mixture, guidance))
        }
        #expect(throws: DenoiserError.embeddingWidth(2, expected: 3)) {
            try mixture.guided(by: Condition(embedding: [1, 0]))
        }
        let guided = try mixture.guided(by: Condition(embedding: [1, 0, 0]))
        #expect(throws: DenoiserError.embeddingWidth(3, expected: 0)) {
            try guided.predictNoise(
                in: [0, 0], states: .shared(Self.schedule.state(at: 0.5)),
                embeddings: Embeddings(width: 3, values: [1, 0, 0]))
        }
    }
}
