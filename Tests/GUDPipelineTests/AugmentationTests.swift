import GUDCore
import GUDData
import GUDTraining
import Testing

@testable import GUDPipeline

@Suite("Augmentation")
struct AugmentationTests {
    private let shape = SampleShape.image(height: 2, width: 3, channels: 1)
    /// Two images of five levels, no two pixels of one image alike in a row.
    private let images: [Float] = [-1, -0.5, 0, 0.5, 1, -1, 1, 0, -1, 0.5, -0.5, 1]

    private func dataset(levels: Int? = 5) throws -> Dataset {
        try Dataset(
            name: "tiny", shape: shape, levels: levels, training: LabelledSamples(values: images, dimension: 6),
            test: .empty(dimension: 6))
    }

    /// The data at each of some steps, in the pixel basis around a mean of zero.
    private func seen(_ options: AugmentationOptions, steps: ClosedRange<Int>, samples: [Int]) throws -> [[Float]] {
        let dataset = try dataset()
        let registry = try Registry.builtIn()
        let basis = try registry.factory(.basis, named: "pixel").make(
            try registry.factory(.basis, named: "pixel").descriptor.schema.resolve([:], at: "basis"),
            BasisContext(shape: shape, fitting: images, registry: registry))
        let space = try ComponentSpace(
            basis: basis, mean: [Float](repeating: 0, count: 6), scale: [Float](repeating: 1, count: 6),
            variances: [Double](repeating: 1, count: 6))
        let source = try Augmentation(options, for: dataset, seed: 3).trainingSamples(dataset.training, in: space)
        return try steps.map { try source.components(TrainingSamples.Draw(step: $0, samples: samples)) }
    }

    @Test("Without options, data are what they are")
    func none() throws {
        #expect(
            try seen(AugmentationOptions(), steps: 1...2, samples: [1, 0]) == [
                Array(images[6...] + images[..<6]), Array(images[6...] + images[..<6]),
            ])
    }

    @Test("Dequantised numbers fill their bins uniformly, anew at every step, and round to where they came from")
    func dequantises() throws {
        let options = AugmentationOptions(dequantises: true)
        let rows = try seen(options, steps: 1...2000, samples: [0, 1])
        var (sum, squares, count) = (0.0, 0.0, 0.0)
        for row in rows {
            #expect(try dataset().quantised(row) == images)
            for (value, level) in zip(row, images) {
                let offset = Double(value - level)
                #expect(abs(offset) <= 0.25)
                sum += offset
                squares += offset * offset
                count += 1
            }
        }
        // A uniform number of width w has variance w²/12, and its square a variance of w⁴/180.
        let (width, mean, variance) = (0.5, sum / count, squares / count)
        #expect(abs(mean) < 4 * width / (12 * count).squareRoot(), "seed 3")
        #expect(abs(variance - width * width / 12) < 4 * width * width / (180 * count).squareRoot(), "seed 3")
        #expect(rows[0] != rows[1])
        #expect(try seen(options, steps: 2...2, samples: [0, 1])[0] == rows[1], "a step can be repeated")
    }

    @Test("Half of the images are mirrored, and nothing else happens to them")
    func flips() throws {
        let rows = try seen(AugmentationOptions(flips: true), steps: 1...400, samples: [0])
        let mirrored: [Float] = [0, -0.5, -1, -1, 1, 0.5]
        let count = rows.count { $0 == mirrored }
        #expect(rows.allSatisfy { $0 == mirrored || $0 == Array(images[..<6]) })
        #expect(abs(count - 200) < 40, "seed 3: \(count) of 400")
    }

    @Test("Shifted images come from all offsets alike, with the edge repeated")
    func shifts() throws {
        let rows = try seen(AugmentationOptions(shift: 1), steps: 1...900, samples: [0])
        var expected: [[Float]: Int] = [:]
        for down in -1...1 {
            for right in -1...1 {
                let moved = (0..<6).map { place in
                    images[min(max(place / 3 - down, 0), 1) * 3 + min(max(place % 3 - right, 0), 2)]
                }
                expected[moved, default: 0] += 100
            }
        }
        var found: [[Float]: Int] = [:]
        for row in rows { found[row, default: 0] += 1 }
        #expect(Set(found.keys) == Set(expected.keys))
        for (image, count) in found { #expect(abs(count - (expected[image] ?? 0)) < 60, "seed 3") }
    }

    @Test("What makes no sense for the data is refused with its key")
    func refused() throws {
        let continuous = try dataset(levels: nil)
        #expect {
            try Augmentation(AugmentationOptions(dequantises: true), for: continuous, seed: 0)
        } throws: {
            "\($0)".contains("training.dequantise") && "\($0)".contains("'tiny', whose numbers are not quantised")
        }
        let points = try Dataset(
            name: "points", shape: .vector(2), training: LabelledSamples(values: [0, 1], dimension: 2),
            test: .empty(dimension: 2))
        #expect {
            try Augmentation(AugmentationOptions(shift: 2), for: points, seed: 0)
        } throws: {
            "\($0)".contains("training.shift") && "\($0)".contains("vectors")
        }
    }

    @Test("A pipeline is fitted to dequantised data: a constant pixel has the variance of a bin")
    func fit() throws {
        let registry = try Registry.builtIn()
        let configuration = try Configuration(
            yaml: "data: digits\ndenoiser: gaussian\ntraining: {dequantise: true}\n", registry: registry)
        let dataset = try configuration.loadData(registry)
        let variances = try Pipeline.fit(configuration, to: dataset, registry: registry).space.variances
        let bin = 0.125 * 0.125 / 12
        // The first pixel of every digit is black.
        let error = bin * (4.0 / 5 / Double(dataset.training.count)).squareRoot()
        #expect(abs(variances[0] - bin) < 4 * error, "\(variances[0]), a bin's is \(bin)")
    }
}
