import Foundation
import GUDEvaluation
import GUDPlot

/// The tables of a comparison.
struct ComparisonTables {
    let groups: [RunGroup]

    /// A table of texts.
    struct Table {
        let title: String
        let header: [String]
        let rows: [[String]]

        /// What the template needs; everything is escaped.
        var context: [String: Any] {
            [
                "title": title.escapedForMarkup, "header": header.map(\.escapedForMarkup),
                "rows": rows.map { $0.map(\.escapedForMarkup) },
            ]
        }
    }

    /// One line per group: likelihood, cost and size.
    var summary: Table {
        let rows = groups.map { group -> [String] in
            let first = group.runs[0].evaluation
            let own = group.runs.count == 1 ? first.likelihood?.standardError : nil
            return [
                group.name, "\(group.runs.count)",
                Self.text(group.estimate { $0.evaluation.likelihood?.bitsPerDimension }, own: own, digits: 4),
                first.parameterCount.map { "\($0)" } ?? "exact", "\(first.step)",
                Self.text(group.estimate { $0.evaluation.trainingSeconds }, own: nil, digits: 0),
                first.likelihood.map { String(format: "%.0f", $0.evaluationsPerSample) } ?? "–",
            ]
        }
        return Table(
            title: "Runs",
            header: [
                "run", "seeds", "bits/dim", "parameters", "steps", "training, s", "evaluations per likelihood",
            ], rows: rows)
    }

    /// One line per group and sampler, with the floor and the baselines below.
    var quality: Table {
        let evaluation = groups[0].runs[0].evaluation
        let columns = evaluation.recipe.extractors.flatMap { extractor in
            Measure.Name.allCases.map { (extractor.name, $0) }
        }
        func cells(_ entries: [RunEvaluation.Entry]) -> [String] {
            columns.map { extractor, name in
                let measures = entries.compactMap { $0.measure(name, on: extractor) }
                let own = measures.count == 1 ? measures[0].standardError.map { $0 * name.scale } : nil
                return Self.text(SeedEstimate(measures.map { $0.value * name.scale }), own: own, digits: 4)
            }
        }
        // How often classifiers find the class that was asked for, where samples have one.
        let classifiers = evaluation.recipe.extractors.map(\.name).filter { name in
            evaluation.entries.contains { $0.classAccuracy(by: name) != nil }
        }
        func accuracies(_ entries: [RunEvaluation.Entry]) -> [String] {
            classifiers.map { name in
                let found = entries.compactMap { $0.classAccuracy(by: name) }
                let own = found.count == 1 ? found[0].standardError : nil
                return Self.text(SeedEstimate(found.map(\.accuracy)), own: own, digits: 3)
            }
        }
        var rows: [[String]] = []
        for group in groups {
            for entry in group.runs[0].evaluation.modelEntries {
                let same = group.runs.compactMap { run in run.evaluation.modelEntries.first { $0.name == entry.name } }
                let cost = entry.sampling.map { String(format: "%.0f", $0.evaluationsPerSample) } ?? "–"
                let seconds = entry.sampling.map { String(format: "%.1f", $0.seconds) } ?? "–"
                rows.append([group.name, entry.name, cost, seconds] + accuracies(same) + cells(same))
            }
        }
        for entry in evaluation.entries where entry.role != .model {
            rows.append(
                [entry.name, entry.role == .floor ? "real data" : "baseline", "–", "–"] + accuracies([entry])
                    + cells([entry]))
        }
        return Table(
            title: "Sample quality",
            header: ["run", "sampler", "evaluations", "seconds"] + classifiers.map { "class accuracy, \($0)" }
                + columns.map { "\($1.heading), \($0)" }, rows: rows)
    }

    private static func text(_ estimate: SeedEstimate?, own: Double?, digits: Int) -> String {
        guard let estimate else { return "–" }
        let value = String(format: "%.\(digits)f", estimate.mean)
        guard let half = estimate.halfWidth ?? own else { return value }
        return "\(value) ± " + String(format: "%.\(digits)f", half)
    }
}
