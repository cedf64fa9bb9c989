import Foundation
import GUDCore
import GUDTraining
import TestSupport
import Testing

@Suite(
    "Networks against PyTorch",
    .enabled(if: NeuralFixture.hasEngine && PythonReference.isAvailable, "run 'make setup'"))
struct NetworkOracleTests {
    @Test("Output and input gradient equal those of the same network in PyTorch", arguments: [(8, 1), (12, 3)])
    func unet(size: Int, channels: Int) throws {
        try compare(
            "unet", NeuralFixture.tiny, form: "1,2", with: .image(height: size, width: size, channels: channels))
    }

    @Test("So do those of the convolutional network", arguments: [(7, 9, 1), (4, 6, 3)])
    func convnet(height: Int, width: Int, channels: Int) throws {
        try compare(
            "convnet", ["channels": .integer(8), "depth": .integer(2)], form: "depth=2",
            with: .image(height: height, width: width, channels: channels))
    }

    /// Compares a denoiser of eight channels with its twin.
    private func compare(
        _ name: String, _ parameters: [String: ParameterValue], form: String, with shape: SampleShape
    ) throws {
        let space = try NeuralFixture.space("pixel", shape)
        let state = NeuralFixture.shaken(try NeuralFixture.denoiser(name, parameters, in: space).state)
        let denoiser = try NeuralFixture.denoiser(name, parameters, in: space, state: state)

        let directory = try TemporaryDirectory()
        var arrays = StateArrays()
        arrays.merge(state, under: "denoiser")
        try Safetensors(arrays: arrays, metadata: [:]).write(to: directory.file("weights.safetensors"))

        // White data: z is what the network sees, and the residual comes back scaled by α.
        let count = 3
        let batch = try NeuralFixture.batch(space, count: count, seed: 5)
        let cotangent = CounterNoise(seed: 6, purpose: .checking).normals(samples: 0..<count, count: space.dimension)
        var (noise, products) = (batch.noise, batch.noise)
        do {
            var noiseSpan = noise.mutableSpan
            var productSpan = products.mutableSpan
            try denoiser.pullBack(
                cotangent.span, through: batch.noised.span, states: batch.states, embeddings: nil, noise: &noiseSpan,
                into: &productSpan)
        }
        var networkCotangent = cotangent
        for place in networkCotangent.indices {
            networkCotangent[place] *= Float(batch.states[place / space.dimension].alpha[0])
        }
        let levels = (0..<count).map { Float(1000 * batch.states[$0].time) }
        try NumpyArray.write(batch.noised, axes: [count] + shape.axes, to: directory.file("x.npy"))
        try NumpyArray.write(levels, axes: [count], to: directory.file("t.npy"))
        try NumpyArray.write(networkCotangent, axes: [count] + shape.axes, to: directory.file("g.npy"))
        _ = try PythonReference.run(
            "network_oracle.py",
            ["weights.safetensors", "x.npy", "t.npy", "g.npy"].map(directory.file) + [directory.path, "8", form])
        let output = try NumpyArray(contentsOf: directory.file("output.npy")).floats
        let gradient = try NumpyArray(contentsOf: directory.file("input_gradient.npy")).floats

        for place in noise.indices {
            let state = batch.states[place / space.dimension]
            let (alpha, sigma) = (Float(state.alpha[0]), Float(state.sigma[0]))
            #expect(abs(noise[place] - (sigma * batch.noised[place] + alpha * output[place])) < 2e-5)
            #expect(abs(products[place] - (sigma * cotangent[place] + gradient[place])) < 5e-5)
        }

        // All rows of the Jacobian of ε̂ at once: σ on the diagonal, and α times the network's.
        let dimension = space.dimension
        let jacobian = try NumpyArray(contentsOf: directory.file("jacobian.npy")).floats
        var rows = [Float](repeating: 0, count: dimension * count * dimension)
        for output in 0..<dimension {
            for sample in 0..<count { rows[(output * count + sample) * dimension + output] = 1 }
        }
        let all = try denoiser.pullBack(rows, directions: dimension, through: batch.noised, states: batch.states)
        #expect(zip(all.noise, noise).allSatisfy { abs($0 - $1) < 1e-5 })
        var worst: Float = 0
        for output in 0..<dimension {
            for sample in 0..<count {
                let (alpha, sigma) = (Float(batch.states[sample].alpha[0]), Float(batch.states[sample].sigma[0]))
                for input in 0..<dimension {
                    let expected =
                        alpha * jacobian[(sample * dimension + output) * dimension + input]
                        + (input == output ? sigma : 0)
                    let found = all.products[(output * count + sample) * dimension + input]
                    worst = max(worst, abs(found - expected))
                }
            }
        }
        #expect(worst < 2e-5)
    }
}
