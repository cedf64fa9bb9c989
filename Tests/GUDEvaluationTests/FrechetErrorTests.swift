import Foundation
import GUDCore
import Testing

@testable import GUDEvaluation

/// The Fréchet distance where samples are few, and its standard error.
struct FrechetErrorTests {
    private func normals(_ count: Int, dimension: Int, seed: UInt64) throws -> Samples {
        try Samples(
            CounterNoise(seed: seed, purpose: .checking).normals(samples: 0..<count, count: dimension),
            dimension: dimension)
    }

    @Test("Fewer samples than scalars: the value of numpy's eigenvalues, by inner products")
    func singular() throws {
        let (c, d) = (ReferenceSets.first(rows: 12, columns: 16), ReferenceSets.second(rows: 20, columns: 16))
        let distance = try frechetDistance(Samples(c, dimension: 16), Samples(d, dimension: 16))
        #expect(abs(distance - 130.31103600949262) < 1e-4)
    }

    @Test("Inner products and covariances give the same number")
    func twoWays() throws {
        let (a, b) = (try normals(90, dimension: 7, seed: 1), try normals(50, dimension: 7, seed: 2))
        // Either way leaves roots of rounding errors, about 1e-8 each, where a matrix has more rows than rank.
        let direct = try frechetDistance(GaussianMoments(of: a), GaussianMoments(of: b))
        #expect(abs(try frechetDistanceByInnerProducts(a, b) - direct) < 1e-6)
        #expect(abs(try frechetDistanceByInnerProducts(b, a) - direct) < 1e-6)
    }

    @Test("The standard error is the spread over independent draws")
    func standardError() throws {
        let draws = 150
        print("seeds 10000 ..< 10300")
        var (values, errors): ([Double], [Double]) = ([], [])
        for draw in 0..<draws {
            let a = try normals(120, dimension: 2, seed: UInt64(10_000 + 2 * draw))
            let b = try Samples(
                normals(80, dimension: 2, seed: UInt64(10_001 + 2 * draw)).values.map { 1.5 * $0 + 0.5 }, dimension: 2)
            values.append(try frechetDistance(a, b))
            errors.append(
                try #require(
                    try jackknifeError(a, b) { (a, b) throws(EvaluationError) in try frechetDistance(a, b) }))
        }
        let ratio = rootMeanSquare(errors) / Draws(values).spread
        print("standard error over spread: \(ratio)")
        #expect(ratio > 0.8 && ratio < 1.3, "\(ratio)")
    }

    @Test("Below twenty samples a side there is no standard error, and the others stay")
    func few() throws {
        let measures = try QualityRecipe(projections: 8).measures(
            of: normals(19, dimension: 2, seed: 3), against: normals(40, dimension: 2, seed: 4))
        #expect(measures.map(\.name) == Measure.Name.allCases)
        #expect(measures.map { $0.standardError != nil } == [false, false, false, true])
    }
}
