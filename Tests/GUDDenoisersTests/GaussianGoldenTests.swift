import Foundation
import GUDCore
import GUDDenoisers
import TestSupport
import Testing

/// The Gaussian denoiser against all 60 golden cases, in five bases, whitened and not, under three schedules.
///
/// Not compared here: `em_moments` and `pf_euler_backward`, which are about samplers.
@Suite(.enabled(if: SharedData.isAvailable, "set GUD_SHARED")) struct GaussianGoldenTests {
    private func cases() throws -> [(GoldenDensity, GaussianDenoiser)] {
        let cases = try Golden("analytic_gaussian").cases
        #expect(cases.count == 60)
        return try cases.enumerated().map { number, example in
            let golden = GoldenDensity(example, number)
            let denoiser = try GaussianDenoiser(
                covariance: .full(golden.exact["C"].data), mean: golden.exact["m"].data, componentCount: golden.width)
            return (golden, denoiser)
        }
    }

    @Test("marginals, score, ε, x̂0 and likelihoods agree to 1e-10 in Double") func closedForms() throws {
        for (golden, denoiser) in try cases() {
            let (width, points) = (golden.width, golden.points)
            golden.check(golden.whitened(golden.inputs["mu"].data), "m", within: 1e-12)
            golden.check(golden.whitened(covariance: golden.inputs["Sigma"].data), "C", within: 1e-12)

            let schedule = try golden.schedule()
            let states = try golden.times.map { try schedule.state(at: $0) }
            golden.checkStates(states)
            golden.check(
                states.flatMap { state in (0..<width).map { state.alpha[$0] * denoiser.distribution.means[$0] } },
                "mean_t", within: 1e-12)
            golden.check(
                states.flatMap { state -> [Double] in
                    let noised = denoiser.distribution.covariances[0].noised(
                        alpha: state.alpha, noise: state.gamma.map(NoisingState.sigmoid))
                    if case .full(let entries) = noised { return entries }
                    return []
                }, "cov_t", within: 1e-12)

            let noise = try states.map { try denoiser.predictNoise(in: points, states: .shared($0)) }
            let densities = try states.flatMap { try denoiser.logDensities(of: points, states: .shared($0)) }
            golden.check(noise.flatMap { $0 }, "epsilon_w", within: 1e-10)
            func convert(_ body: (NoisingState, Int, Double, Double) -> Double) -> [Double] {
                zip(states, noise).flatMap { state, noise in
                    noise.indices.map { body(state, $0 % width, points[$0], noise[$0]) }
                }
            }
            let scores = convert { state, i, _, noise in state.score(i, noise: noise) }
            golden.check(scores, "score_w", within: 1e-10)
            golden.check(convert { $0.clean($1, noised: $2, noise: $3) }, "x0_w", within: 1e-10)
            golden.check(densities, "logp_w", within: 1e-10)
            let volume = golden.scale.reduce(0) { $0 + log($1) }
            golden.check(densities.map { $0 - volume }, "loglik_x_t_nats", within: 1e-10)
            try checkClean(golden, denoiser, volume)
            checkDataScore(golden, Array(scores.prefix(points.count)))
        }
    }

    /// The likelihood of clean data: γ so low that the noise vanishes in Double.
    private func checkClean(_ golden: GoldenDensity, _ denoiser: GaussianDenoiser, _ volume: Double) throws {
        let width = golden.width
        let clean = NoisingState(
            time: 0, gamma: [Double](repeating: -200, count: width), gammaRate: [Double](repeating: 0, count: width))
        let likelihoods = try denoiser.logDensities(of: golden.points, states: .shared(clean)).map { $0 - volume }
        golden.check(likelihoods, "loglik_x_clean_nats", within: 1e-10)
        golden.check(likelihoods.map { -$0 / Double(width) / log(2) }, "bits_per_dim_clean", within: 1e-10)
    }

    /// The score in data space, `Uᵀ (score / s)`.
    private func checkDataScore(_ golden: GoldenDensity, _ scores: [Double]) {
        let (width, u) = (golden.width, golden.inputs["U"].data)
        let values = scores.indices.map { index in
            let (row, j) = (index / width, index % width)
            return (0..<width).reduce(0) { $0 + u[$1 * width + j] * scores[row * width + $1] / golden.scale[$1] }
        }
        golden.check(values, "score_x_t0", within: 1e-10)
    }

    @Test("flow maps, their volumes and the model's likelihood agree to 1e-7, integrated by Runge–Kutta") func flows()
        throws
    {
        for (golden, denoiser) in try cases() {
            let flow = ProbabilityFlow(denoiser: denoiser, schedule: try golden.schedule())
            let forward = try flow.carry(golden.points, from: 0, to: 1)
            golden.check(forward.points, "pf_forward_0_to_1", within: 1e-7)
            golden.check(forward.logVolume, "pf_logdet_0_to_1", within: 1e-7)
            golden.check(
                try flow.carry(golden.points, from: 1, to: 0).points, "pf_backward_1_to_0", within: 1e-7)

            // The model: the flow started from N(0, 1).
            let width = golden.width
            let likelihoods = forward.logVolume.enumerated().map { row, volume in
                forward.points[row * width..<(row + 1) * width].reduce(volume) {
                    $0 - 0.5 * ($1 * $1 + log(2 * Double.pi))
                }
            }
            let volume = golden.scale.reduce(0) { $0 + log($1) }
            golden.check(likelihoods, "model_logp_w", within: 1e-7)
            golden.check(likelihoods.map { $0 - volume }, "model_logp_x", within: 1e-7)
            golden.check(
                likelihoods.map { ($0 - volume) / -Double(width) / log(2) }, "model_bits_per_dim", within: 1e-7)
        }
    }

    @Test("uncorrelated components: the flow's closed form, and the diagonal fast path, agree to 1e-10") func diagonal()
        throws
    {
        var compared = 0
        for (golden, denoiser) in try cases() where golden.exact["v_t"].exists {
            compared += 1
            let (width, points) = (golden.width, golden.points)
            let variances = (0..<width).map { golden.exact["C"].data[$0 * (width + 1)] }
            let means = golden.exact["m"].data
            let schedule = try golden.schedule()
            let states = try golden.times.map { try schedule.state(at: $0) }
            golden.check(
                states.flatMap { state in (0..<width).map { state.marginalVariance($0, clean: variances[$0]) } }, "v_t",
                within: 1e-12)
            let last = try schedule.state(at: 1)
            golden.check(
                states.flatMap { state in
                    points.indices.map { index in
                        let i = index % width
                        let ratio =
                            state.marginalVariance(i, clean: variances[i])
                            / last.marginalVariance(i, clean: variances[i])
                        return state.alpha[i] * means[i] + ratio.squareRoot()
                            * (points[index] - last.alpha[i] * means[i])
                    }
                }, "pf_map_from_1_at_t", within: 1e-10)
            let fast = try GaussianDenoiser(covariance: .diagonal(variances), mean: means, componentCount: width)
            golden.check(
                try states.flatMap { try fast.predictNoise(in: points, states: .shared($0)) }, "epsilon_w",
                within: 1e-10)
            #expect(denoiser.componentCount == fast.componentCount)
        }
        #expect(compared == 12)
    }

    /// In single precision the point itself is rounded; `σ Σ⁻¹` magnifies that by at most 1/σ.
    @Test("through the protocol, in Float, ε agrees to 1e-5 relative to the rounding of its input")
    func singlePrecision() throws {
        for (golden, denoiser) in try cases() {
            let schedule = try golden.schedule()
            let count = golden.points.count
            for (step, time) in golden.times.enumerated() {
                let state = try schedule.state(at: time)
                let noise = try denoiser.predictNoise(in: golden.points.map(Float.init), states: .shared(state))
                for (index, value) in noise.enumerated() {
                    let expected = golden.exact["epsilon_w"].data[step * count + index]
                    let allowed = 1e-5 * max(1, expected.magnitude) + 1e-6 / (state.sigma.min() ?? 1)
                    #expect((Double(value) - expected).magnitude <= allowed, "\(golden.name), t = \(time)")
                }
            }
        }
    }
}
