import ConformanceCheckers
import Foundation
import GUDCore
import GUDNeural
import TestSupport
import Testing

@Suite("Neural denoisers", .enabled(if: NeuralFixture.hasEngine, "run 'make setup'"))
struct NeuralDenoiserTests {
    static let image = SampleShape.image(height: 8, width: 8, channels: 1)

    @Test("An untrained network is exactly the Gaussian fit", arguments: ["pixel", "dct", "haar", "fourier"])
    func untrainedIsGaussian(basis: String) throws {
        let variances = (0..<64).map { $0 == 5 ? 0 : 2 / Double($0 + 1) }
        let space = try NeuralFixture.space(basis, Self.image, variances: variances)
        let denoiser = try NeuralFixture.denoiser("unet", NeuralFixture.tiny, in: space)
        let batch = try NeuralFixture.batch(space, count: 4, seed: 1)
        let noise = try denoiser.predictNoise(in: batch.noised, states: batch.states)
        for row in 0..<4 {
            let state = batch.states[row]
            for index in 0..<64 {
                let marginal = state.marginalVariance(index, clean: variances[index])
                let exact = state.sigma[index] * Double(batch.noised[row * 64 + index]) / marginal
                #expect(abs(Double(noise[row * 64 + index]) - exact) < 1e-5 * max(1, abs(exact)))
            }
        }
    }

    @Test("Pulled-back cotangents agree with finite differences", arguments: ["time", "map", "tokens"])
    func pullBackAgreesWithDifferences(conditioning: String) throws {
        let space = try NeuralFixture.space("dct", Self.image, variances: (0..<64).map { 1.5 / Double($0 + 1) })
        var parameters = NeuralFixture.tiny
        parameters["conditioning"] = .string(conditioning)
        let state = NeuralFixture.shaken(try NeuralFixture.denoiser("unet", parameters, in: space).state)
        let denoiser = try NeuralFixture.denoiser("unet", parameters, in: space, state: state)
        let batch = try NeuralFixture.batch(space, count: 2, seed: 2)
        let direction = CounterNoise(seed: 3, purpose: .checking).normals(samples: 0..<2, count: 64)
        let cotangent = CounterNoise(seed: 4, purpose: .checking).normals(samples: 0..<2, count: 64)
        var (noise, products) = (batch.noise, batch.noise)
        do {
            var noiseSpan = noise.mutableSpan
            var productSpan = products.mutableSpan
            try denoiser.pullBack(
                cotangent.span, through: batch.noised.span, states: batch.states, embeddings: nil, noise: &noiseSpan,
                into: &productSpan)
        }
        #expect(try denoiser.predictNoise(in: batch.noised, states: batch.states) == noise)
        let step: Float = 1e-2
        func moved(_ sign: Float) throws -> [Float] {
            try denoiser.predictNoise(
                in: zip(batch.noised, direction).map { $0 + sign * step * $1 }, states: batch.states)
        }
        let (plus, minus) = (try moved(1), try moved(-1))
        var (difference, product) = (0.0, 0.0)
        for place in plus.indices {
            difference += Double(cotangent[place]) * Double(plus[place] - minus[place]) / Double(2 * step)
            product += Double(products[place]) * Double(direction[place])
        }
        #expect(abs(difference - product) < 2e-3 * max(1, abs(product)))
    }

    @Test("The laws of denoisers hold, several cotangents among them", arguments: ["time", "map", "tokens"])
    func lawsHold(conditioning: String) throws {
        let space = try NeuralFixture.space("dct", Self.image, variances: (0..<64).map { 1.5 / Double($0 + 1) })
        var parameters = NeuralFixture.tiny
        parameters["conditioning"] = .string(conditioning)
        let state = NeuralFixture.shaken(try NeuralFixture.denoiser("unet", parameters, in: space).state)
        let denoiser = try NeuralFixture.denoiser("unet", parameters, in: space, state: state)
        let findings = DenoiserLaws(denoiser, batchTolerance: 2e-5).findings()
        #expect(findings.contains { $0.law == "several cotangents give what each gives alone" })
        for finding in findings { #expect(finding.passed, "\(finding)") }
    }

    @Test("Products of a batch that threads share are those of its samples in small batches")
    func blocksOfSamples() throws {
        let space = try NeuralFixture.space("dct", Self.image)
        var parameters = NeuralFixture.tiny
        parameters["conditioning"] = .string("map")
        let state = NeuralFixture.shaken(
            try NeuralFixture.denoiser("unet", parameters, in: space, embeddingWidth: 3).state)
        let denoiser = try NeuralFixture.denoiser("unet", parameters, in: space, state: state, embeddingWidth: 3)
        let (count, directions, width) = (37, 3, 64)
        let batch = try NeuralFixture.batch(space, count: count, seed: 12)
        let source = CounterNoise(seed: 13, purpose: .checking)
        let cotangents = source.normals(samples: 0..<directions * count, count: width)
        let conditions = source.normals(samples: 0..<count, count: 3, step: 1)
        let whole = try denoiser.pullBack(
            cotangents, directions: directions, through: batch.noised, states: batch.states,
            embeddings: Embeddings(width: 3, values: conditions))
        for row in [0, 17, 18, 36] {
            func part(_ values: [Float], _ direction: Int) -> [Float] {
                Array(values[(direction * count + row) * width..<(direction * count + row + 1) * width])
            }
            let single = try denoiser.pullBack(
                (0..<directions).flatMap { part(cotangents, $0) }, directions: directions,
                through: part(batch.noised, 0), states: .shared(batch.states[row]),
                embeddings: Embeddings(width: 3, values: Array(conditions[3 * row..<3 * row + 3])))
            #expect(zip(single.noise, part(whole.noise, 0)).allSatisfy { abs($0 - $1) < 1e-5 })
            for direction in 0..<directions {
                let found = part(whole.products, direction)
                let expected = single.products[direction * width..<(direction + 1) * width]
                #expect(zip(expected, found).allSatisfy { abs($0 - $1) < 2e-5 })
            }
        }
    }

    @Test("Training lowers the loss on data that are not Gaussian, and is repeatable bit for bit")
    func trainingLearnsAndRepeats() throws {
        let space = try NeuralFixture.space("pixel", Self.image)
        func losses() throws -> [Double] {
            let denoiser = try NeuralFixture.denoiser("unet", NeuralFixture.tiny, in: space)
            try denoiser.beginTraining(OptimiserOptions())
            return try (0..<60).map { step in
                try denoiser.trainingStep(
                    Self.signs(space, step: step), learningRate: 3e-3, randomSeed: UInt64(step)
                ).loss
            }
        }
        let first = try losses()
        let (early, late) = (first.prefix(5).reduce(0, +) / 5, first.suffix(5).reduce(0, +) / 5)
        #expect(late < 0.75 * early, "loss \(early) to \(late)")
        #expect(try losses() == first)
    }

    @Test("A run that is broken off and resumed has the same weights, bit for bit")
    func resumesBitForBit() throws {
        let space = try NeuralFixture.space("pixel", Self.image)
        var parameters = NeuralFixture.tiny
        parameters["dropout"] = .number(0.2)
        func train(_ steps: Range<Int>, from state: StateArrays?) throws -> StateArrays {
            let denoiser = try NeuralFixture.denoiser("unet", parameters, in: space, state: state)
            try denoiser.beginTraining(OptimiserOptions())
            for step in steps {
                _ = try denoiser.trainingStep(
                    Self.signs(space, step: step), learningRate: 1e-3, randomSeed: UInt64(step))
            }
            return try denoiser.state
        }
        let whole = try train(0..<8, from: nil)
        let parts = try train(3..<8, from: try train(0..<3, from: nil))
        #expect(whole.entries == parts.entries)
    }

    @Test("A step whose loss is not finite is reported and changes nothing")
    func ignoresBrokenSteps() throws {
        let space = try NeuralFixture.space("pixel", Self.image)
        let denoiser = try NeuralFixture.denoiser("unet", NeuralFixture.tiny, in: space)
        try denoiser.beginTraining(OptimiserOptions())
        var batch = try Self.signs(space, step: 0)
        let before = try denoiser.state
        batch.noised[3] = .nan
        #expect(try denoiser.trainingStep(batch, learningRate: 1e-3, randomSeed: 0).loss.isNaN)
        #expect(try denoiser.state.entries == before.entries)
    }

    @Test("A conditional network learns what its class says; a perceptron learns in the plane")
    func learnsConditions() throws {
        let space = try NeuralFixture.space("pixel", .vector(2), variances: [1, 1])
        let denoiser = try NeuralFixture.denoiser(
            "mlp", ["width": .integer(32), "depth": .integer(2)], in: space, embeddingWidth: 2)
        try denoiser.beginTraining(OptimiserOptions())
        // Class 0 lies at (1, 1), class 1 at (−1, −1): the class tells everything.
        func batch(_ step: Int) throws -> NoisedBatch {
            var batch = try NeuralFixture.batch(space, count: 64, seed: UInt64(step))
            var embedding: [Float] = []
            for row in 0..<64 {
                let state = batch.states[row]
                for index in 0..<2 {
                    let place = row * 2 + index
                    batch.noised[place] =
                        Float(state.alpha[index]) * (row % 2 == 0 ? 1 : -1)
                        + Float(state.sigma[index]) * batch.noise[place]
                }
                embedding += row % 2 == 0 ? [1, 0] : [0, 1]
            }
            batch.embeddings = Embeddings(width: 2, values: embedding)
            return batch
        }
        var last = 0.0
        for step in 0..<300 {
            last = try denoiser.trainingStep(batch(step), learningRate: 1e-2, randomSeed: 0).loss
        }
        #expect(last < 0.1, "loss \(last)")
    }

    /// Noised ±1 in the direction of one image: white enough for the anchor, far from Gaussian.
    static func signs(_ space: ComponentSpace, step: Int) throws -> NoisedBatch {
        var batch = try NeuralFixture.batch(space, count: 16, seed: UInt64(step))
        let noise = CounterNoise(seed: 11, purpose: .checking)
        for row in 0..<16 {
            let sign: Float = noise.uniform(sample: row, step: step) < 0.5 ? -1 : 1
            let state = batch.states[row]
            for index in 0..<space.componentCount {
                let place = row * space.componentCount + index
                batch.noised[place] =
                    Float(state.alpha[index]) * sign + Float(state.sigma[index]) * batch.noise[place]
            }
        }
        return batch
    }
}
