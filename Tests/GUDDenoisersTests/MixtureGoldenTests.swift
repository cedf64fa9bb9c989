import GUDCore
import GUDDenoisers
import TestSupport
import Testing

/// The mixture denoiser against all nine golden cases.
@Suite(.enabled(if: SharedData.isAvailable, "set GUD_SHARED")) struct MixtureGoldenTests {
    private func cases() throws -> [(GoldenDensity, MixtureDenoiser)] {
        let cases = try Golden("analytic_mixture").cases
        #expect(cases.count == 9)
        return try cases.enumerated().map { number, example in
            let golden = GoldenDensity(example, number)
            let (width, weights) = (golden.width, golden.inputs["weights"].data)
            let (means, covariances) = (golden.inputs["means"].data, golden.inputs["covs"].data)
            let mixture = try NormalMixture(
                weights: weights,
                means: weights.indices.flatMap { golden.whitened(Array(means[$0 * width..<($0 + 1) * width])) },
                covariances: weights.indices.map {
                    .full(
                        golden.whitened(
                            covariance: Array(covariances[$0 * width * width..<($0 + 1) * width * width])))
                }, componentCount: width)
            return (golden, MixtureDenoiser(mixture))
        }
    }

    @Test("density, responsibilities, score, its divergence, ε and x̂0 agree to 1e-10 in Double") func closedForms()
        throws
    {
        for (golden, denoiser) in try cases() {
            let (width, points) = (golden.width, golden.points)
            let rows = points.count / width
            let schedule = try golden.schedule()
            let states = try golden.times.map { try schedule.state(at: $0) }
            golden.checkStates(states)
            let noise = try states.map { try denoiser.predictNoise(in: points, states: .shared($0)) }
            golden.check(noise.flatMap { $0 }, "epsilon_w", within: 1e-10)
            golden.check(
                try states.flatMap { try denoiser.logDensities(of: points, states: .shared($0)) }, "logp_w",
                within: 1e-10)
            func convert(_ body: (NoisingState, Int, Double, Double) -> Double) -> [Double] {
                zip(states, noise).flatMap { state, noise in
                    noise.indices.map { body(state, $0 % width, points[$0], noise[$0]) }
                }
            }
            golden.check(convert { state, i, _, noise in state.score(i, noise: noise) }, "score_w", within: 1e-10)
            golden.check(convert { $0.clean($1, noised: $2, noise: $3) }, "x0_w", within: 1e-10)

            var responsibilities: [Double] = []
            for state in states {
                let noised = try denoiser.distribution.noised(by: state)
                var scratch = NoisedMixture.Scratch(for: noised)
                for row in 0..<rows {
                    _ = noised.evaluate(at: points.span.extracting(row * width..<(row + 1) * width), &scratch)
                    responsibilities += scratch.responsibilities
                }
            }
            golden.check(responsibilities, "responsibilities", within: 1e-10)
            golden.check(try states.flatMap { try divergences(denoiser, points, $0) }, "div_score_w", within: 1e-10)
        }
    }

    /// The trace of `∂score/∂z = −(∂ε̂/∂z)/σ`, one pull-back per component.
    private func divergences(
        _ denoiser: MixtureDenoiser, _ points: [Double], _ state: NoisingState
    ) throws -> [Double] {
        let width = denoiser.componentCount
        var sums = [Double](repeating: 0, count: points.count / width)
        for i in 0..<width {
            let unit = points.indices.map { $0 % width == i ? 1.0 : 0 }
            let products = try denoiser.pullBack(unit, through: points, states: .shared(state)).products
            for row in sums.indices { sums[row] -= products[row * width + i] / state.sigma[i] }
        }
        return sums
    }

    @Test("the flow from data to noise and its volume agree to 1e-6") func flows() throws {
        for (golden, denoiser) in try cases() {
            let flow = ProbabilityFlow(denoiser: denoiser, schedule: try golden.schedule(), steps: 2000)
            let end = try flow.carry(Array(golden.points.prefix(2 * golden.width)), from: 0, to: 1)
            golden.check(end.points, "pf_forward_0_to_1_first2", within: 1e-6)
            golden.check(end.logVolume, "pf_logdet_first2", within: 1e-6)
        }
    }
}
