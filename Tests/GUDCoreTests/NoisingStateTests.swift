import Foundation
import GUDCore
import Testing

/// α, σ, β and the SNR against 40-digit values.
@Suite struct NoisingStateTests {
    /// (γ, α, σ, σ², e^(−γ)); regenerate with mpmath: `s2 = 1/(1 + e**-g); a2 = 1/(1 + e**g)` at 40 digits.
    static let table: [(gamma: Double, alpha: Double, sigma: Double, noise: Double, ratio: Double)] = [
        (0, 0.7071067811865476, 0.7071067811865476, 0.5, 1.0),
        (1e-08, 0.7071067794187805, 0.7071067829543145, 0.5000000025, 0.9999999900000001),
        (-1e-08, 0.7071067829543145, 0.7071067794187805, 0.4999999975, 1.00000001),
        (1, 0.5185956241330958, 0.8550196364002437, 0.7310585786300049, 0.36787944117144233),
        (-1, 0.8550196364002437, 0.5185956241330958, 0.2689414213699951, 2.718281828459045),
        (10, 0.006737794053132998, 0.9999773008080222, 0.9999546021312976, 4.5399929762484854e-05),
        (-10, 0.9999773008080222, 0.006737794053132998, 4.5397868702434395e-05, 22026.465794806718),
        (20, 4.539992971569674e-05, 0.9999999989694232, 0.9999999979388464, 2.061153622438558e-09),
        (-20, 0.9999999989694232, 4.539992971569674e-05, 2.0611536181902037e-09, 485165195.4097903),
        (40, 2.061153622438558e-09, 1.0, 1.0, 4.248354255291589e-18),
        (-40, 1.0, 2.061153622438558e-09, 4.248354255291589e-18, 2.3538526683702e+17),
    ]

    @Test("α, σ, β and the SNR keep their precision within 2 ulps", arguments: table.indices)
    func precision(_ index: Int) {
        let row = Self.table[index]
        let state = NoisingState(time: 0.5, gamma: [row.gamma], gammaRate: [1])
        #expect(ulps(state.alpha[0], row.alpha) <= 2)
        #expect(ulps(state.sigma[0], row.sigma) <= 2)
        #expect(ulps(state.beta(0), row.noise) <= 2)
        #expect(ulps(NoisingState.signalToNoise(row.gamma), row.ratio) <= 2)
        #expect(ulps(state.marginalVariance(0, clean: 0), row.noise) <= 2)
        #expect(ulps(state.marginalVariance(0, clean: 1), 1) <= 1)
    }

    private func ulps(_ value: Double, _ expected: Double) -> Double { (value - expected).magnitude / expected.ulp }

    @Test("the two sides of the switch at |γ| = 40 agree to the last bits") func switchover() {
        for gamma in [-40.0.nextDown, -40.0, -40.0.nextUp] {
            #expect(ulps(NoisingState.sigma(gamma), exp(gamma / 2)) <= 2)
        }
    }

    @Test("everything is finite and α² + σ² = 1 for |γ| up to 2,000") func extremes() {
        for step in -400...400 {
            let gamma = Double(step) * 5
            let state = NoisingState(time: 0, gamma: [gamma], gammaRate: [3000])
            let (alpha, sigma) = (state.alpha[0], state.sigma[0])
            #expect((alpha * alpha + sigma * sigma - 1).magnitude <= 4 * 1.0.ulp)
            #expect(state.beta(0).isFinite && state.beta(0) >= 0)
            #expect(NoisingState.signalToNoise(gamma).isFinite)
            #expect(state.marginalVariance(0, clean: 1e6).isFinite)
        }
        #expect(NoisingState.alpha(1400) > 0, "α follows e^(−γ/2) until that underflows itself")
    }

    @Test("slices of a batch of states keep their order") func slices() {
        let states = NoisingStates.perSample(
            (0..<5).map { NoisingState(time: Double($0), gamma: [0], gammaRate: [1]) })
        #expect(states.slice(2..<4)[0].time == 2)
        #expect(states.slice(2..<4)[1].time == 3)
        #expect(NoisingStates.shared(states[4]).slice(1..<2)[0].time == 4)
    }
}
