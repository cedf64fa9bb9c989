import Foundation
import GUDEvaluation
import GUDPlot
import Testing

@testable import GUDReport

@Suite("Comparison pages")
struct ComparisonPageTests {
    private func run(
        _ name: String, _ settings: [String: String], bits: Double, seed: UInt64 = 0, count: Int = 100
    ) -> ComparedRun {
        let recipe = RunEvaluation.Recipe(
            data: "<digits> & \"more\"", shape: [2, 2, 1], levels: 17, reference: "held-out", referenceCount: 9,
            seed: seed,
            extractors: [.init(name: "pixels", hash: nil, featureCount: 4, summary: "the scalars")],
            measures: QualityRecipe())
        let entry = RunEvaluation.Entry(
            role: .model, name: "ddim, 5 steps", count: count,
            sampling: .init(
                sampler: "ddim", parameters: [:], steps: 5, evaluationsPerSample: 6, seconds: 0.5),
            scores: [
                .init(
                    extractor: "pixels",
                    measures: [Measure(name: .frechet, value: 10 * bits, standardError: 0.5)])
            ])
        let evaluation = RunEvaluation(
            run: name, step: 3, configuration: "basis: '<script>'\n", recipe: recipe, entries: [entry],
            likelihood: .init(
                method: "elbo", count: 9, bitsPerDimension: bits, standardError: 0.01, evaluationsPerSample: 64,
                seconds: 1, recipe: [:], order: "row",
                parts: [.init(label: 0, componentCount: 2, bits: 3, standardError: 0.1)]))
        return ComparedRun(
            name: name, evaluation: evaluation, settings: settings, losses: [(1, 0.9), (2, 0.8)],
            schedule: Figure(
                "γ", panels: [Plot(x: Axis("t"), y: Axis("γ"), marks: [.line(Line(x: [0, 1], y: [-5, 5]))])]))
    }

    @Test("Runs that differ in their seed alone are one group, named by what distinguishes it")
    func groups() throws {
        let groups = RunGroup.groups(of: [
            run("a", ["basis.name": "dct", "schedule.softness": ".inf", "seed": "0"], bits: 2),
            run("b", ["basis.name": "pca", "basis.per": "image", "schedule.softness": "0.5", "seed": "0"], bits: 4),
            run("c", ["basis.name": "dct", "schedule.softness": ".inf", "seed": "1"], bits: 3),
        ])
        #expect(groups.map(\.name) == ["dct, softness ∞", "pca, softness 0.5"])
        #expect(groups.map { $0.runs.map(\.name) } == [["a", "c"], ["b"]])
        let table = ComparisonTables(groups: groups).summary
        // 2 and 3 bits: half a bit times t(1) = 12.7062.
        #expect(table.rows[0][1...2] == ["2", "2.5000 ± 6.3531"])
        #expect(table.rows[1][1...2] == ["1", "4.0000 ± 0.0100"])
        #expect(ComparisonTables(groups: groups).quality.rows[1][4] == "40.0000 ± 0.5000")
    }

    @Test("Texts are escaped, pictures drawn, and nothing is fetched from anywhere")
    func html() throws {
        let page = ComparisonPage([run("a<b>", ["x": "1"], bits: 2), run("c", ["x": "2"], bits: 3)], title: "T & <U>")
        let html = try page.html()
        #expect(html.contains("<h1>T &amp; &lt;U&gt;</h1>"))
        #expect(html.contains("a&lt;b&gt;"))
        #expect(html.contains("&lt;digits&gt; &amp; &quot;more&quot;"))
        #expect(html.contains("<pre>basis: &#39;&lt;script&gt;&#39;\n</pre>"))
        #expect(!html.contains("<script"))
        #expect(html.components(separatedBy: "<figure aria-label").count - 1 == 6)
        let addresses = html.matches(of: #/(?:src|href)="([^"]*)"/#).map { String($0.output.1) }
        #expect(addresses.allSatisfy { $0.hasPrefix("data:") }, "\(addresses)")
        #expect(!html.contains("url("))
        #expect(!html.contains("{{") && !html.contains("{%"))
    }

    @Test("Recipes that differ are said, with who has which")
    func warnings() {
        let page = ComparisonPage(
            [run("a", ["x": "1"], bits: 2), run("b", ["x": "2"], bits: 3, seed: 7, count: 50)], title: "")
        #expect(
            page.warnings == [
                "The runs were measured with different seeds, so their numbers do not compare (a: 0; b: 7).",
                "The numbers of samples differ, and with them the bias of distances (a: 100; b: 50).",
            ])
        #expect(ComparisonPage([run("a", [:], bits: 2)], title: "").warnings.isEmpty)
    }
}
