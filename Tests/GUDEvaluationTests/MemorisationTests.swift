import GUDCore
import Testing

@testable import GUDEvaluation

/// Nearness to training data, against scipy (`Tests/Reference/quality.py`) and planted copies.
struct MemorisationTests {
    private func normals(_ count: Int, seed: UInt64) -> [Float] {
        CounterNoise(seed: seed, purpose: .checking).normals(samples: 0..<count, count: 6)
    }

    @Test("The probability, its error, the ratio and the nearest pairs agree with scipy's Mann–Whitney and k-d tree")
    func reference() throws {
        let (a, b) = (ReferenceSets.a, ReferenceSets.b)
        let all = try Samples(b, dimension: 3)
        let found = try CopySearch(
            training: all.selecting(Array(stride(from: 0, to: 60, by: 2))),
            heldOut: all.selecting(Array(stride(from: 1, to: 60, by: 2)))
        ).memorisation(of: Samples(a.indices.map { b[$0] + 0.1 * a[$0] }, dimension: 3), pairCount: 3)
        #expect(abs(found.areaUnderCurve - 0.59) < 1e-9)
        #expect(abs(found.areaError - 0.0731173473126797) < 1e-9)
        #expect(abs((found.medianRatio ?? .nan) - 0.8071993857561105) < 1e-5)
        #expect(found.fractionBelowQuantile == 0.025 && found.copiedFraction == 0)
        #expect(found.nearest.map(\.sample) == [5, 20, 2] && found.nearest.map(\.training) == [23, 10, 16])
        #expect(abs(found.nearest[0].distance - 0.05747328) < 1e-6)
    }

    @Test("Copies planted among new samples are found, and named")
    func planted() throws {
        let training = try Samples(normals(200, seed: 1), dimension: 6)
        var values = normals(100, seed: 2)
        let planted = [3: 17, 50: 0, 99: 199]
        for (sample, copied) in planted {
            for place in 0..<6 { values[sample * 6 + place] = training.values[copied * 6 + place] }
        }
        let found = try CopySearch(training: training, heldOut: Samples(normals(150, seed: 3), dimension: 6))
            .memorisation(of: Samples(values, dimension: 6))
        #expect(found.copiedFraction == 0.03)
        let nearest = found.nearest.prefix(3)
        #expect(Dictionary(nearest.map { ($0.sample, $0.training) }) { $1 } == planted)
        #expect(nearest.allSatisfy { $0.distance == 0 })
        #expect(abs(found.areaUnderCurve - 0.5) < 0.2)
    }

    @Test("A model that repeats its training data has 1; new data of the same kind have 0.5")
    func extremes() throws {
        let training = try Samples(normals(300, seed: 4), dimension: 6)
        let heldOut = try Samples(normals(300, seed: 5), dimension: 6)
        let search = try CopySearch(training: training, heldOut: heldOut)
        let copied = try search.memorisation(of: training)
        #expect(copied.areaUnderCurve == 1 && copied.copiedFraction == 1 && copied.medianRatio == 0)
        let new = try search.memorisation(of: Samples(normals(300, seed: 6), dimension: 6))
        #expect(abs(new.areaUnderCurve - 0.5) < 4 * new.areaError)
    }
}
