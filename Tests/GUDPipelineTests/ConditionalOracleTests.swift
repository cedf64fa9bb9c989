import Foundation
import GUDCore
import GUDPipeline
import GUDSampling
import Testing

/// Samples around an observation against the exact conditional distribution, which Gaussian data have in closed form.
///
/// Every entry of mean and covariance of 10,000 samples within 4.5 standard errors: at most one case in a thousand would fail by chance.
@Suite("Conditional samples of Gaussian data")
struct ConditionalOracleTests {
    private static let count = 10_000
    private static let allowed = 4.5
    private let fixture: ConditionalFixture

    init() throws { fixture = try ConditionalFixture() }

    /// The orders that the bases have.
    private static let orders = ["pixel": "column", "pca": "variance", "fourier": "frequency", "haar": "level"]

    private static func schedule(_ basis: String, _ softness: String) -> String {
        // A clip would leave dead time between four columns at a softness of 0.2; 'hard' is one at a time, with a clip.
        "{name: soft, softness: \(softness), order: \(orders[basis] ?? "variance"), clip: \(softness == "hard"), "
            + "gammaDenoise: -11, gammaNoise: 7}"
    }

    /// What the commands observe: `gud inpaint`, `gud extend`, `gud sample --given` and `gud upscale`, by averages and by frequencies.
    private static func observations() throws -> [(name: String, observation: Observation)] {
        let picture = (0..<16).map { Float(($0 * 7) % 11) / 8 - 0.6 }
        let coarse = try Coarsening.haar.coarse(picture, shape: ConditionalFixture.shape, factor: 2)
        return [
            ("columns", Observation(picture, mask: (0..<16).map { $0 % 4 < 2 })),
            ("scattered", Observation(picture, mask: (0..<16).map { ($0 * 5) % 16 < 6 })),
            ("averages", try Coarsening.haar.observation(of: coarse, shape: ConditionalFixture.shape, factor: 2)),
            (
                "noisy averages",
                try Coarsening.haar.observation(
                    of: coarse, shape: ConditionalFixture.shape, factor: 2, deviation: 0.2)
            ),
            ("frequencies", try Coarsening.fourier.observation(of: coarse, shape: ConditionalFixture.shape, factor: 2)),
        ]
    }

    /// Draws around observations, and expects what they should be like.
    private func check(
        _ basis: String, _ softness: String, _ names: [String]? = nil, method: ConditioningMethod,
        count: Int = Self.count, sampler: String? = nil, allowed: Double = Self.allowed
    ) throws {
        // One component after the other takes steps for each of them.
        let steps = ["hard": basis == "pixel" || basis == "haar" ? 120 : 240, "0.2": 120][softness] ?? 60
        let pipeline = try fixture.pipeline(
            basis, Self.schedule(basis, softness), sampler: sampler ?? "{name: dpm++3m, steps: \(steps)}")
        for (name, observation) in try Self.observations() where names?.contains(name) ?? true {
            let samples = try pipeline.sample(
                0..<count, seed: 3, request: ConditionRequest(observed: observation, method: method), batchSize: 2500)
            let deviations = ConditionalFixture.deviations(of: samples, from: fixture.conditional(observation))
            let worst = deviations.map(abs).max() ?? 0
            let what = "\(method) \(basis), softness \(softness), \(name), seed 3, \(count) samples"
            print("\(what): worst of \(deviations.count) entries \(worst) standard errors")
            #expect(worst < allowed, "\(what)")
        }
    }

    @Test(
        "The best method that the exact denoiser offers", arguments: ["pixel", "pca", "fourier", "haar"],
        [".inf", "1", "0.2", "hard"])
    func exact(basis: String, softness: String) throws {
        try check(basis, softness, method: .auto)
    }

    @Test("Held components", arguments: [".inf", "1", "0.2", "hard"])
    func held(softness: String) throws {
        try check("pixel", softness, ["columns", "scattered"], method: .held)
        try check("haar", softness, ["averages"], method: .held)
    }

    @Test(
        "Moments are exact for Gaussian data",
        arguments: [
            ("pixel", ".inf"), ("pixel", "1"), ("pca", ".inf"), ("pca", "1"), ("fourier", ".inf"), ("haar", ".inf"),
        ])
    func moments(basis: String, softness: String) throws {
        try check(
            basis, softness, ["columns", "noisy averages"], method: .moments, count: 1500,
            sampler: "{name: dpm++3m, steps: 24}")
    }

    @Test("Replacement is approximate: resampling makes its bias smaller")
    func replacement() throws {
        let pipeline = try fixture.pipeline(
            "pixel", Self.schedule("pixel", ".inf"), sampler: "{name: ancestral, steps: 60}")
        let observation = try Self.observations()[0].observation
        let exact = fixture.conditional(observation)
        let errors = try [1, 4, 16].map { resamplings in
            let samples = try pipeline.sample(
                0..<2500, seed: 3,
                request: ConditionRequest(observed: observation, method: .replacement, resamplings: resamplings),
                batchSize: 2500)
            let drawn = Moments(samples, dimension: 16)
            // The root mean square error of the means, in deviations of the conditional distribution.
            let free = (0..<16).filter { exact.covariance[$0 * 17] > 1e-6 }
            let sum = free.reduce(0.0) { sum, i in
                let miss = drawn.mean[i] - exact.mean[i]
                return sum + miss * miss / exact.covariance[i * 17]
            }
            return (sum / Double(free.count)).squareRoot()
        }
        print("replacement, 60 steps, 1, 4 and 16 resamplings: error of the mean \(errors) deviations, seed 3")
        #expect(errors[1] < 0.7 * errors[0] && errors[2] < 0.7 * errors[1])
    }

    @Test("Everything given is returned, nothing given is refused")
    func ends() throws {
        let pipeline = try fixture.pipeline("pca", Self.schedule("pca", "1"), sampler: "{name: ddim, steps: 2}")
        let picture = (0..<16).map { Float($0) / 16 - 0.5 }
        for method in [ConditioningMethod.auto, .exact, .held, .moments, .replacement] {
            let whole = Observation(picture, mask: [Bool](repeating: true, count: 16))
            let samples = try pipeline.sample(
                0..<3, seed: 1, request: ConditionRequest(observed: whole, method: method))
            #expect(zip(samples, picture + picture + picture).allSatisfy { abs($0 - $1) < 1e-4 }, "\(method)")
        }
        let nothing = Observation(picture, mask: [Bool](repeating: false, count: 16))
        #expect(throws: ConditionerError.self) {
            _ = try pipeline.sample(0..<1, seed: 1, request: ConditionRequest(observed: nothing))
        }
        // Held components cannot tell what pixels say in a basis of waves.
        let error = #expect(throws: SamplingError.self) {
            let half = Observation(picture, mask: (0..<16).map { $0 < 8 })
            _ = try pipeline.sample(0..<1, seed: 1, request: ConditionRequest(observed: half, method: .held))
        }
        #expect(error?.description.contains("use the method 'moments'") ?? false)
    }

    @Test(
        "Each sample has its own row of what is observed, in any batch",
        arguments: ["held", "exact", "moments", "replacement"])
    func rows(name: String) throws {
        let method = try #require(ConditioningMethod(rawValue: name))
        let pipeline = try fixture.pipeline(
            "pixel", Self.schedule("pixel", ".inf"), sampler: "{name: ancestral, steps: 12}")
        let values = (0..<48).map { Float(($0 * 5) % 13) / 10 - 0.6 }
        let mask = (0..<16).map { $0 % 4 < 2 }
        func draw(_ values: [Float], _ range: Range<Int>, batch: Int) throws -> [Float] {
            try pipeline.sample(
                range, seed: 2,
                request: ConditionRequest(
                    observed: Observation(values, mask: mask), method: method, resamplings: 2), batchSize: batch)
        }
        let all = try draw(values, 0..<7, batch: 7)
        let (split, single) = (try draw(values, 0..<7, batch: 2), try draw(Array(values[16..<32]), 4..<5, batch: 1))
        for (a, b) in zip(all, split) { #expect(abs(a - b) < 2e-4) }
        for (a, b) in zip(all[64..<80], single) { #expect(abs(a - b) < 2e-4) }
        for index in 0..<112 where mask[index % 16] { #expect(abs(all[index] - values[index % 48]) < 1e-5) }
    }
}
