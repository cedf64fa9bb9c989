import Foundation
import GUDCore
import GUDTraining
import TestSupport
import Testing

@Suite(
    "Networks with tokens against PyTorch",
    .enabled(if: NeuralFixture.hasEngine && PythonReference.isAvailable, "run 'make setup'"))
struct TokenOracleTests {
    /// A network, and how the oracle makes the same one.
    struct Network: CustomTestStringConvertible {
        let name: String
        let shape: SampleShape
        let parameters: [String: ParameterValue]
        let oracle: [String]
        var testDescription: String { "\(name) on \(shape)" }
    }

    static let networks = [
        Network(
            name: "unet", shape: .image(height: 8, width: 8, channels: 1), parameters: NeuralFixture.tiny,
            oracle: ["unet", "8", "1,2"]),
        Network(
            name: "unet", shape: .image(height: 12, width: 12, channels: 3), parameters: NeuralFixture.tiny,
            oracle: ["unet", "8", "1,2"]),
        Network(
            name: "mlp", shape: .vector(5), parameters: ["width": .integer(16), "depth": .integer(2)],
            oracle: ["mlp", "16", "2"]),
    ]

    @Test("Output, pulled-back cotangents, loss and its gradient equal those of the same network", arguments: networks)
    func agreesWithPyTorch(network: Network) throws {
        let space = try NeuralFixture.space("pixel", network.shape)
        let (dimension, count) = (space.dimension, 3)
        var parameters = network.parameters
        parameters["conditioning"] = .string("tokens")
        parameters["tokens"] = .integer(7)
        let state = NeuralFixture.shaken(try NeuralFixture.denoiser(network.name, parameters, in: space).state)
        let denoiser = try NeuralFixture.denoiser(network.name, parameters, in: space, state: state)

        let directory = try TemporaryDirectory()
        var arrays = StateArrays()
        arrays.merge(state, under: "denoiser")
        try Safetensors(arrays: arrays, metadata: [:]).write(to: directory.file("weights.safetensors"))

        // White data at a γ of its own for each component: α² + σ² = 1, so that the network sees z, and each component's residual
        // comes back scaled by its α. To keep one scale per sample for the oracle, components share γ but for the last, which is held.
        var batch = try NeuralFixture.batch(space, count: count, seed: 5)
        let states = (0..<count).map { row -> NoisingState in
            var (gamma, rate) = (batch.states[row].gamma, batch.states[row].gammaRate)
            (gamma[dimension - 1], rate[dimension - 1]) = (-30, 0)
            return NoisingState(time: batch.states[row].time, gamma: gamma, gammaRate: rate)
        }
        batch.states = .perSample(states)
        batch.excluded = (0..<count * dimension).map { $0 % dimension == dimension - 1 }
        let cotangent = CounterNoise(seed: 6, purpose: .checking).normals(samples: 0..<count, count: dimension)
            .enumerated().map { $0.offset % dimension == dimension - 1 ? 0 : $0.element }
        let pulled = try denoiser.pullBack(cotangent, directions: 1, through: batch.noised, states: batch.states)

        let axes = [count] + network.shape.axes
        func alpha(_ place: Int) -> Float { Float(states[place / dimension].alpha[0]) }
        func sigma(_ place: Int) -> Float { Float(states[place / dimension].sigma[0]) }
        func write(_ name: String, _ values: [Float], _ axes: [Int]) throws {
            try NumpyArray.write(values, axes: axes, to: directory.file("\(name).npy"))
        }
        // The groups of a vector or an image in its own basis, worked out here: runs of equal length of the Z-order.
        let groups = Self.groups(network.shape, count: 7)
        var (levels, rows): ([Float], [Float]) = ([], [])
        for state in states {
            let gamma = state.gamma.map { min(max($0, -20), 20) }
            levels.append(Float(25 * (20 + gamma.reduce(0, +) / Double(dimension))))
            for group in groups {
                let mean = group.reduce(0) { $0 + gamma[$1] } / Double(group.count)
                let square = group.reduce(0) { $0 + (gamma[$1] - mean) * (gamma[$1] - mean) } / Double(group.count)
                rows += [Float(25 * (20 + mean)), Float(mean / 10), Float(square.squareRoot() / 10)]
            }
        }
        try write("x", batch.noised, axes)
        try write("t", levels, [count])
        try write("groups", rows, [count, groups.count, 3])
        try write("g", cotangent.indices.map { alpha($0) * cotangent[$0] }, axes)
        try write("noise", batch.noise, axes)
        try write("anchor", (0..<count).map { sigma($0 * dimension) }, [count, 1])
        try write("scale", (0..<count).map { alpha($0 * dimension) }, [count, 1])
        try write("counted", (batch.excluded ?? []).map { $0 ? 0 : 1 }, axes)
        _ = try PythonReference.run("token_oracle.py", [directory.path] + network.oracle)
        func read(_ name: String) throws -> [Float] { try NumpyArray(contentsOf: directory.file("\(name).npy")).floats }
        let (output, gradient, loss) = (try read("output"), try read("input_gradient"), try read("loss"))

        for place in batch.noise.indices where place % dimension != dimension - 1 {
            let exact = sigma(place) * batch.noised[place] + alpha(place) * output[place]
            #expect(abs(pulled.noise[place] - exact) < 2e-5)
            #expect(abs(pulled.products[place] - (sigma(place) * cotangent[place] + gradient[place])) < 5e-5)
        }
        try denoiser.beginTraining(OptimiserOptions())
        let report = try denoiser.trainingStep(batch, learningRate: 1e-3, randomSeed: 0)
        #expect(abs(report.loss - Double(loss[0])) < 1e-5 * Double(loss[0]))
        #expect(abs(report.gradientNorm - Double(loss[1])) < 1e-4 * Double(loss[1]))
    }

    private static func groups(_ shape: SampleShape, count: Int) -> [[Int]] {
        var order: [(key: Int, index: Int)] = []
        switch shape {
        case .vector(let dimension): order = (0..<dimension).map { ($0, $0) }
        case .image(let height, let width, let channels):
            for row in 0..<height {
                for column in 0..<width {
                    func spread(_ value: Int) -> Int { (0..<8).reduce(0) { $0 + (value >> $1 & 1) * (1 << (2 * $1)) } }
                    for channel in 0..<channels {
                        order.append((2 * spread(row) + spread(column), (row * width + column) * channels + channel))
                    }
                }
            }
        }
        let sorted = order.sorted { ($0.key, $0.index) < ($1.key, $1.index) }.map(\.index)
        let groups = min(count, sorted.count)
        return (0..<groups).map { group in
            Array(sorted[group * sorted.count / groups..<(group + 1) * sorted.count / groups])
        }
    }
}
