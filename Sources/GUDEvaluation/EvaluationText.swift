import Foundation

/// A record as people read it: tables, with the recipe beside them.
public struct EvaluationText: CustomStringConvertible {
    private let evaluation: RunEvaluation

    /// The text of a record.
    public init(_ evaluation: RunEvaluation) { self.evaluation = evaluation }

    /// Everything.
    public var description: String {
        ([scores, likelihood, memorisation, spectra].compactMap { $0 } + warnings).joined(separator: "\n\n")
    }

    /// The measures on each extractor's features.
    public var scores: String {
        let recipe = evaluation.recipe
        return recipe.extractors.map { extractor in
            let hash = extractor.hash.map { ", sha256 \($0.prefix(12))" } ?? ""
            return """
                on \(extractor.name) (\(extractor.featureCount) features\(hash)), against \(recipe.referenceCount) held-out \
                samples of \(recipe.data)

                \(Self.table(rows(extractor.name)))
                """
        }.joined(separator: "\n\n") + "\n\n\(recipeLines)"
    }

    private var recipeLines: String {
        let (recipe, measures) = (evaluation.recipe, evaluation.recipe.measures)
        let rounding = recipe.levels.map { "; samples rounded to \($0) levels" } ?? ""
        let summaries = recipe.extractors.map { "\($0.name): \($0.summary)" }.joined(separator: "\n")
        return """
            \(summaries)
            seed \(recipe.seed)\(rounding); smaller is better, and a 1-NN accuracy of 0.5 means indistinguishable
            sliced W2: \(measures.projections) directions, seed \(measures.projectionSeed); subsets: seed \(measures.subsetSeed)
            ±: leaving out one tenth of both sides at a time, of 1-NN binomial; rows share the reference, so that their
            differences are known better
            """
    }

    private func rows(_ extractor: String) -> [[String]] {
        let sampled = evaluation.entries.contains { $0.sampling != nil }
        let classified = evaluation.entries.contains { $0.classAccuracy(by: extractor) != nil }
        let header =
            ["samples", "count"] + (sampled ? ["evaluations", "seconds"] : [])
            + (classified ? ["class accuracy"] : []) + Measure.Name.allCases.map(\.heading)
        return [header]
            + evaluation.entries.map { entry in
                let cost = entry.sampling.map {
                    [Self.number($0.evaluationsPerSample, 1), Self.number($0.seconds, 1)]
                }
                let accuracy = entry.classAccuracy(by: extractor).map {
                    Self.number($0.accuracy, 3) + " ± " + Self.number($0.standardError, 3)
                }
                return [name(entry), "\(entry.count)"] + (sampled ? cost ?? ["", ""] : [])
                    + (classified ? [accuracy ?? ""] : [])
                    + Measure.Name.allCases.map { measure in
                        entry.measure(measure, on: extractor).map(Self.cell) ?? ""
                    }
            }
    }

    private func name(_ entry: RunEvaluation.Entry) -> String {
        switch entry.role {
        case .model: entry.name
        case .floor: "\(entry.name) (floor)"
        case .baseline: "\(entry.name) (baseline)"
        }
    }

    /// The likelihood, where it was measured.
    public var likelihood: String? {
        guard let likelihood = evaluation.likelihood else { return nil }
        let error = likelihood.standardError.map { " ± " + Self.number($0, 4) } ?? ""
        let evaluations = Self.number(likelihood.evaluationsPerSample, 0)
        var text =
            "likelihood: \(Self.number(likelihood.bitsPerDimension, 4))\(error) bits/dim by \(likelihood.method), of "
            + "\(likelihood.count) held-out samples, \(evaluations) evaluations each"
        for (name, value) in likelihood.recipe.sorted(by: { $0.key < $1.key }) { text += "\n  \(name): \(value)" }
        return text
    }

    /// How near samples are to training data.
    public var memorisation: String? {
        let rows = evaluation.entries.compactMap { entry in
            entry.memorisation.map { found in
                [
                    name(entry), Self.number(found.areaUnderCurve, 3) + " ± " + Self.number(found.areaError, 3),
                    found.medianRatio.map { Self.number($0, 3) } ?? "", Self.number(found.fractionBelowQuantile, 3),
                    Self.number(found.copiedFraction, 3),
                ]
            }
        }
        guard !rows.isEmpty else { return nil }
        let header = ["nearest training image", "P(nearer than held-out)", "median ratio", "below 5 %", "copies"]
        return Self.table([header] + rows) + "\nnew images have 0.5, 1, 0.05 and 0; copied ones more, less, more, more"
    }

    /// The power by frequency.
    public var spectra: String? {
        let entries = evaluation.entries.filter { !$0.spectrum.isEmpty }
        guard let bands = entries.first?.spectrum else { return nil }
        let rows = bands.indices.map { band in
            [Self.number(bands[band].label, 0), "\(bands[band].componentCount)"]
                + entries.map { entry in
                    guard band < entry.spectrum.count, let ratio = entry.spectrum[band].decibels else { return "" }
                    let error = entry.spectrum[band].decibelsError ?? 0
                    return String(format: "%+.2f ± %.2f", ratio, error)
                }
        }
        let table = Self.table([["frequency", "components"] + entries.map(name)] + rows)
        return "power against held-out samples in dB, by frequency in cycles per image\n\n" + table
    }

    private var warnings: [String] {
        evaluation.warnings.isEmpty ? [] : [evaluation.warnings.map { "warning: \($0)" }.joined(separator: "\n")]
    }

    private static func cell(_ measure: Measure) -> String {
        let decimals = measure.name == .nearestNeighbourAccuracy ? 3 : 4
        let scale = measure.name.scale
        return number(measure.value * scale, decimals)
            + (measure.standardError.map { " ± " + number($0 * scale, decimals) } ?? "")
    }

    private static func number(_ value: Double, _ decimals: Int) -> String {
        String(format: "%.\(decimals)f", value)
    }

    /// Rows of cells with aligned columns: the first to the left, the others to the right.
    static func table(_ rows: [[String]]) -> String {
        let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            // Cells at the end of a line that are empty leave no spaces behind.
            let used = (row.lastIndex { !$0.isEmpty } ?? 0) + 1
            return zip(row.prefix(used), widths).enumerated().map { column, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? (used > 1 ? cell.0 + padding : cell.0) : padding + cell.0
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
