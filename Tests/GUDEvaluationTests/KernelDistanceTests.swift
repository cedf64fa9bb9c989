import Foundation
import GUDCore
import Testing

@testable import GUDEvaluation

/// The kernel distance against a double sum in Python (`Tests/Reference/quality.py`) and against closed forms.
struct KernelDistanceTests {
    private func normals(_ count: Int, mean: Double, deviation: Double, seed: UInt64) throws -> Samples {
        let values = CounterNoise(seed: seed, purpose: .checking).normals(samples: 0..<count, count: 1)
        return try Samples(values.map { Float(mean + deviation * Double($0)) }, dimension: 1)
    }

    @Test("Value and standard error agree with plain loops over pairs")
    func reference() throws {
        let distance = try kernelDistance(
            Samples(ReferenceSets.a, dimension: 3), Samples(ReferenceSets.b, dimension: 3))
        #expect(abs(distance.value - 0.6703924188011019) < 1e-6)
        #expect(abs((distance.standardError ?? .nan) - 0.06750262251470916) < 1e-6)
    }

    @Test("For Gaussians its mean is the squared difference of three moments, and its error the spread of draws")
    func gaussians() throws {
        // k = (xy + 1)³ = 1 + 3xy + 3x²y² + x³y³, so MMD² = 3 (Δm₁)² + 3 (Δm₂)² + (Δm₃)² with the raw moments.
        let (m, s, n, t) = (0.3, 0.8, -0.2, 1.1)
        let moments = { (m: Double, s: Double) in (m, m * m + s * s, m * m * m + 3 * m * s * s) }
        let (p, q) = (moments(m, s), moments(n, t))
        let exact = 3 * pow(p.0 - q.0, 2) + 3 * pow(p.1 - q.1, 2) + pow(p.2 - q.2, 2)
        let (draws, count) = (200, 150)
        print("seeds 0 ..< \(2 * draws)")
        var (values, errors): ([Double], [Double]) = ([], [])
        for draw in 0..<draws {
            let distance = try kernelDistance(
                normals(count, mean: m, deviation: s, seed: UInt64(2 * draw)),
                normals(count, mean: n, deviation: t, seed: UInt64(2 * draw + 1)))
            values.append(distance.value)
            errors.append(try #require(distance.standardError))
        }
        let found = Draws(values)
        #expect(abs(found.mean - exact) < 4 * found.error)
        // The jackknife is known to lean to the large side.
        let ratio = rootMeanSquare(errors) / found.spread
        print("standard error over spread: \(ratio)")
        #expect(ratio > 0.85 && ratio < 1.4, "\(ratio)")
    }

    @Test("Of one distribution it is 0 in the mean, also below zero: there is no bias")
    func unbiased() throws {
        print("seeds 1000 ..< 1600")
        var values: [Double] = []
        for draw in 0..<300 {
            let a = try normals(20, mean: 0, deviation: 1, seed: UInt64(1000 + 2 * draw))
            let b = try normals(15, mean: 0, deviation: 1, seed: UInt64(1001 + 2 * draw))
            values.append(try kernelDistance(a, b).value)
        }
        let found = Draws(values)
        #expect(abs(found.mean) < 4 * found.error)
        #expect(values.contains { $0 < 0 })
    }

    @Test("Too few samples are an error, and below 20 a side there is no standard error")
    func few() throws {
        let (one, many) = (try Samples([1], dimension: 1), try Samples((0..<19).map(Float.init), dimension: 1))
        #expect(throws: EvaluationError.tooFew(1, needed: 2, measure: "the kernel distance")) {
            try kernelDistance(one, many)
        }
        #expect(try kernelDistance(many, many).standardError == nil)
    }
}
