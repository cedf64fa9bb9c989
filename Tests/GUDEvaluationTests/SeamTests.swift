import Foundation
import GUDCore
import Testing

@testable import GUDEvaluation

/// Differences across seams, against the closed forms of a stationary process.
@Suite("Seams of strips")
struct SeamTests {
    private let process = ColumnProcess(height: 4, rho: 0.8)
    private let seams = [8, 12, 16, 20]

    @Test("A stationary process has the closed-form differences everywhere, and no seam")
    func stationary() throws {
        let strips = try #require(process.draw(200, width: 24, seed: 31))
        let data = try #require(process.draw(500, width: 8, seed: 32))
        let found = try SeamStatistics(of: strips, seams: seams, data: data)
        #expect(found.seamCount == 4 && found.stripCount == 200)
        // Differences are normal with variance 2 (1 − ρ).
        let variance = 2 * (1 - 0.8)
        let expected = [(2 * variance / .pi).squareRoot(), variance, 0.8]
        for ((name, comparison), value) in zip(found.comparisons, expected) {
            for estimate in [comparison.seams, comparison.inside, try #require(comparison.data)] {
                #expect(
                    abs(estimate.value - value) < 4 * estimate.standardError, "seeds 31, 32: \(name) \(estimate)")
            }
            #expect(abs(comparison.difference.significance) < 4, "seed 31: \(name) \(comparison.difference)")
        }
    }

    @Test("A jump where windows meet is found, by its own size")
    func jump() throws {
        let strips = try #require(process.draw(200, width: 24, seed: 33))
        // Lines after a seam lose their memory: each window is multiplied by another sign.
        let torn = try #require(strips.mapped { line, value in (line / 4).isMultiple(of: 2) ? value : -value })
        let found = try SeamStatistics(of: torn, seams: [4, 8, 12, 16, 20])
        // Across a change of sign differences have variance 2 (1 + ρ), and the correlation is −ρ.
        #expect(abs(found.squaredDifference.seams.value - 3.6) < 4 * found.squaredDifference.seams.standardError)
        #expect(abs(found.correlation.seams.value + 0.8) < 4 * found.correlation.seams.standardError)
        #expect(found.comparisons.allSatisfy { abs($0.comparison.difference.significance) > 20 }, "seed 33")

        // A small step at every seam, a quarter of a standard deviation, adds its square.
        let stepped = try #require(strips.mapped { line, value in value + 0.25 * Float(line / 4 % 2) })
        let small = try SeamStatistics(of: stepped, seams: [4, 8, 12, 16, 20]).squaredDifference
        #expect(abs(small.difference.value - 0.0625) < 4 * small.difference.standardError)
        #expect(small.difference.significance > 3, "seed 33: \(small.difference)")
    }

    @Test("Standard errors are the spread over independent draws")
    func calibration() throws {
        var values: [[Double]] = [[], [], []]
        var errors: [[Double]] = [[], [], []]
        for draw in 0..<150 {
            let strips = try #require(process.draw(30, width: 24, seed: 1000 + UInt64(draw)))
            for (index, named) in try SeamStatistics(of: strips, seams: seams).comparisons.enumerated() {
                values[index].append(named.comparison.difference.value)
                errors[index].append(named.comparison.difference.standardError)
            }
        }
        for (values, errors) in zip(values, errors) {
            let draws = Draws(values)
            // A spread of 150 draws is known to 6 %.
            let ratio = rootMeanSquare(errors) / draws.spread
            #expect(ratio > 0.8 && ratio < 1.25, "seeds 1000 to 1149: \(ratio)")
            #expect(abs(draws.mean) < 4 * draws.error)
        }
    }

    @Test("What cannot be measured is refused")
    func refused() throws {
        let strips = try #require(process.draw(2, width: 6, seed: 1))
        let one = strips.selecting([0])
        #expect(throws: EvaluationError.tooFew(1, needed: 2, measure: "the comparison of seams")) {
            try SeamStatistics(of: one, seams: [3])
        }
        #expect(throws: EvaluationError.tooFew(0, needed: 1, measure: "the comparison of seams (seams)")) {
            try SeamStatistics(of: strips, seams: [0, 6, 99])
        }
        #expect(throws: EvaluationError.tooFew(0, needed: 1, measure: "the comparison of seams (pairs inside windows)"))
        {
            try SeamStatistics(of: strips, seams: [1, 2, 3, 4, 5])
        }
        let other = try #require(ColumnProcess(height: 3, rho: 0.5).draw(4, width: 6, seed: 2))
        #expect(throws: EvaluationError.dimensions(4, 3)) {
            try SeamStatistics(of: strips, seams: [3], data: other)
        }
        let broken = try #require(strips.mapped { line, value in line == 2 ? .nan : value })
        #expect(throws: EvaluationError.notFinite(sample: 0, value: "nan")) {
            try SeamStatistics(of: broken, seams: [3])
        }
    }
}
