import GUDCore
import GUDDenoisers
import Testing

/// Vector–Jacobian products in Double against central differences, and against the Gaussian's closed form.
@Suite struct PullBackTests {
    private static let seed: UInt64 = 21

    private func points(_ width: Int, step: Int = 0) -> [Double] {
        CounterNoise(seed: Self.seed, purpose: .checking).normals(samples: 0..<4, count: width, step: step)
            .map { 1.5 * Double($0) }
    }

    private func states(_ width: Int) -> [NoisingState] {
        [-6.0, -2, 0.5, 6].map { base in
            let gamma = (0..<width).map { base + 0.3 * Double($0) }
            return NoisingState(time: 0.5, gamma: gamma, gammaRate: gamma.map { _ in 1 })
        }
    }

    @Test("the pull-back is the transposed derivative, to 1e-6 of central differences", arguments: [1, 3, 8])
    func finiteDifferences(_ width: Int) throws {
        let mixture = try ExactLawTests.mixture(width, components: 3)
        let (z, w) = (points(width), points(width, step: 1))
        let states = NoisingStates.perSample(states(width))
        let (noise, products) = try mixture.pullBack(w, through: z, states: states)
        #expect(noise == (try mixture.predictNoise(in: z, states: states)))
        let h = 1e-5
        for i in 0..<width {
            func moved(_ by: Double) -> [Double] { z.indices.map { z[$0] + ($0 % width == i ? by : 0) } }
            let ahead = try mixture.predictNoise(in: moved(h), states: states)
            let behind = try mixture.predictNoise(in: moved(-h), states: states)
            for row in 0..<4 {
                let expected = (row * width..<(row + 1) * width).reduce(0) {
                    $0 + w[$1] * (ahead[$1] - behind[$1]) / (2 * h)
                }
                let value = products[row * width + i]
                #expect(
                    (value - expected).magnitude <= 1e-6 * max(1, expected.magnitude),
                    "seed \(Self.seed), width \(width), row \(row), component \(i)")
            }
        }
    }

    @Test("independent Gaussian components: ε̂ = σ z/(α² v + σ²), and its derivative") func anchor() throws {
        let variances = [0, 0.25, 1, 4.0]
        let gaussian = try GaussianDenoiser(covariance: .diagonal(variances), componentCount: 4)
        let (z, w) = (points(4), points(4, step: 1))
        let states = states(4)
        let (noise, products) = try gaussian.pullBack(w, through: z, states: .perSample(states))
        for index in z.indices {
            let (state, i) = (states[index / 4], index % 4)
            let slope = state.sigma[i] / state.marginalVariance(i, clean: variances[i])
            #expect((noise[index] - slope * z[index]).magnitude <= 1e-14 * max(1, noise[index].magnitude))
            #expect((products[index] - slope * w[index]).magnitude <= 1e-13 * max(1, products[index].magnitude))
        }
    }

    @Test("far from everything, ε̂ stays finite and follows the nearest component") func farAway() throws {
        let mixture = try ExactLawTests.mixture(3, components: 3)
        let state = try #require(states(3).first)
        let noise = try mixture.predictNoise(in: [1e6, -1e6, 1e6], states: .shared(state))
        let allFinite = noise.allSatisfy(\.isFinite)
        #expect(allFinite)
        #expect(noise[0] > 0 && noise[1] < 0 && noise[2] > 0)
    }
}
