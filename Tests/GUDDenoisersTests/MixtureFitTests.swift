import Foundation
import GUDBases
import GUDCore
import GUDDenoisers
import GUDLinearAlgebra
import TestSupport
import Testing

/// Expectation maximisation against mixtures that are known, and against the digits' published figure.
@Suite struct MixtureFitTests {
    private func fit(
        _ samples: [Float], width: Int, seed: UInt64 = 0, _ given: [String: ParameterValue]
    ) throws -> MixtureDenoiser {
        var registry = Registry()
        try BuiltInDenoisers.register(in: &registry)
        let factory = try registry.factory(.denoiser, named: "mixture")
        let space = try ComponentSpace(
            basis: PixelBasis(shape: .vector(width)), mean: [Float](repeating: 0, count: width),
            scale: [Float](repeating: 1, count: width), variances: [Double](repeating: 1, count: width))
        let denoiser = try factory.make(
            try factory.descriptor.schema.resolve(given, at: "denoiser"),
            DenoiserContext(space: space, fitting: samples, seed: seed))
        return try #require(denoiser as? MixtureDenoiser)
    }

    /// The average log density of clean samples, in nats.
    private func likelihood(_ denoiser: MixtureDenoiser, _ samples: [Float]) throws -> Double {
        let width = denoiser.componentCount
        let clean = NoisingState(
            time: 0, gamma: [Double](repeating: -200, count: width), gammaRate: [Double](repeating: 0, count: width))
        let densities = try denoiser.logDensities(of: samples.map(Double.init), states: .shared(clean))
        return densities.reduce(0, +) / Double(densities.count)
    }

    /// Three blobs in the plane: weights ½, ⅓, ⅙; spreads 1, ½ and an ellipse.
    private func blobs(_ count: Int) -> [Float] {
        let normals = CounterNoise(seed: 17, purpose: .synthesis).normals(samples: 0..<count, count: 2)
        return (0..<count).flatMap { n -> [Float] in
            let (a, b) = (normals[2 * n], normals[2 * n + 1])
            return switch n % 6 {
            case 0, 1, 2: [a, b]
            case 3, 4: [8 + 0.5 * a, 0.5 * b]
            default: [a, 9 + 0.6 * a + 0.2 * b]
            }
        }
    }

    @Test("finds three blobs: weights, means and covariances within five standard errors") func recovers() throws {
        let count = 6000
        let mixture = try fit(blobs(count), width: 2, ["components": .integer(3)]).distribution
        let order = mixture.weights.indices.sorted { mixture.weights[$0] > mixture.weights[$1] }
        for (k, expected) in zip(order, [1 / 2.0, 1 / 3.0, 1 / 6.0]) {
            #expect((mixture.weights[k] - expected).magnitude < 5 * (0.25 / Double(count)).squareRoot())
        }
        let means = order.flatMap { [mixture.means[2 * $0], mixture.means[2 * $0 + 1]] }
        for (value, expected) in zip(means, [0, 0, 8, 0, 0, 9.0]) {
            #expect((value - expected).magnitude < 5 / (Double(count) / 6).squareRoot())
        }
        let covariances: [[Double]] = [[1, 0, 0, 1], [0.25, 0, 0, 0.25], [1, 0.6, 0.6, 0.4]]
        for (k, expected) in zip(order, covariances) {
            guard case .full(let values) = mixture.covariances[k] else { continue }
            for (value, expected) in zip(values, expected) {
                #expect((value - expected).magnitude < 5 * 1.5 / (Double(count) / 6).squareRoot() + 0.02)
            }
        }
    }

    @Test("one component is the Gaussian fit plus its regularisation") func oneComponent() throws {
        let samples = blobs(500)
        let mixture = try fit(samples, width: 2, ["components": .integer(1), "regularisation": .number(0.01)])
        let moments = try SampleMoments(of: samples, dimension: 2)
        let floor = 0.01 * (moments.covariance[0] + moments.covariance[3]) / 2
        guard case .full(let values) = mixture.distribution.covariances[0] else { return }
        for (i, value) in values.enumerated() {
            let expected = moments.covariance[i] + (i % 3 == 0 ? floor : 0)
            #expect((value - expected).magnitude < 1e-10)
        }
    }

    @Test("the likelihood never falls with more iterations, and the report tells how it ended") func monotone() throws {
        let samples = blobs(600)
        var last = -Double.infinity
        for iterations in [0, 1, 2, 4, 8, 16, 32] {
            let given: [String: ParameterValue] = [
                "components": .integer(4), "iterations": .integer(iterations), "tolerance": .number(0),
                "regularisation": .number(1e-9),
            ]
            let value = try likelihood(fit(samples, width: 2, given), samples)
            #expect(value >= last - 1e-9, "\(iterations) iterations")
            last = value
        }
        let report = try fit(samples, width: 2, ["components": .integer(3)]).fitReport
        #expect(report.first == "3 components with full covariances on 600 samples")
        #expect(report[1].hasPrefix("converged after "))
        let stopped = try fit(samples, width: 2, ["components": .integer(3), "iterations": .integer(1)]).fitReport
        #expect(stopped[1].hasPrefix("stopped after 1 iterations, not converged; log-likelihood -"))
    }

    @Test("the same seed gives the same mixture; the seed decides the first guess") func determinism() throws {
        let samples = blobs(600)
        let given: [String: ParameterValue] = ["components": .integer(8)]
        let first = try fit(samples, width: 2, seed: 1, given).distribution
        #expect(try fit(samples, width: 2, seed: 1, given).distribution == first)
        #expect(try fit(samples, width: 2, seed: 2, given).distribution != first)
        let seeded = given.merging(["seed": .integer(1)]) { $1 }
        #expect(try fit(samples, width: 2, seed: 2, seeded).distribution == first)
    }

    @Test("more components than distinct samples, and components without variance, still give a density")
    func degenerate() throws {
        let few: [Float] = [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1]
        let mixture = try fit(few, width: 2, ["components": .integer(5)])
        #expect(mixture.fitReport.last?.contains("died") == true)
        #expect(try likelihood(mixture, few).isFinite)
        let flat = try fit([Float](repeating: 0.5, count: 20), width: 2, ["components": .integer(2)])
        #expect(try likelihood(flat, [0.5, 0.5]).isFinite)
    }
}
