import Foundation
import GUDBases
import GUDCore
import TestSupport
import Testing

@testable import GUDNeural

/// What networks are told about the noising state, and what comes of it.
@Suite("Conditioning on γ", .enabled(if: NeuralFixture.hasEngine, "run 'make setup'"))
struct NoiseConditioningTests {
    static let image = SampleShape.image(height: 4, width: 4, channels: 1)

    @Test("Groups are neighbours: squares of pixels, frequencies, levels, or variances")
    func groups() throws {
        #expect(
            ComponentGroups(try NeuralFixture.space("pixel", Self.image), count: 4).members
                == [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]])
        let space = try NeuralFixture.space("dct", Self.image)
        let frequencies = try #require(space.basis.labels(.frequency))
        let groups = ComponentGroups(space, count: 5)
        #expect(groups.members.map(\.count) == [3, 3, 3, 3, 4])
        #expect(groups.members.joined().sorted() == Array(0..<16))
        for (low, high) in zip(groups.members, groups.members.dropFirst()) {
            #expect(try #require(low.map { frequencies[$0] }.max()) <= #require(high.map { frequencies[$0] }.min()))
        }
        let levels = try #require(try NeuralFixture.space("haar", Self.image).basis.labels(.level))
        let haar = ComponentGroups(try NeuralFixture.space("haar", Self.image), count: 16).members.map { levels[$0[0]] }
        #expect(haar == haar.sorted())
        let vector = try ComponentSpace(
            basis: Truncated(), mean: [0, 0, 0, 0], scale: [1, 1, 1], variances: [1, 3, 2])
        #expect(ComponentGroups(vector, count: 32).members == [[1], [2], [0]])
        let moments = groups.moments((0..<16).map { Double($0) })
        #expect(moments[0].mean == groups.members[0].reduce(0) { $0 + Double($1) } / 3)
    }

    @Test(
        "The same seed and configuration say the same of γ, whatever the batch", arguments: NoiseConditioning.allCases)
    func encoding(conditioning: NoiseConditioning) throws {
        let space = try NeuralFixture.space("pixel", Self.image)
        let encoding = try NoiseEncoding(conditioning, tokens: 3, space: space)
        let states = (0..<2).map { row in
            NoisingState(
                time: 0.25, gamma: (0..<16).map { row == 0 ? -100 : Double($0) },
                gammaRate: .init(repeating: 1, count: 16))
        }
        let both = encoding.rows(.perSample(states), count: 2)
        let shared = encoding.rows(.shared(states[1]), count: 3)
        #expect(shared.levels == [Float](repeating: both.levels[1], count: 3))
        switch conditioning {
        case .time: #expect(both.levels == [250, 250] && both.map == nil && both.groups == nil)
        case .map:
            #expect(both.levels == [0, 25 * 27.5] && both.groups == nil)
            #expect(both.map == [Float](repeating: -2, count: 16) + (0..<16).map { Float($0) / 10 })
        case .tokens:
            #expect(both.levels == [0, 25 * 27.5] && both.map == nil)
            #expect(both.groups?.count == 2 * 3 * 3)
            #expect(both.groups?.prefix(9) == [0, -2, 0, 0, -2, 0, 0, -2, 0])
            // The first group is the first five pixels along the Z: 0, 1, 4, 5, 2.
            #expect(both.groups?[9] == Float(25 * (20 + 12.0 / 5)))
        }
    }

    @Test("A truncated basis has tokens, and no map")
    func truncated() throws {
        let space = try ComponentSpace(
            basis: Truncated(), mean: [0, 0, 0, 0], scale: [1, 1, 1], variances: [1, 1, 1])
        let denoiser = try NeuralFixture.denoiser("mlp", ["conditioning": .string("tokens")], in: space)
        #expect((denoiser as? any ComponentAwareDenoiser)?.knowsEveryGamma == true)
        let state = NoisingState(time: 0.5, gamma: [0, -30, 5], gammaRate: [1, 0, 0])
        #expect(try denoiser.predictNoise(in: [1, 2, 3], states: .shared(state)).allSatisfy(\.isFinite))
        let message = #expect(throws: DenoiserError.self) {
            _ = try NeuralFixture.denoiser("mlp", ["conditioning": .string("map")], in: space)
        }
        #expect(
            message?.description
                == "denoiser.conditioning: 'map' lays γ out like the samples, but the basis keeps 3 of 4 components; use "
                + "'tokens', 'time', or a complete basis")
        let timed = try NeuralFixture.denoiser("mlp", [:], in: space) as? any ComponentAwareDenoiser
        #expect(timed?.knowsEveryGamma == false)
    }

    @Test("A network that is told, and trained with parts given, fills in what the given part decides")
    func fillsIn() throws {
        let space = try NeuralFixture.space("pixel", .vector(2), variances: [1, 1])
        /// Both numbers are the same sign: half of the samples have the first one given, and the second at some γ.
        func batch(_ step: Int, _ share: Double) -> NoisedBatch {
            let noise = CounterNoise(seed: 31, purpose: .checking)
            let count = 64
            let added = CounterNoise(seed: 32, purpose: .checking).normals(samples: 0..<count, count: 2, step: step)
            var (noised, states, excluded) = (added, [NoisingState](), [Bool]())
            for row in 0..<count {
                let gamma = -6 + 10 * noise.uniform(sample: row, step: step)
                let isGiven = noise.uniform(sample: row, step: step, component: 1) < share
                let sign: Float = noise.uniform(sample: row, step: step, component: 2) < 0.5 ? -1 : 1
                let state = NoisingState(
                    time: (gamma + 6) / 10, gamma: [isGiven ? -6 : gamma, gamma], gammaRate: [isGiven ? 0 : 10, 10])
                for index in 0..<2 {
                    let place = 2 * row + index
                    noised[place] = Float(state.alpha[index]) * sign + Float(state.sigma[index]) * added[place]
                }
                states.append(state)
                excluded += [isGiven, false]
            }
            return NoisedBatch(
                noised: noised, noise: added, states: .perSample(states), embeddings: nil, excluded: excluded)
        }
        for conditioning in ["map", "tokens"] {
            let denoiser = try NeuralFixture.denoiser(
                "mlp", ["width": .integer(32), "depth": .integer(2), "conditioning": .string(conditioning)], in: space)
            try denoiser.beginTraining(OptimiserOptions())
            for step in 0..<350 {
                _ = try denoiser.trainingStep(batch(step, 0.5), learningRate: 1e-2, randomSeed: 0)
            }
            var loss = 0.0
            for step in 350..<370 {
                loss += try denoiser.trainingStep(batch(step, 1), learningRate: 0, randomSeed: 0).loss / 20
            }
            #expect(loss < 0.1, "seeds 31, 32, \(conditioning): \(loss)")
            // The same numbers, z = (1, 0), mean something else by what the network is told of the first: clean, it decides the sign
            // of the second; as noisy as that, E[s | z] = tanh(Σ α z / σ²).
            let noisy = NoisingState(time: 0.8, gamma: [2, 2], gammaRate: [10, 10])
            let given = NoisingState(time: 0.8, gamma: [-6, 2], gammaRate: [0, 10])
            for (state, exact) in [(given, 1), (noisy, tanh(noisy.alpha[0] / NoisingState.sigmoid(2)))] {
                let noise = try denoiser.predictNoise(in: [1, 0], states: .shared(state))
                let clean = -state.sigma[1] * Double(noise[1]) / state.alpha[1]
                #expect(abs(clean - exact) < 0.3, "seeds 31, 32, \(conditioning): \(clean), exactly \(exact)")
            }
        }
    }

    @Test("A batch in which nothing counts, or whose list is too short, is reported and changes nothing")
    func excluded() throws {
        let space = try NeuralFixture.space("pixel", .vector(2), variances: [1, 1])
        let denoiser = try NeuralFixture.denoiser("mlp", ["width": .integer(16)], in: space)
        try denoiser.beginTraining(OptimiserOptions())
        var batch = try NeuralFixture.batch(space, count: 3, seed: 1)
        let before = try denoiser.state
        batch.excluded = .init(repeating: true, count: 6)
        #expect(try denoiser.trainingStep(batch, learningRate: 1e-2, randomSeed: 0).loss.isNaN)
        batch.excluded = [true]
        #expect(throws: DenoiserError.count(1, expected: 6, what: "the list of excluded components")) {
            try denoiser.trainingStep(batch, learningRate: 1e-2, randomSeed: 0)
        }
        #expect(try denoiser.state.entries == before.entries)
    }
}

/// The first three numbers of four.
private struct Truncated: Basis {
    let shape = SampleShape.vector(4)
    let componentCount = 3
    func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        let count = try batchCount(source: samples.count, rowsOf: 4, destination: coefficients.count, rowsOf: 3)
        for row in 0..<count { for index in 0..<3 { coefficients[3 * row + index] = samples[4 * row + index] } }
    }
    func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        let count = try batchCount(source: coefficients.count, rowsOf: 3, destination: samples.count, rowsOf: 4)
        for row in 0..<count {
            for index in 0..<4 { samples[4 * row + index] = index < 3 ? coefficients[3 * row + index] : 0 }
        }
    }
    func labels(_ order: NaturalOrder) -> [Double]? { nil }
}
