import Foundation
import GUDCore
import GUDSchedules
import Testing

/// The three limits of soft conditioning, and its end points.
@Suite struct SoftLimitTests {
    private static let variances = [2.5, 0.01, 1.0, 0.3, 40.0]
    private static let ones = [Double](repeating: 1, count: 5)

    private func soft(_ labels: [Double], _ variances: [Double], _ steepness: Double) throws -> SoftSchedule {
        try SoftSchedule(
            labels: labels, variances: variances, gammaDenoise: -7, gammaNoise: 5, steepness: steepness)
    }

    @Test("a = 0, whitened: every component is the scalar linear schedule, bit for bit") func allTogether() throws {
        let soft = try soft([3, -1, 0, 2, 8], Self.ones, 0)
        let linear = try LinearSchedule(componentCount: 5, gammaMin: -7, gammaMax: 5)
        for step in 0...64 {
            let time = Double(step) / 64
            #expect(try soft.gamma(at: time) == linear.gamma(at: time))
            #expect(try soft.gammaRate(at: time) == linear.gammaRate(at: time))
        }
        #expect(soft.softness == .infinity)
    }

    /// Whitened data c/√Σ at γ_i have the SNR that unwhitened data c have at the scalar γ = γ_i + log Σ_i; that runs from
    /// γ_denoise + log Σ_min, where the weakest component is clean enough, to γ_noise + log Σ_max, where the strongest is noise.
    @Test("l = −log Σ, a = 1, whitened: standard diffusion of the unwhitened data") func standardDiffusion() throws {
        let sigma = Self.variances
        let soft = try soft(sigma.map { -log($0) }, Self.ones, 1)
        let scalar = try LinearSchedule(componentCount: 1, gammaMin: -7 + log(0.01), gammaMax: 5 + log(40))
        for step in 0...64 {
            let time = Double(step) / 64
            let expected = try scalar.gamma(at: time)[0]
            for (gamma, variance) in zip(try soft.gamma(at: time), sigma) {
                #expect((gamma + log(variance) - expected).magnitude < 1e-13)
            }
        }
    }

    /// The same, with the variances given to the schedule instead of to the basis: the process of c itself is scalar.
    @Test("l = −log Σ, a = 1, not whitened: every component is the same") func standardDiffusionUnwhitened() throws {
        let sigma = Self.variances
        let soft = try soft(sigma.map { -log($0) }, sigma, 1)
        for time in [0, 0.3, 1] {
            let gamma = try soft.gamma(at: time)
            for value in gamma { #expect((value - gamma[0]).magnitude < 1e-13) }
        }
    }

    @Test("a → ∞: at any time all components but one are data or noise, in the order of the labels")
    func autoregression() throws {
        let labels = [3.0, 0, 1, 4, 2]
        let soft = try soft(labels, Self.ones, 1e4)
        var active = 0.0
        let steps = 100_000
        for step in 0...steps {
            let gamma = try soft.gamma(at: Double(step) / Double(steps))
            let between = gamma.indices.filter { gamma[$0] > -7 && gamma[$0] < 5 }
            #expect(between.count <= 1)
            active += Double(between.count)
            // Whatever has a higher label is noisier.
            for (i, j) in zip([1, 2, 4, 0], [2, 4, 0, 3]) { #expect(gamma[i] < gamma[j]) }
        }
        // Five windows of width R/(R + aL).
        let expected = 5 * 12 / (12 + 1e4 * 4)
        #expect((active / Double(steps) - expected).magnitude < 6 / Double(steps))
    }

    @Test(
        "at t = 0 every data SNR is at least e^(−γ_denoise), at t = 1 at most e^(−γ_noise)",
        arguments: [0, 0.5, 1, 3.0])
    func endpoints(_ steepness: Double) throws {
        let soft = try soft([3, -1, 0, 2, 8], Self.variances, steepness)
        let first = zip(try soft.gamma(at: 0), Self.variances).map { $0 - log($1) }
        let last = zip(try soft.gamma(at: 1), Self.variances).map { $0 - log($1) }
        #expect((try #require(first.max()) + 7).magnitude < 1e-12)
        #expect((try #require(last.min()) - 5).magnitude < 1e-12)
    }

    @Test("equal labels give the scalar schedule at every softness") func equalLabels() throws {
        let soft = try soft(Self.ones, Self.ones, 50)
        #expect(try soft.gamma(at: 0.25) == [Double](repeating: -4, count: 5))
        #expect(SoftSchedule.largestSteepness(labels: Self.ones, range: 12) == .infinity)
    }

    @Test("the data's γ is clipped, not the process'") func clipsData() throws {
        let soft = try SoftSchedule(
            labels: [0, 12], variances: [4, 0.25], gammaDenoise: -7, gammaNoise: 5, steepness: 1, clip: -7...5)
        for (time, expected) in [(0.0, [-7.0, -7.0]), (0.5, [-7, 5]), (1, [5, 5])] {
            let gamma = try soft.gamma(at: time)
            // Label 12 goes first towards noise: generated last.
            #expect((gamma[0] - log(4) - expected[0]).magnitude < 1e-12)
            #expect((gamma[1] - log(0.25) - expected[1]).magnitude < 1e-12)
        }
    }
}
