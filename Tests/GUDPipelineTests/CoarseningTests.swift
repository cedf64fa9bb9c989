import Foundation
import GUDCore
import GUDPipeline
import Testing

@Suite("Smaller images as observations of larger ones")
struct CoarseningTests {
    private static let shape = SampleShape.image(height: 8, width: 12, channels: 3)

    @Test("An image satisfies the observation that its own small image is", arguments: Coarsening.allCases, [2, 4])
    func consistent(kind: Coarsening, factor: Int) throws {
        let image = CounterNoise(seed: 9, purpose: .checking).normals(samples: 0..<2, count: Self.shape.dimension)
        let small = try kind.coarse(image, shape: Self.shape, factor: factor)
        #expect(try kind.coarseShape(of: Self.shape, factor: factor).dimension * 2 == small.count)
        let observation = try kind.observation(of: small, shape: Self.shape, factor: factor)
        guard case .weights(let weights) = observation.sensor else { return }
        let count = weights.count / Self.shape.dimension
        #expect(observation.values.count == 2 * count)
        // Every number of the small image counts.
        #expect(2 * count == small.count)
        for row in 0..<2 {
            for line in 0..<count {
                let sum = (0..<Self.shape.dimension).reduce(0.0) {
                    $0 + Double(weights[line * Self.shape.dimension + $1])
                        * Double(image[row * Self.shape.dimension + $1])
                }
                #expect(abs(sum - Double(observation.values[row * count + line])) < 1e-5)
            }
        }
    }

    @Test("A wave that both grids resolve is the same wave on the small one; a finer one is gone")
    func waves() throws {
        func picture(_ height: Int, _ width: Int, _ wave: (Double, Double) -> Double) -> [Float] {
            (0..<height * width).map {
                Float(wave((Double($0 / width) + 0.5) / Double(height), (Double($0 % width) + 0.5) / Double(width)))
            }
        }
        let shape = SampleShape.image(height: 16, width: 16, channels: 1)
        let coarse = { (y: Double, x: Double) in 0.3 + cos(2 * .pi * y) * sin(2 * .pi * (3 * x + 0.1)) }
        let fine = { (y: Double, x: Double) in coarse(y, x) + 0.5 * cos(2 * .pi * 6 * x) }
        let small = try Coarsening.fourier.coarse(picture(16, 16, fine), shape: shape, factor: 2)
        for (value, expected) in zip(small, picture(8, 8, coarse)) { #expect(abs(value - expected) < 1e-5) }
        // Two small pixels a period: the sine is seen at pixels' centres, the cosine is not.
        let highest = { (_: Double, x: Double) in 0.7 * sin(2 * .pi * 4 * x) + 0.4 * cos(2 * .pi * 4 * x) }
        let seen = { (_: Double, x: Double) in 0.7 * sin(2 * .pi * 4 * x) }
        let alternating = try Coarsening.fourier.coarse(picture(16, 16, highest), shape: shape, factor: 2)
        for (value, expected) in zip(alternating, picture(8, 8, seen)) { #expect(abs(value - expected) < 1e-5) }
        let blocks = try Coarsening.haar.coarse(
            (0..<16).map(Float.init), shape: .image(height: 4, width: 4, channels: 1), factor: 2)
        #expect(blocks == [2.5, 4.5, 10.5, 12.5])
    }

    @Test("What cannot be made larger is refused")
    func refusals() {
        #expect(throws: CoarseningError.factor(3, height: 8, width: 12)) {
            try Coarsening.haar.coarseShape(of: Self.shape, factor: 3)
        }
        #expect(throws: CoarseningError.notAnImage(.vector(4))) {
            try Coarsening.haar.coarseShape(of: .vector(4), factor: 2)
        }
        #expect(throws: CoarseningError.size(5, expected: 72, height: 4, width: 6)) {
            try Coarsening.haar.observation(of: [0, 0, 0, 0, 0], shape: Self.shape, factor: 2)
        }
    }
}
