import Foundation
import GUDBases
import GUDCore
import GUDDenoisers
import Testing

@testable import GUDSampling

/// A denoiser that answers NaN below some time.
private struct Faulty: DifferentiableDenoiser {
    let base: MixtureDenoiser
    var componentCount: Int { 2 }
    var embeddingWidth: Int { 0 }

    func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        try base.predictNoise(in: noised, states: states, embeddings: embeddings, into: &noise)
        noise[3] = .nan
    }

    func pullBack(
        _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
        noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        try base.pullBack(
            cotangents, through: noised, states: states, embeddings: embeddings, noise: &noise, into: &products)
        // Of four samples and two directions, the second direction of the first sample.
        if states[0].time > 0.5 { products[9] = .nan }
    }
}

struct LikelihoodErrorTests {
    private let flow = ProbabilityFlowLikelihood(trace: .exact)

    private func problem() throws -> LikelihoodProblem {
        try MixturePlane(count: 4).problem(MixturePlane.path("scalar"))
    }

    @Test("A denoiser without Jacobian product is refused by the flow, with the remedy; the bound takes it")
    func notDifferentiable() throws {
        var problem = try problem()
        problem.denoiser = FormulaDenoiser.gaussian(variances: [1, 1])
        #expect(throws: LikelihoodError.notDifferentiable) { try flow.measure(problem) }
        #expect(
            LikelihoodError.notDifferentiable.description
                == "the denoiser offers no vector–Jacobian product, which the likelihood of the probability flow needs; "
                + "measure the diffusion bound instead, with --method elbo")
        #expect(try DiffusionBound(times: 4).measure(problem).count == 4)
    }

    @Test("Parts that do not fit together, and options without sense, are refused before any work")
    func mistakes() throws {
        let plane = try MixturePlane(count: 4)
        let basis = FirstOfTwo()
        let half = try ComponentSpace(basis: basis, mean: [0, 0], scale: [1], variances: [1])
        let broken: [(LikelihoodError, String, (inout LikelihoodProblem) -> Void)] = [
            (
                .noData, "there are no samples to measure; name another --split, or data that have a test part",
                { $0.data = [] }
            ),
            (
                .option("the batch size is 0; it must be 1 or more"), "the batch size is 0; it must be 1 or more",
                { $0.batchSize = 0 }
            ),
            (
                .option("the bin width is -1.0; it must be a positive number"),
                "the bin width is -1.0; it must be a positive number", { $0.binWidth = -1 }
            ),
            (
                .count(1, expected: 2, what: "the last sample"), "the last sample has size 1 where 2 is expected",
                { $0.data = [1, 2, 3] }
            ),
            (
                .notFinite("the data", sample: 1, component: 0, time: nil),
                "the data of sample 1, component 0, is not finite", { $0.data[2] = .infinity }
            ),
            (
                .count(3, expected: 2, what: "the schedule"), "the schedule has size 3 where 2 is expected",
                { $0.schedule = FormulaSchedule.scalar(from: -6, to: 6, count: 3) }
            ),
            (
                .count(1, expected: 2, what: "the denoiser"), "the denoiser has size 1 where 2 is expected",
                { $0.denoiser = FormulaDenoiser.gaussian(variances: [1]) }
            ),
            (
                .incompleteBasis(components: 1, dimension: 2),
                "the basis keeps 1 components of 2 dimensions, so that data have no density in it; use a basis that "
                    + "keeps all",
                { $0.space = half }
            ),
        ]
        for (error, text, change) in broken {
            var problem = plane.problem(MixturePlane.path("scalar"))
            change(&problem)
            #expect(throws: error) { try flow.measure(problem) }
            #expect(throws: error) { try DiffusionBound().measure(problem) }
            #expect(error.description == text)
            #expect(error.blame == .request || text.contains("finite"))
        }
        let problem = try problem()
        #expect(throws: LikelihoodError.option("--steps 0: take 1 to 100000 random times")) {
            try DiffusionBound(times: 0).measure(problem)
        }
        #expect(throws: LikelihoodError.option("--probes 0: take 1 to 10000, or 'exact'")) {
            try ProbabilityFlowLikelihood(trace: .hutchinson(probes: 0)).measure(problem)
        }
        #expect(throws: LikelihoodError.option("--steps 0: take 1 to 100000")) {
            try ProbabilityFlowLikelihood(trace: .exact, stepping: .fixed(steps: 0)).measure(problem)
        }
        #expect(throws: LikelihoodError.option("--rtol 0.1 --atol 0.0: tolerances are positive numbers")) {
            try ProbabilityFlowLikelihood(trace: .exact, stepping: .adaptive(rtol: 0.1, atol: 0)).measure(problem)
        }
    }

    @Test("An answer that is not finite is named with sample, component and time")
    func notFinite() throws {
        let plane = try MixturePlane(count: 4)
        var problem = plane.problem(MixturePlane.path("scalar"))
        problem.denoiser = Faulty(base: plane.denoiser)
        let fixed = ProbabilityFlowLikelihood(trace: .exact, stepping: .fixed(steps: 4))
        let error = LikelihoodError.notFinite("the denoiser's answer", sample: 0, component: 1, time: 0.625)
        #expect(throws: error) { try fixed.measure(problem) }
        #expect(
            error.description
                == "the denoiser's answer of sample 0, component 1, is not finite at t = 0.625; check the denoiser's output "
                + "there")
        #expect { try DiffusionBound(times: 8).measure(problem) } throws: { error in
            guard case LikelihoodError.notFinite(_, sample: 0, component: 1, time: _?) = error else { return false }
            return true
        }
    }

    @Test("A tolerance beyond single precision is refused, not tried for ever; a cancelled measurement stops")
    func stops() throws {
        let problem = try problem()
        #expect {
            try ProbabilityFlowLikelihood(trace: .exact, stepping: .adaptive(rtol: 0, atol: 1e-16))
                .measure(problem)
        } throws: { error in
            guard case LikelihoodError.stepTooSmall = error else { return false }
            return "\(error)".contains("ask for less")
        }
        var cancelled = problem
        cancelled.isCancelled = { true }
        #expect(throws: LikelihoodError.cancelled) { try flow.measure(cancelled) }
        #expect(throws: LikelihoodError.cancelled) { try DiffusionBound().measure(cancelled) }
    }

    @Test("An order that the basis does not know is refused")
    func labels() throws {
        let report = try DiffusionBound(times: 2).measure(try problem())
        #expect(throws: LikelihoodError.noLabels(.level)) {
            try report.by(.level, of: PixelBasis(shape: .vector(2)))
        }
        #expect(
            LikelihoodError.noLabels(.level).description
                == "the basis has no labels by level; use --by component, or a basis that has them")
    }
}

/// The first of two numbers.
private struct FirstOfTwo: Basis {
    let shape = SampleShape.vector(2)
    let componentCount = 1

    func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        for row in 0..<coefficients.count { coefficients[row] = samples[2 * row] }
    }

    func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        for row in 0..<coefficients.count {
            samples[2 * row] = coefficients[row]
            samples[2 * row + 1] = 0
        }
    }

    func labels(_ order: NaturalOrder) -> [Double]? { nil }
}
