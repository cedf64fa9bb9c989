import GUDCore
import GUDNeural
import TestSupport
import Testing

@Suite("What neural denoisers refuse", .enabled(if: NeuralFixture.hasEngine, "run 'make setup'"))
struct NeuralErrorTests {
    private func message(
        _ name: String, _ shape: SampleShape, _ parameters: [String: ParameterValue] = [:], device: String = "cpu",
        state: StateArrays? = nil
    ) -> String {
        do {
            _ = try NeuralFixture.denoiser(
                name, parameters, in: NeuralFixture.space("pixel", shape), state: state, device: device)
            return "no error"
        } catch { return "\(error)" }
    }

    @Test("An image that cannot be halved so often")
    func size() {
        #expect(
            message(
                "unet", .image(height: 6, width: 10, channels: 1),
                ["multipliers": .list([1, 2, 2].map { .integer($0) })])
                == "denoiser 'unet' with 3 multipliers halves images 2 times, so height and width must be multiples of 4; "
                + "these are 6×10: use at most 2 multipliers")
        let many = message(
            "unet", .image(height: 8, width: 8, channels: 1),
            ["multipliers": .list([ParameterValue](repeating: .integer(1), count: 70))])
        #expect(many.contains("must be multiples of 2^69"), "\(many)")
    }

    @Test("Vectors for the U-Net, images for the perceptron")
    func kind() {
        #expect(
            message("unet", .vector(2))
                == "denoiser 'unet' takes images, but the samples are vectors of 2; use 'mlp'")
        #expect(
            message("mlp", .image(height: 8, width: 8, channels: 1))
                == "denoiser 'mlp' takes vectors, but the samples are images of 8×8×1; use 'unet'")
    }

    @Test("Attention at a resolution that is not there")
    func attention() {
        #expect(
            message("unet", .image(height: 8, width: 8, channels: 1), ["attention": .list([.integer(2)])])
                == "denoiser.attention: 2 is not a resolution; there are 2, counted from 0")
    }

    @Test("A device that is not there")
    func device() throws {
        let found = message("unet", .image(height: 8, width: 8, channels: 1), device: "tpu")
        #expect(found.hasPrefix("there is no device 'tpu' here; available: cpu"))
    }

    @Test("A state of another network")
    func state() throws {
        let small = try NeuralFixture.denoiser(
            "unet", NeuralFixture.tiny, in: NeuralFixture.space("pixel", .image(height: 8, width: 8, channels: 1)))
        #expect(
            message("unet", .image(height: 8, width: 8, channels: 1), state: try small.state)
                == "the checkpoint does not fit the configuration: it has 'time.0.weight' of shape [32, 8], the network "
                + "calls for [128, 32]")
    }

    @Test("Embeddings for an unconditional network")
    func embedding() throws {
        let space = try NeuralFixture.space("pixel", .image(height: 8, width: 8, channels: 1))
        let denoiser = try NeuralFixture.denoiser("unet", NeuralFixture.tiny, in: space)
        let batch = try NeuralFixture.batch(space, count: 1, seed: 0)
        #expect(throws: DenoiserError.embeddingWidth(3, expected: 0)) {
            try denoiser.predictNoise(
                in: batch.noised, states: batch.states, embeddings: Embeddings(width: 3, values: [0, 0, 1]))
        }
    }
}
