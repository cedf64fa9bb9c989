import Foundation
import GUDCore
import Testing

/// The distribution of the normals, against the closed forms of N(0, 1) within five standard errors.
@Suite struct NormalDistributionTests {
    private static let seed: UInt64 = 20_240_607

    /// Sums over draws: the first four powers, and how many lie beyond 1 … 5σ.
    private struct Tally {
        var count = 0.0
        var powers = [0.0, 0.0, 0.0, 0.0]
        var beyond = [0.0, 0.0, 0.0, 0.0, 0.0]

        mutating func add(_ value: Double) {
            let square = value * value
            count += 1
            powers[0] += value
            powers[1] += square
            powers[2] += square * value
            powers[3] += square * square
            var level = 1.0
            while value.magnitude > level, level <= 5 {
                beyond[Int(level) - 1] += 1
                level += 1
            }
        }
    }

    @Test("fifty million normals have the moments and tails of N(0, 1)") func momentsAndTails() {
        let noise = CounterNoise(seed: Self.seed, purpose: .checking)
        let (rows, width) = (50, 1_000_000)
        var tally = Tally()
        var values = [Float](repeating: 0, count: width)
        for row in 0..<rows {
            var span = values.mutableSpan
            noise.fillNormals(&span, sample: row)
            values.withUnsafeBufferPointer { for value in $0 { tally.add(Double(value)) } }
        }
        let n = tally.count
        #expect(n == 5e7)
        // Even moments 1, 3, 15, 105 of N(0, 1) give the variances of the sums of powers.
        let expected = [(0.0, 1.0), (1.0, 2.0), (0.0, 15.0), (3.0, 96.0)]
        for (power, (mean, variance)) in expected.enumerated() {
            let deviation = (tally.powers[power] / n - mean) / (variance / n).squareRoot()
            print("seed \(Self.seed): moment \(power + 1) deviates by \(deviation) standard errors")
            #expect(deviation.magnitude < 5)
        }
        for level in 1...5 {
            let p = erfc(Double(level) / 2.0.squareRoot())
            let deviation = (tally.beyond[level - 1] / n - p) / (p * (1 - p) / n).squareRoot()
            print("seed \(Self.seed): beyond \(level)σ deviates by \(deviation) standard errors")
            #expect(deviation.magnitude < 5)
        }
    }

    @Test("the parts of N(0, 1) between its percentiles are equally full") func percentiles() {
        let noise = CounterNoise(seed: Self.seed, purpose: .checking)
        let bins = 100
        var counts = [Double](repeating: 0, count: bins)
        let n = 2_000_000
        for value in noise.normals(samples: 0..<n / 1000, count: 1000) {
            let quantile = 0.5 * erfc(-Double(value) / 2.0.squareRoot())
            counts[min(bins - 1, Int(quantile * Double(bins)))] += 1
        }
        let expected = Double(n) / Double(bins)
        let chiSquare = counts.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
        print("seed \(Self.seed): χ² = \(chiSquare) for \(bins - 1) degrees of freedom")
        #expect((chiSquare - 99).magnitude < 5 * (2 * 99.0).squareRoot())
    }

    @Test("normals are finite and never all from one half of a Box–Muller pair") func pairs() {
        let noise = CounterNoise(seed: Self.seed, purpose: .checking)
        let values = noise.normals(samples: 0..<1000, count: 1000)
        var (product, squares) = (0.0, 0.0)
        for index in stride(from: 0, to: values.count, by: 2) {
            let (a, b) = (Double(values[index]), Double(values[index + 1]))
            product += a * b
            squares += (a * a - 1) * (b * b - 1)
        }
        let n = Double(values.count / 2)
        let allFinite = values.allSatisfy(\.isFinite)
        #expect(allFinite)
        #expect((product / n.squareRoot()).magnitude < 5)
        #expect((squares / (4 * n).squareRoot()).magnitude < 5)
    }
}
