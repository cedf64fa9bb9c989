import Testing

@testable import GUDReport

@Suite("Means over seeds")
struct SeedEstimateTests {
    @Test(
        "Quantiles of Student's t are scipy's",
        arguments: [
            (1, 12.70620), (2, 4.30265), (5, 2.57058), (10, 2.22814), (11, 2.20099), (20, 2.08596), (100, 1.98397),
        ])
    func quantiles(degrees: Int, value: Double) {
        // scipy.stats.t.ppf(0.975, degrees)
        #expect(abs(SeedEstimate.quantile(degrees: degrees) - value) < 2e-4)
    }

    @Test("A mean with its interval; one run has none, and none has no mean")
    func interval() throws {
        let estimate = try #require(SeedEstimate([1, 2, 4]))
        #expect(abs(estimate.mean - 7.0 / 3) < 1e-12)
        // s = √(7/3), so the half-width is 4.3027 · √(7/9).
        #expect(abs((estimate.halfWidth ?? 0) - 4.3027 * (7.0 / 9).squareRoot()) < 1e-3)
        #expect(try #require(SeedEstimate([3])).halfWidth == nil)
        #expect(SeedEstimate([]) == nil)
    }
}
