import Foundation
import GUDCore

/// The likelihood of the probability-flow ODE: the model's density, up to the error of the integrator and of the probes.
///
/// With `dz/dt = v(z, t)` from data to noise, `log p₀(z(0)) = log p₁(z(1)) + ∫₀¹ div v dt`; p₁ is the matched prior
/// `N(0, α_i² v_i + σ_i²)`. At t = 0 the model still carries noise: what it is a model of is `z(0) = α(0) U(x − μ)/s`, of data
/// convolved with a normal of standard deviation `s_i σ_i(0)/α_i(0)` per component. That very density, normalised over x, is
/// reported: `log p(x) = log p₀(α U(x − μ)/s) + Σ log α_i(0) − Σ log s_i`.
///
/// Source: Song et al., arXiv:2011.13456, section 4.3 and appendix D.2.
public struct ProbabilityFlowLikelihood: Sendable {
    /// How the divergence is found.
    public var trace: FlowTrace
    /// How the flow is integrated.
    public var stepping: FlowStepping

    /// A method; by default adaptive, with an error of the order 10⁻⁵ per component.
    public init(trace: FlowTrace, stepping: FlowStepping = .adaptive(rtol: 1e-5, atol: 1e-5)) {
        self.trace = trace
        self.stepping = stepping
    }

    /// Measures all samples of a problem.
    ///
    /// The batches share their steps, so that other batches change a result within the tolerance, and no more.
    ///
    /// - Throws: ``LikelihoodError``; what the denoiser or the schedule report.
    /// - Complexity: For each sample *evaluations* × (*K*, or *probes*) vector–Jacobian products.
    public func measure(_ problem: LikelihoodProblem) throws -> LikelihoodReport {
        try validate()
        try problem.validate()
        guard problem.dequantisation != .discrete else {
            throw LikelihoodError.option(
                "--dequantisation discrete is for the diffusion bound (--method elbo); the flow gives a density: use uniform"
            )
        }
        guard let denoiser = problem.denoiser as? any DifferentiableDenoiser else {
            throw LikelihoodError.notDifferentiable
        }
        let width = problem.componentCount
        let problem = try problem.pinned()
        let absent = (problem.part?.pins ?? []).indices.filter { problem.part?.pins[$0] == .noise }
        let integration = FlowIntegration(
            segments: try SmoothStretches(problem.schedule), stepping: stepping, isCancelled: problem.isCancelled)
        let (start, end) = (try problem.schedule.state(at: 0), try problem.schedule.state(at: 1))
        let prior = (0..<width).map { end.marginalVariance($0, clean: problem.space.variances[$0]) }
        // log α = −½ log(1 + e^γ), and dz/dx_component = α/s.
        let volume = (0..<width).map {
            0.5 * log1p(exp(start.gamma[$0])) + log(Double(problem.space.scale[$0]))
        }
        var tally = LikelihoodTally(problem)
        for batch in problem.batches {
            let (clean, densities) = try problem.whitened(batch)
            var field = FlowField(
                denoiser, problem.schedule, samples: batch, embeddings: problem.embeddings(of: batch), trace: trace,
                seed: problem.seed)
            var noised = clean.indices.map { start.alpha[$0 % width] * clean[$0] }
            if !absent.isEmpty {
                // What is absent is noise, as it is at t = 1.
                let noise = CounterNoise(seed: problem.seed, purpose: .bound).normals(samples: batch, count: width)
                for row in 0..<batch.count {
                    for i in absent { noised[row * width + i] += start.sigma[i] * Double(noise[row * width + i]) }
                }
            }
            let (z, divergences) = try integration.carry(noised, along: &field)
            let centres = try priorCentres(noised, end, problem, batch)
            let terms = z.indices.map { index -> Double in
                let (i, miss) = (index % width, z[index] - (centres.isEmpty ? 0 : centres[index]))
                let logPrior = -0.5 * (miss * miss / prior[i] + log(2 * Double.pi * prior[i]))
                return volume[i] - logPrior - divergences[index]
            }
            tally.add(terms, whole: densities)
            tally.evaluations += field.evaluations * batch.count
            tally.products += field.products
            problem.onProgress(batch.upperBound, problem.count)
        }
        return tally.report(
            .flow,
            recipe: [
                ("trace", trace.text), ("integrator", stepping.text),
                ("smooth parts", "\(integration.segments.ends.count - 1)"),
            ])
    }

    /// Where the prior of a batch is centred given components of it: on `α x̂0`, as sampling around them begins; empty where nothing is given.
    private func priorCentres(
        _ noised: [Double], _ end: NoisingState, _ problem: LikelihoodProblem, _ batch: Range<Int>
    ) throws -> [Double] {
        guard let pins = problem.part?.pins, pins.contains(.clean) else { return [] }
        let known = noised.enumerated().map { pins[$0.offset % pins.count] == .clean ? Float($0.element) : 0 }
        let noise = try problem.denoiser.predictNoise(
            in: known, states: .shared(end), embeddings: problem.embeddings(of: batch))
        return noise.enumerated().map { -end.sigma[$0.offset % pins.count] * Double($0.element) }
    }

    private func validate() throws(LikelihoodError) {
        if case .hutchinson(let probes) = trace, !(1...LikelihoodProblem.probeLimit).contains(probes) {
            throw .option("--probes \(probes): take 1 to \(LikelihoodProblem.probeLimit), or 'exact'")
        }
        switch stepping {
        case .fixed(let steps):
            guard (1...LikelihoodProblem.stepLimit).contains(steps) else {
                throw .option("--steps \(steps): take 1 to \(LikelihoodProblem.stepLimit)")
            }
        case .adaptive(let rtol, let atol):
            guard rtol >= 0, atol > 0, rtol.isFinite, atol.isFinite else {
                throw .option("--rtol \(rtol) --atol \(atol): tolerances are positive numbers")
            }
        }
    }
}
