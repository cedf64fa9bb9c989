import Foundation
import GUDCore
import Testing

@testable import GUDEvaluation

/// The measures against closed forms, and against the numpy and scipy values of `Tests/Reference/quality.py`.
struct SampleQualityTests {
    private static let (a, b) = (ReferenceSets.a, ReferenceSets.b)

    private func normals(_ count: Int, dimension: Int, seed: UInt64) -> [Float] {
        CounterNoise(seed: seed, purpose: .synthesis).normals(samples: 0..<count, count: dimension)
    }

    @Test("Fréchet distance agrees with scipy's matrix square root")
    func frechetReference() throws {
        let distance = try frechetDistance(Samples(Self.a, dimension: 3), Samples(Self.b, dimension: 3))
        // The two sines may differ in their last bit, and so may the Floats made of them.
        #expect(abs(distance - 1.4399144453234065) < 1e-7)
    }

    @Test("Fréchet distance of Gaussians with known moments, by the closed form of two dimensions")
    func frechetClosedForm() throws {
        // tr (A B)^½ = √(tr AB + 2 √det AB) for 2×2 matrices.
        let a = GaussianMoments(mean: [1, 2], covariance: [2, 0.6, 0.6, 1])
        let b = GaussianMoments(mean: [0, -1], covariance: [0.5, -0.3, -0.3, 3])
        let traceOfProduct: Double = 2 * 0.5 - 2 * 0.6 * 0.3 + 1 * 3
        let determinants: Double = (2 * 1 - 0.6 * 0.6) * (0.5 * 3 - 0.3 * 0.3)
        let overlap = (traceOfProduct + 2 * determinants.squareRoot()).squareRoot()
        #expect(abs(try frechetDistance(a, b) - (10 + 6.5 - 2 * overlap)) < 1e-12)
        #expect(abs(try frechetDistance(b, a) - (10 + 6.5 - 2 * overlap)) < 1e-12)
    }

    @Test("Fréchet distance where covariances are singular: a line against a line across it")
    func frechetSingular() throws {
        let a = GaussianMoments(mean: [0, 0], covariance: [4, 0, 0, 0])
        let b = GaussianMoments(mean: [0, 3], covariance: [0, 0, 0, 1])
        #expect(abs(try frechetDistance(a, b) - 14) < 1e-12)
        #expect(abs(try frechetDistance(a, a)) < 1e-12)
    }

    @Test("Sliced Wasserstein distance in one dimension is the exact distance, at unequal counts")
    func slicedOneDimension() throws {
        let expected = [0.05250079844421181, 0.1136535123587483, 0.33827930701616765]
        for column in 0..<3 {
            let a = try Samples((0..<40).map { Self.a[$0 * 3 + column] }, dimension: 1)
            let b = try Samples((0..<60).map { Self.b[$0 * 3 + column] }, dimension: 1)
            let distance = try slicedWassersteinDistance(a, b, projections: 3, seed: 7)
            #expect(abs(distance * distance - expected[column]) < 1e-6)
            #expect(try slicedWassersteinDistance(b, a, projections: 3, seed: 7) == distance)
        }
    }

    @Test("Sliced Wasserstein distance of a shifted copy is the shift over √D, to the directions' standard error")
    func slicedShift() throws {
        let (dimension, projections, seed) = (5, 20_000, UInt64(11))
        print("seed \(seed)")
        let values = normals(50, dimension: dimension, seed: seed)
        let shift: [Float] = [1, -2, 0.5, 0, 3]
        let length = shift.reduce(0) { $0 + Double($1 * $1) }
        let moved = values.enumerated().map { $1 + shift[$0 % dimension] }
        let distance = try slicedWassersteinDistance(
            Samples(values, dimension: dimension), Samples(moved, dimension: dimension), projections: projections,
            seed: seed)
        // (θ·δ)² has mean |δ|²/D and variance |δ|⁴ (3/(D (D + 2)) − 1/D²).
        let deviation = length * (3.0 / 35 - 1.0 / 25).squareRoot() / Double(projections).squareRoot()
        #expect(abs(distance * distance - length / 5) < 4 * deviation)
    }

    @Test("1-nearest-neighbour accuracy agrees with scipy's k-d tree")
    func neighbourReference() throws {
        let accuracy = try nearestNeighbourAccuracy(
            Samples(Self.a, dimension: 3), Samples(Array(Self.b.prefix(120)), dimension: 3))
        #expect(accuracy == 0.975)
    }

    @Test("1-nearest-neighbour accuracy: 1 for separated sets, 0 for copies")
    func neighbourExtremes() throws {
        let values = normals(700, dimension: 4, seed: 3)
        let a = try Samples(values, dimension: 4)
        #expect(try nearestNeighbourAccuracy(a, Samples(values.map { $0 + 100 }, dimension: 4)) == 1)
        #expect(try nearestNeighbourAccuracy(a, Samples(values.map { $0 + 1e-3 }, dimension: 4)) == 0)
    }

    @Test("Sets that cannot be compared are refused with a reason")
    func errors() throws {
        let (two, three) = (try Samples([1, 2], dimension: 1), try Samples([1, 2, 3], dimension: 3))
        #expect(throws: EvaluationError.dimensions(1, 3)) { try frechetDistance(two, three) }
        #expect(throws: EvaluationError.projections(0)) { try slicedWassersteinDistance(two, two, projections: 0) }
        #expect(throws: EvaluationError.tooFew(1, needed: 2, measure: "the 1-nearest-neighbour accuracy")) {
            try nearestNeighbourAccuracy(three, three)
        }
        #expect(throws: EvaluationError.partialSample(count: 3, dimension: 2)) { try Samples([1, 2, 3], dimension: 2) }
        #expect(throws: EvaluationError.notFinite(sample: 1, value: "nan")) { try Samples([1, .nan], dimension: 1) }
        let messages: [(EvaluationError, String)] = [
            (.partialSample(count: 3, dimension: 2), "3 values are not a whole number of samples of 2"),
            (.notFinite(sample: 1, value: "nan"), "sample 1 holds nan; only finite numbers can be compared"),
            (
                .dimensions(1, 3),
                "samples of 1 scalars cannot be compared with samples of 3; bring both to one shape"
            ),
            (
                .tooFew(1, needed: 2, measure: "the Fréchet distance"),
                "the Fréchet distance needs 2 samples or more on each side, but one side has 1"
            ),
            (.projections(0), "0 projections were asked for; give 1 or more"),
            (.linearAlgebra("no"), "the covariances cannot be compared: no"),
        ]
        for (error, text) in messages { #expect(error.description == text) }
    }
}
