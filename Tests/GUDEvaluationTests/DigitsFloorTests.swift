import Foundation
import GUDCore
import GUDEvaluation
import Testing

/// The published floors of the bundled digits: what real images score against other real images.
struct DigitsFloorTests {
    /// The 1,797 images, scaled to [−1, 1].
    private static func digits() throws -> Samples {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../Sources")
        let path = sources.appendingPathComponent("GUDData/Resources/digits/images.npy").standardizedFileURL.path
        return try Samples(NumpyArray(contentsOf: path).floats.map { $0 / 8 - 1 }, dimension: 64)
    }

    @Test("Fréchet distance on pixels of the first 1,500 images to the last 297 is 1.35")
    func frechet() throws {
        let digits = try Self.digits()
        let (train, test) = (digits.selecting(Array(0..<1500)), digits.selecting(Array(1500..<1797)))
        let distance = try frechetDistance(train, test)
        // numpy, float64, covariances over N − 1. The digits have rank 61 of 64: roots of rounding errors are left.
        #expect(abs(distance - 1.3542172415389686) < 1e-7)
    }

    @Test("Seeded random splits: sliced Wasserstein 0.055 ± 0.003, 1-nearest-neighbour accuracy 0.49")
    func randomSplits() throws {
        let digits = try Self.digits()
        let seeds = UInt64(0)..<40
        print("seeds \(seeds)")
        var (distances, accuracies): ([Double], [Double]) = ([], [])
        for seed in seeds {
            let noise = CounterNoise(seed: seed, purpose: .splitting)
            let keys = (0..<digits.count).map { noise.uniform(sample: $0) }
            let order = keys.indices.sorted { keys[$0] < keys[$1] }
            let (train, test) = (
                digits.selecting(Array(order.prefix(1500))), digits.selecting(Array(order.dropFirst(1500)))
            )
            distances.append(try slicedWassersteinDistance(train, test, projections: 256, seed: seed))
            accuracies.append(try nearestNeighbourAccuracy(train, test, seed: seed &+ 1))
        }
        let distance = distances.reduce(0, +) / 40
        let accuracy = accuracies.reduce(0, +) / 40
        print("sliced Wasserstein \(distance), 1-NN accuracy \(accuracy), means of \(seeds.count) splits")
        #expect(abs(distance - 0.055) < 0.003)
        #expect(distances.allSatisfy { abs($0 - 0.055) < 0.015 })
        #expect(abs(accuracy - 0.49) < 0.03)
    }
}
