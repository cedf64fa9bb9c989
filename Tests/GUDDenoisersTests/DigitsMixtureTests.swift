import Foundation
import GUDBases
import GUDCore
import GUDDenoisers
import TestSupport
import Testing

/// The exact models on the bundled digits, against the published table of bits per dimension.
@Suite(.enabled(if: SharedData.isAvailable, "set GUD_SHARED")) struct DigitsMixtureTests {
    /// Dequantised digits, `(x + u)/17` per pixel, as 17 levels of width 1/17; first 1,500 to train, last 297 to test.
    private func digits() throws -> (train: [Float], test: [Float]) {
        let path = try #require(SharedData.file("data/digits/images.npy")).path
        let pixels = try NumpyArray(contentsOf: path).values
        let noise = CounterNoise(seed: 1, purpose: .augmentation)
        let values = pixels.enumerated().map { index, pixel in
            Float(pixel + noise.uniform(sample: index / 64, component: index % 64))
        }
        return (Array(values.prefix(1500 * 64)), Array(values.suffix(297 * 64)))
    }

    private func bitsPerDimension(
        _ name: String, _ given: [String: ParameterValue], _ train: [Float], _ test: [Float]
    ) throws -> Double {
        var registry = Registry()
        try BuiltInDenoisers.register(in: &registry)
        let space = try ComponentSpace(
            basis: PixelBasis(shape: .image(height: 8, width: 8, channels: 1)),
            mean: (0..<64).map { i in
                Float(stride(from: i, to: train.count, by: 64).reduce(0.0) { $0 + Double(train[$1]) } / 1500)
            }, scale: [Float](repeating: 1, count: 64), variances: [Double](repeating: 1, count: 64))
        let factory = try registry.factory(.denoiser, named: name)
        let denoiser = try #require(
            try factory.make(
                try factory.descriptor.schema.resolve(given, at: "denoiser"),
                DenoiserContext(space: space, fitting: try space.components(of: train))) as? any ExactDenoiser)
        let clean = NoisingState(
            time: 0, gamma: [Double](repeating: -200, count: 64), gammaRate: [Double](repeating: 0, count: 64))
        let densities = try denoiser.logDensities(
            of: try space.components(of: test).map(Double.init), states: .shared(clean))
        if let mixture = denoiser as? MixtureDenoiser { print(mixture.fitReport.joined(separator: "; ")) }
        // A level is 1 wide in these units: the density is per level already.
        return -densities.reduce(0, +) / Double(densities.count) / 64 / log(2)
    }

    @Test("full Gaussian 2.949 and ten Gaussians about 2.82 bits per dimension on the digits' test images")
    func figures() throws {
        let (train, test) = try digits()
        let gaussian = try bitsPerDimension("gaussian", [:], train, test)
        print("digits, full Gaussian: \(gaussian) bits/dim")
        #expect((gaussian - 2.949).magnitude < 0.02)
        let mixture = try bitsPerDimension("mixture", ["regularisation": .number(0.01)], train, test)
        print("digits, ten Gaussians: \(mixture) bits/dim")
        #expect((mixture - 2.822).magnitude < 0.05)
    }
}
