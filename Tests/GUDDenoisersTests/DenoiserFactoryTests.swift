import Foundation
import GUDBases
import GUDCore
import GUDDenoisers
import Testing

/// What the registry makes: fits, kept states, and messages.
@Suite struct DenoiserFactoryTests {
    private func context(_ samples: [Float]?, width: Int = 3, state: StateArrays? = nil) throws -> DenoiserContext {
        let space = try ComponentSpace(
            basis: PixelBasis(shape: .vector(width)), mean: [Float](repeating: 0, count: width),
            scale: [Float](repeating: 1, count: width), variances: (0..<width).map { 1 + Double($0) })
        return DenoiserContext(space: space, fitting: samples, state: state, seed: 3)
    }

    private func make(
        _ name: String, _ given: [String: ParameterValue], _ context: DenoiserContext
    ) throws -> any ExactDenoiser {
        var registry = Registry()
        try BuiltInDenoisers.register(in: &registry)
        let factory = try registry.factory(.denoiser, named: name)
        let denoiser = try factory.make(try factory.descriptor.schema.resolve(given, at: "denoiser"), context)
        return try #require(denoiser as? any ExactDenoiser)
    }

    private func message(_ name: String, _ given: [String: ParameterValue], _ context: DenoiserContext) -> String {
        do {
            _ = try make(name, given, context)
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    private let samples = CounterNoise(seed: 4, purpose: .synthesis).normals(samples: 0..<200, count: 3)

    @Test(
        "a denoiser made from its kept state is the same in every bit",
        arguments: [
            ("gaussian", [:]), ("gaussian", ["covariance": .string("diagonal")]),
            ("mixture", ["components": .integer(3)]),
            ("mixture", ["components": .integer(2), "covariance": .string("diagonal")]),
        ] as [(String, [String: ParameterValue])])
    func keptState(_ name: String, _ given: [String: ParameterValue]) throws {
        let fitted = try make(name, given, try context(samples))
        let kept = try make(name, given, try context(nil, state: try fitted.state))
        #expect(kept.distribution == fitted.distribution)
        let state = NoisingState(time: 0.5, gamma: [-2, 0, 1], gammaRate: [1, 1, 1])
        #expect(
            try kept.predictNoise(in: samples, states: .shared(state))
                == fitted.predictNoise(in: samples, states: .shared(state)))
    }

    @Test("the Gaussian fit is the samples' covariance; the diagonal one needs no samples") func gaussianFit() throws {
        let full = try make("gaussian", [:], try context(samples))
        guard case .full(let covariance) = full.distribution.covariances[0] else {
            Issue.record("not a full covariance")
            return
        }
        var expected = [Double](repeating: 0, count: 9)
        let means = (0..<3).map { i in (0..<200).reduce(0) { $0 + Double(samples[$1 * 3 + i]) } / 200 }
        for row in 0..<200 {
            for entry in 0..<9 {
                let (i, j) = (entry / 3, entry % 3)
                expected[entry] +=
                    (Double(samples[row * 3 + i]) - means[i]) * (Double(samples[row * 3 + j]) - means[j]) / 200
            }
        }
        for (value, expected) in zip(covariance, expected) { #expect((value - expected).magnitude < 1e-14) }
        let diagonal = try make("gaussian", ["covariance": .string("diagonal")], try context(nil))
        #expect(diagonal.distribution.covariances == [.diagonal([1, 2, 3])])
    }

    @Test("messages say what is missing or does not fit") func messages() throws {
        #expect(
            message("gaussian", [:], try context(nil))
                == "denoiser 'gaussian' is fitted to data, and there is neither data nor a checkpoint to take it from")
        #expect(
            message("mixture", [:], try context(nil))
                == "denoiser 'mixture' is fitted to data, and there is neither data nor a checkpoint to take it from")
        #expect(
            message("mixture", ["components": .integer(10)], try context(Array(samples.prefix(27))))
                == "a mixture of 10 components cannot be fitted to 9 samples; use at most 9")
        #expect(
            message("mixture", [:], try context(samples + [.nan, 0, 0]))
                == "a mixture cannot be fitted: the samples hold numbers that are not finite")
        let gaussian = try make("gaussian", [:], try context(samples))
        #expect(
            message("gaussian", [:], try context(nil, width: 4, state: try gaussian.state))
                == "the kept state of denoiser 'gaussian' does not hold a covariance of 4 components")
        #expect(
            message("mixture", [:], try context(nil, state: try gaussian.state))
                == "the kept state of denoiser 'mixture' does not hold a mixture over 3 components")
        #expect(
            message("mixture", ["components": .integer(0)], try context(samples))
                == "denoiser.components: 0 is out of range; allowed: 1 to 1000")
    }

    @Test("a covariance that is not positive is named when it is used") func notPositive() throws {
        let denoiser = try GaussianDenoiser(covariance: .full([1, 2, 2, 1]), componentCount: 2)
        let state = NoisingState(time: 0, gamma: [-20, -20], gammaRate: [1, 1])
        let error = #expect(throws: DenoiserError.self) {
            try denoiser.predictNoise(in: [1.0, 1.0], states: .shared(state))
        }
        #expect(
            error?.description
                == "the denoiser failed: a noised covariance cannot be factorised: the matrix is not positive definite: "
                + "pivot 2 of 2 is not positive; add to its diagonal, or use fewer components")
    }
}
