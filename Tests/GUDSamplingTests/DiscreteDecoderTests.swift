import Foundation
import GUDBases
import GUDCore
import GUDSchedules
import TestSupport
import Testing

@testable import GUDSampling

/// A distribution over the nine images of two pixels with three levels, and its exact denoiser.
struct NineImages: Denoiser {
    static let levels: [Double] = [-1, 0, 1]
    static let probabilities: [Double] = [0.3, 0.05, 0.02, 0.08, 0.1, 0.15, 0.01, 0.04, 0.25]
    static let entropy = -probabilities.reduce(0) { $0 + $1 * log($1) }
    static let images: [[Double]] = levels.flatMap { a in levels.map { b in [a, b] } }

    /// The pixels, or their sum and difference.
    let space: ComponentSpace
    private let clean: [[Double]]
    let componentCount = 2
    let embeddingWidth = 0

    init(isRotated: Bool, scale: [Float]) throws {
        let shape = SampleShape.image(height: 1, width: 2, channels: 1)
        var registry = Registry()
        try BuiltInBases.register(in: &registry)
        let factory = try registry.factory(.basis, named: isRotated ? "dct" : "pixel")
        let basis = try factory.make(
            try factory.descriptor.schema.resolve([:], at: "basis"),
            BasisContext(shape: shape, fitting: [0, 0], registry: registry))
        let flat = Self.images.flatMap { $0.map(Float.init) }
        let unscaled = try ComponentSpace(basis: basis, mean: [0.1, -0.2], scale: scale, variances: [1, 1])
        let components = try unscaled.components(of: flat).map(Double.init)
        clean = (0..<9).map { Array(components[2 * $0..<2 * $0 + 2]) }
        var variances = [0.0, 0.0]
        for (image, probability) in zip(clean, Self.probabilities) {
            for i in 0..<2 { variances[i] += probability * image[i] * image[i] }
        }
        space = try ComponentSpace(basis: basis, mean: [0.1, -0.2], scale: scale, variances: variances)
    }

    /// ε̂ = E(ε | z): the posterior over the nine images.
    func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        for row in 0..<noised.count / 2 {
            let state = states[row]
            let misses = clean.map { image in
                (0..<2).map { (Double(noised[2 * row + $0]) - state.alpha[$0] * image[$0]) / state.sigma[$0] }
            }
            let exponents = zip(misses, Self.probabilities).map { miss, probability in
                log(probability) - 0.5 * (miss[0] * miss[0] + miss[1] * miss[1])
            }
            let largest = exponents.max() ?? 0
            let weights = exponents.map { exp($0 - largest) }
            let total = weights.reduce(0, +)
            for i in 0..<2 {
                noise[2 * row + i] = Float(zip(weights, misses).reduce(0) { $0 + $1.0 * $1.1[i] } / total)
            }
        }
    }
}

@Suite("Discrete decoder")
struct DiscreteDecoderTests {
    /// The bound's mean over the distribution, exactly over images and by times and noise within each, and its standard error.
    private func bound(
        _ model: NineImages, gamma: [ClosedRange<Double>], part: LikelihoodPart? = nil, looks: Int = 40
    ) throws -> (mean: Double, error: Double) {
        var problem = LikelihoodProblem(
            denoiser: model, schedule: LinearPaths(ranges: gamma), space: model.space,
            data: (0..<looks).flatMap { _ in NineImages.images.flatMap { $0.map(Float.init) } }, binWidth: 1)
        problem.dequantisation = .discrete
        problem.part = part
        let report = try DiffusionBound(times: 1024).measure(problem)
        var (mean, variance) = (0.0, 0.0)
        for (image, probability) in NineImages.probabilities.enumerated() {
            let nats = LikelihoodReport.Estimate(stride(from: image, to: 9 * looks, by: 9).map { report.nats[$0] })
            mean += probability * nats.value
            variance += probability * probability * nats.error * nats.error
        }
        return (mean, variance.squareRoot())
    }

    @Test(
        "With the exact denoiser and clean ends the bound is the entropy, in any basis, with any scales and paths",
        arguments: [
            (false, [1, 1], [-6.0...8, -6...8]), (true, [1, 1], [-6.0...8, -6...8]),
            (true, [2, 0.5], [-8.0...6, -5...10]), (false, [0.7, 1.3], [-5.0...8, -7...7]),
        ] as [(Bool, [Float], [ClosedRange<Double>])])
    func entropy(isRotated: Bool, scale: [Float], gamma: [ClosedRange<Double>]) throws {
        let (mean, error) = try bound(try NineImages(isRotated: isRotated, scale: scale), gamma: gamma)
        print("rotated \(isRotated), scale \(scale): bound \(mean) ± \(error), entropy \(NineImages.entropy), seed 0")
        #expect(error < 0.03)
        #expect(abs(mean - NineImages.entropy) < 4 * error + 2e-3)
    }

    @Test("Of a part it is the entropy of a pixel, alone and given the other; pixels that are torn apart are refused")
    func parts() throws {
        let model = try NineImages(isRotated: false, scale: [0.7, 1.3])
        let gamma = [-7.0...9, -7...9]
        let first = (0..<3).map { level in NineImages.probabilities[3 * level..<3 * level + 3].reduce(0, +) }
        let marginal = -first.reduce(0) { $0 + $1 * log($1) }
        let parts = [
            (try LikelihoodPart(given: [false, false], absent: [false, true]), marginal),
            (try LikelihoodPart(given: [true, false], absent: [false, false]), NineImages.entropy - marginal),
        ]
        for (part, entropy) in parts {
            let (mean, error) = try bound(model, gamma: gamma, part: part)
            print("part \(part.pins): bound \(mean) ± \(error), entropy \(entropy), seed 0")
            #expect(error < 0.03)
            #expect(abs(mean - entropy) < 4 * error + 4e-3)
        }
        #expect {
            try bound(try NineImages(isRotated: true, scale: [1, 1]), gamma: gamma, part: parts[0].0)
        } throws: {
            "\($0)".contains("whole pixels: number 0 of a sample depends on measured components and on others")
        }
    }

    @Test("Where noise is left at t = 0 it stays a bound, and grows with the noise")
    func noisyEnds() throws {
        let model = try NineImages(isRotated: true, scale: [1, 1])
        var last = NineImages.entropy
        for start in [-2.5, -1, 0.5] {
            let (mean, error) = try bound(model, gamma: [start...9, start - 0.5...9])
            #expect(mean > last + 4 * error, "γ(0) = \(start): \(mean) ± \(error)")
            last = mean
        }
    }

    @Test("A pixel's term: limits, and a sum over a fine grid")
    func expectation() {
        // Noise far above the range of the levels says nothing; far below their distance, everything.
        #expect(abs(DiscreteDecoder.expectation(ratio: 1e-6, below: 6, above: 10) - log(17)) < 1e-4)
        #expect(DiscreteDecoder.expectation(ratio: 20, below: 6, above: 10) < 1e-12)
        // Two levels: E log(1 + exp(d n − d²/2)).
        for ratio in [0.3, 1.0, 2.5, 6.0] {
            let (count, reach) = (200_000, 12.0)
            let step = 2 * reach / Double(count)
            let direct =
                (0..<count).reduce(0.0) { sum, index in
                    let noise = -reach + step * (Double(index) + 0.5)
                    return sum + step * exp(-0.5 * noise * noise) * log1p(exp(ratio * noise - 0.5 * ratio * ratio))
                } / (2 * Double.pi).squareRoot()
            #expect(abs(DiscreteDecoder.expectation(ratio: ratio, below: 0, above: 1) - direct) < 1e-7, "d = \(ratio)")
            #expect(abs(DiscreteDecoder.expectation(ratio: ratio, below: 1, above: 0) - direct) < 1e-7, "d = \(ratio)")
        }
    }

    @Test("It is for quantised data and for the bound")
    func refused() throws {
        let model = try NineImages(isRotated: false, scale: [1, 1])
        let schedule = LinearPaths(ranges: [-9...9, -9...9])
        var problem = LikelihoodProblem(denoiser: model, schedule: schedule, space: model.space, data: [0, 1])
        problem.dequantisation = .discrete
        #expect {
            try DiffusionBound().measure(problem)
        } throws: {
            "\($0)".contains("--dequantisation discrete is for quantised data")
        }
    }
}

/// γ_i runs linearly through a range of its own.
struct LinearPaths: NoiseSchedule {
    let ranges: [ClosedRange<Double>]
    var componentCount: Int { ranges.count }

    func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
        for (index, range) in ranges.enumerated() {
            gamma[index] = range.lowerBound + time * (range.upperBound - range.lowerBound)
        }
    }

    func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
        for (index, range) in ranges.enumerated() { rate[index] = range.upperBound - range.lowerBound }
    }
}
