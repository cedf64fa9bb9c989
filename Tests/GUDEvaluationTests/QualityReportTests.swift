import Foundation
import GUDEvaluation
import Testing

struct QualityReportTests {
    private let report = QualityReport(
        reference: "test images", referenceCount: 297, dimension: 64,
        recipe: QualityRecipe(projections: 256, projectionSeed: 1, subsetSeed: 2),
        rows: [
            QualityReport.Row(
                name: "real", count: 1500, frechet: 1.35421, slicedWasserstein: 0.0551,
                nearestNeighbourAccuracy: 0.4912),
            QualityReport.Row(
                name: "full Gaussian", count: 300, frechet: 26.6, slicedWasserstein: 0.2, nearestNeighbourAccuracy: 1),
        ])

    @Test("The table names its recipe and aligns its columns")
    func table() {
        #expect(
            report.description == """
                against test images: 297 samples of 64 scalars
                Fréchet: Gaussian moments in Double; sliced W2: 256 directions, seed 1; 1-NN: equal counts, seed 2 \
                (0.5 is indistinguishable)

                samples        count  Fréchet  sliced W2  1-NN accuracy
                real            1500   1.3542     0.0551          0.491
                full Gaussian    300  26.6000     0.2000          1.000
                """)
    }

    @Test("A report survives JSON")
    func json() throws {
        #expect(try JSONDecoder().decode(QualityReport.self, from: report.json()) == report)
    }

    @Test("A report measures every candidate with the same recipe")
    func measures() throws {
        let values = (0..<60).map { Float(($0 * 37) % 61) / 61 }
        let (a, b) = (try Samples(values, dimension: 2), try Samples(values.map { 1 - $0 * $0 }, dimension: 2))
        let recipe = QualityRecipe(projections: 16, projectionSeed: 5, subsetSeed: 6)
        let report = try QualityReport(of: [("a", a), ("b", b)], against: b, named: "b", recipe: recipe)
        #expect(report.rows.map(\.name) == ["a", "b"])
        #expect(report.rows[0].frechet == (try frechetDistance(a, b)))
        #expect(
            report.rows[0].slicedWasserstein == (try slicedWassersteinDistance(a, b, projections: 16, seed: 5)))
        #expect(report.rows[0].nearestNeighbourAccuracy == (try nearestNeighbourAccuracy(a, b, seed: 6)))
        #expect(report.rows[1].slicedWasserstein == 0)
        #expect(abs(report.rows[1].frechet) < 1e-12)
    }
}
