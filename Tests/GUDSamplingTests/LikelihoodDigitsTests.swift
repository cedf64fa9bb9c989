import Foundation
import GUDBases
import GUDCore
import GUDDenoisers
import TestSupport
import Testing

@testable import GUDSampling

/// The exact models of the digits against their published bits per dimension: closed form, flow and bound.
@Suite(.enabled(if: SharedData.isAvailable, "set GUD_SHARED")) struct LikelihoodDigitsTests {
    /// Fitted to dequantised training images; the 297 test images as they are, of 17 levels in [-1, 1].
    private func problem(_ name: String, _ given: [String: ParameterValue]) throws -> LikelihoodProblem {
        let path = try #require(SharedData.file("data/digits/images.npy")).path
        let pixels = try NumpyArray(contentsOf: path).values.map { $0 / 8 - 1 }
        let noise = CounterNoise(seed: 1, purpose: .augmentation)
        let train = pixels.prefix(1500 * 64).enumerated().map { index, pixel in
            Float(pixel + (noise.uniform(sample: index / 64, component: index % 64) - 0.5) / 8)
        }
        func average(_ i: Int, _ value: (Double) -> Double) -> Double {
            stride(from: i, to: train.count, by: 64).reduce(0.0) { $0 + value(Double(train[$1])) } / 1500
        }
        let mean = (0..<64).map { average($0) { $0 } }
        let space = try ComponentSpace(
            basis: PixelBasis(shape: .image(height: 8, width: 8, channels: 1)), mean: mean.map(Float.init),
            scale: [Float](repeating: 1, count: 64),
            variances: (0..<64).map { i in average(i) { ($0 - mean[i]) * ($0 - mean[i]) } })
        var registry = Registry()
        try BuiltInDenoisers.register(in: &registry)
        let factory = try registry.factory(.denoiser, named: name)
        let denoiser = try factory.make(
            try factory.descriptor.schema.resolve(given, at: "denoiser"),
            DenoiserContext(space: space, fitting: try space.components(of: train)))
        return LikelihoodProblem(
            denoiser: denoiser, schedule: FormulaSchedule.scalar(from: -14, to: 12, count: 64), space: space,
            data: pixels.suffix(297 * 64).map(Float.init), binWidth: 1.0 / 8)
    }

    @Test(
        "2.949 and 2.82 bits per dimension; the flow agrees to 1e-3, the bound within 4 standard errors",
        arguments: [("gaussian", 2.949, 0.02, 8), ("mixture", 2.822, 0.05, 2)])
    func figures(name: String, published: Double, within: Double, count: Int) throws {
        var problem = try problem(name, name == "mixture" ? ["regularisation": .number(0.01)] : [:])
        let denoiser = try #require(problem.denoiser as? any ExactDenoiser)
        let unit: Double = 1 / (64 * log(2.0))
        let (clean, densities) = try problem.whitened(0..<297)
        let state = try problem.schedule.state(at: 0)
        let volume = state.alpha.reduce(0) { $0 - log($1) }
        let exact = zip(
            try denoiser.logDensities(
                of: clean.indices.map { state.alpha[$0 % 64] * clean[$0] }, states: .shared(state)), densities
        ).map { volume - $0 + $1 }
        let figure = LikelihoodReport.Estimate(exact).scaled(by: unit)
        #expect((figure.value - published).magnitude < within)

        // GUD_FULL measures all images by the flow.
        let all = ProcessInfo.processInfo.environment["GUD_FULL"] == "1"
        let test = problem.data
        problem.data = Array(test.prefix((all ? 297 : count) * 64))
        let flow = try ProbabilityFlowLikelihood(trace: .exact).measure(problem)
        let worst = largestDifference(flow.nats, Array(exact.prefix(problem.count))) * unit
        print(
            "digits, \(name): exact \(figure.value) ± \(figure.error), flow of \(problem.count) "
                + "\(flow.bitsPerDimension.value) (largest error \(worst)), \(flow.evaluationsPerSample) evaluations")
        #expect(worst < 1e-3)

        problem.data = Array(test.prefix((all ? 297 : 2 * count) * 64))
        let bound = try DiffusionBound(times: all ? 64 : 32).measure(problem)
        let difference = LikelihoodReport.Estimate(
            zip(bound.nats, exact).map { ($0 - $1) * unit })
        print("digits, \(name): bound of \(problem.count) less exact \(difference.value) ± \(difference.error)")
        #expect(difference.value.magnitude < 4 * difference.error)
        #expect(difference.error < 0.05)
    }
}
