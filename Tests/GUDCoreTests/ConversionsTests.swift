import GUDCore
import TestSupport
import Testing

/// Conversions against the golden vectors, whose velocity runs backwards in time: the negative of ours.
@Suite struct ConversionsTests {
    @Test(
        "score, ε and velocity agree with the golden vectors to 1e-12",
        .enabled(if: SharedData.isAvailable, "set GUD_SHARED"))
    func golden() throws {
        let golden = try Golden("conversions")
        #expect(golden.cases.count == 6)
        for example in golden.cases {
            let gamma = example["inputs"]["gamma"].data
            let rate = zip(gamma, example["inputs"]["beta"].data).map { $1 / NoisingState.sigmoid($0) }
            let state = NoisingState(time: 0, gamma: gamma, gammaRate: rate)
            // Conversions are real and linear: they act on a complex number's two parts alike.
            for part in example["kind"].string == "componentwise_complex" ? ["re", "im"] : ["data"] {
                check(example, part: part, state)
            }
        }
    }

    private func check(_ example: GoldenValue, part: String, _ state: NoisingState) {
        func numbers(_ value: GoldenValue) -> [Double] { value[part].elements.map { $0.number ?? .nan } }
        let inputs = example["inputs"]
        let (z, noise) = (numbers(inputs["x"]), numbers(inputs["eps"]))
        let (score, velocity) = (numbers(inputs["score"]), numbers(inputs["velocity"]))
        // One γ serves all channels of a component.
        let channels = z.count / state.componentCount
        func compare(_ key: String, _ convert: (_ entry: Int, _ component: Int) -> Double) {
            let expected = numbers(example["reference"][key])
            #expect(expected.count == z.count)
            for (i, expected) in expected.enumerated() {
                let value = convert(i, i / channels)
                #expect((value - expected).magnitude <= 1e-12 * max(1, expected.magnitude), "\(key), entry \(i)")
            }
        }
        compare("epsilon_to_score") { state.score($1, noise: noise[$0]) }
        compare("score_to_epsilon") { state.noise($1, score: score[$0]) }
        compare("score_to_velocity") { -state.velocity($1, noised: z[$0], score: score[$0]) }
        compare("epsilon_to_velocity") { -state.velocity($1, noised: z[$0], noise: noise[$0]) }
        compare("velocity_to_score") { state.score($1, noised: z[$0], velocity: -velocity[$0]) }
        compare("velocity_to_epsilon") {
            state.noise($1, score: state.score($1, noised: z[$0], velocity: -velocity[$0]))
        }
    }

    @Test("the clean estimate and ε determine each other") func cleanEstimate() {
        let state = NoisingState(time: 0, gamma: [-3, 0, 4], gammaRate: [1, 1, 1])
        for i in 0..<3 {
            let clean = state.clean(i, noised: 0.7, noise: -1.3)
            #expect((state.alpha[i] * clean + state.sigma[i] * -1.3 - 0.7).magnitude < 1e-15)
            #expect((state.noise(i, noised: 0.7, clean: clean) + 1.3).magnitude < 1e-14)
        }
    }

    @Test("the velocity is 0, not NaN, where a component stands still, even where its noise is nearly 0")
    func standstill() {
        let state = NoisingState(time: 0, gamma: [-2000, 5], gammaRate: [0, 0])
        #expect(state.velocity(0, noised: 3, noise: -2) == 0)
        #expect(state.velocity(1, noised: 3, noise: -2) == 0)
    }
}
