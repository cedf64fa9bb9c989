import Foundation
import GUDCore
import GUDData
import Testing

@Suite("Synthetic points")
struct ToyTests {
    static let seed: UInt64 = 20

    /// The mean and standard error of −ln p over 100,000 points.
    func estimate(_ name: String, _ logDensity: (Double, Double) -> Double) throws -> (mean: Double, error: Double) {
        print("seed \(Self.seed)")
        let set = try dataset(name, ["count": .integer(100_000)], seed: Self.seed)
        let values = (0..<set.training.count).map { index in
            let point = set.training[index]
            return -logDensity(Double(point[point.startIndex]), Double(point[point.startIndex + 1]))
        }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
        return (mean, (variance / Double(values.count)).squareRoot())
    }

    /// ∫∫ p and −∫∫ p ln p over [-6, 6]² by the midpoint rule.
    func quadrature(_ logDensity: (Double, Double) -> Double) -> (mass: Double, entropy: Double) {
        let (count, edge) = (1200, 6.0)
        let step = 2 * edge / Double(count)
        var (mass, entropy) = (0.0, 0.0)
        for row in 0..<count {
            for column in 0..<count {
                let value = logDensity(-edge + (Double(column) + 0.5) * step, -edge + (Double(row) + 0.5) * step)
                guard value > -.infinity else { continue }
                mass += exp(value) * step * step
                entropy -= exp(value) * value * step * step
            }
        }
        return (mass, entropy)
    }

    @Test("The checkerboard's negative log-likelihood is ln 32 at every point")
    func checkerboard() throws {
        let found = try estimate("checkerboard", Checkerboard.logDensity)
        #expect(abs(found.mean - 3.4657359) < 1e-6 && found.error < 1e-9)
        let exact = quadrature(Checkerboard.logDensity)
        #expect(abs(exact.mass - 1) < 1e-9 && abs(exact.entropy - log(32)) < 1e-9)
        #expect(Checkerboard.logDensity(-3, -3) == -log(32) && Checkerboard.logDensity(-1, -3) == -.infinity)
        #expect(Checkerboard.logDensity(4.1, 0) == -.infinity)
    }

    @Test("All eight squares of the checkerboard are visited alike")
    func squares() throws {
        let set = try dataset("checkerboard", ["count": .integer(80_000)], seed: Self.seed)
        var counts: [Int: Int] = [:]
        for index in 0..<set.training.count {
            let cell = set.training[index].map { Int(($0 + 4) / 2) }
            counts[cell[0] * 4 + cell[1], default: 0] += 1
        }
        #expect(counts.count == 8)
        // Binomial deviation √(80,000 · ⅛ · ⅞) = 94; five of them.
        #expect(counts.values.allSatisfy { abs($0 - 10_000) < 470 })
    }

    @Test("The eight Gaussians' negative log-likelihood is 2.8313 ± 0.0007")
    func eightGaussians() throws {
        let exact = quadrature(EightGaussians.logDensity)
        #expect(abs(exact.mass - 1) < 1e-9)
        #expect(abs(exact.entropy - EightGaussians.negativeLogLikelihood) < 1e-8)
        #expect(abs(EightGaussians.negativeLogLikelihood - 2.8313) < 0.0007)
        let found = try estimate("8gaussians", EightGaussians.logDensity)
        #expect(abs(found.mean - EightGaussians.negativeLogLikelihood) < 4 * found.error)
        #expect(EightGaussians.logDensity(1000, 1000).isFinite)
    }

    @Test("The moons lie on their arcs, within the noise")
    func moons() throws {
        let set = try dataset("moons", ["count": .integer(20_000)], seed: Self.seed)
        var squares = 0.0
        for index in 0..<set.training.count {
            let (x, y) = (Double(set.training.values[2 * index]), Double(set.training.values[2 * index + 1]))
            // Circles of radius 2 about (−1, −0.2) and (1, 0.8).
            let centre = set.training.labels?[index] == 0 ? (-1.0, -0.2) : (1.0, 0.8)
            let distance = hypot(x - centre.0, y - centre.1) - 2
            squares += distance * distance
        }
        // Along the radius the deviation is 2 · 0.1.
        #expect(abs((squares / 20_000).squareRoot() - 0.2) < 0.005)
        #expect(set.classCount == 2)
    }

    @Test(
        "A point depends on the seed and its index, not on how many there are",
        arguments: ["checkerboard", "8gaussians", "moons"])
    func independence(name: String) throws {
        let few = try dataset(name, ["count": .integer(10), "testCount": .integer(5)], seed: Self.seed)
        let many = try dataset(name, ["count": .integer(20)], seed: Self.seed)
        let other = try dataset(name, ["count": .integer(10)], seed: Self.seed + 1)
        #expect(many.training.prefix(10) == few.training)
        #expect(many.test.prefix(5) == few.test)
        #expect(few.training.values != other.training.values)
        #expect(few.training.prefix(5).values != few.test.values)
        #expect(few.shape == .vector(2) && few.levels == nil && many.test.count == 2000)
    }
}
