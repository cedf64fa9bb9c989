import Foundation
import GUDCore
import GUDEvaluation
import GUDPlot
import Stencil

/// A comparison of runs as one HTML page that needs nothing else: no network, no scripts, pictures inside.
public struct ComparisonPage {
    /// The heading.
    public let title: String

    private let groups: [RunGroup]
    private let runs: [ComparedRun]

    /// A page.
    ///
    /// - Parameter runs: At least one.
    public init(_ runs: [ComparedRun], title: String) {
        self.title = title
        self.runs = runs
        groups = RunGroup.groups(of: runs)
    }

    /// What a reader must know before comparing numbers: recipes that differ, measures that were not taken.
    public var warnings: [String] {
        var warnings: [String] = []
        let recipes = runs.map(\.evaluation.recipe)
        func differ(_ what: String, _ text: (RunEvaluation.Recipe) -> String) {
            let texts = recipes.map(text)
            guard Set(texts).count > 1 else { return }
            let list = zip(runs, texts).map { "\($0.name): \($1)" }.joined(separator: "; ")
            warnings.append("The runs were measured with different \(what), so their numbers do not compare (\(list)).")
        }
        differ("data") { "\($0.data), \($0.shape.map(String.init).joined(separator: "×"))" }
        differ("references") { "\($0.reference), \($0.referenceCount) samples" }
        differ("extractors") { $0.extractors.map { "\($0.name) \($0.hash?.prefix(8) ?? "")" }.joined(separator: " ") }
        differ("seeds") { "\($0.seed)" }
        let counts = runs.map { run in run.evaluation.modelEntries.map(\.count).max() ?? 0 }
        if Set(counts).count > 1 {
            let list = zip(runs, counts).map { "\($0.name): \($1)" }.joined(separator: "; ")
            warnings.append("The numbers of samples differ, and with them the bias of distances (\(list)).")
        }
        let methods = runs.compactMap { $0.evaluation.likelihood?.method }
        if Set(methods).count > 1 { warnings.append("Some likelihoods are densities of the flow, others bounds.") }
        for run in runs { warnings += run.evaluation.warnings.map { "\(run.name): \($0)" } }
        return warnings
    }

    /// The page.
    ///
    /// - Parameter template: The Stencil template; by default the program's own.
    /// - Throws: ``ReportError``, or ``PlotError`` for numbers that cannot be drawn.
    public func html(template: String? = nil) throws -> String {
        let text = try template ?? Self.template()
        let figures = ComparisonFigures(groups: groups)
        let tables = ComparisonTables(groups: groups)
        let drawn =
            runs.compactMap(\.scatter)
            + [
                try figures.likelihood(), try figures.quality(), try figures.bands(), try figures.spectra(),
                try figures.losses(),
            ].compactMap { $0 } + figures.schedules()
        let context: [String: Any] = [
            "title": title.escapedForMarkup,
            "recipe": recipe.map { ["name": $0.escapedForMarkup, "value": $1.escapedForMarkup] },
            "warnings": warnings.map(\.escapedForMarkup),
            "legend": groups.enumerated().map { index, group in
                [
                    "index": "\(index % Ink.categoryCount)", "number": "\(index + 1)",
                    "name": group.name.escapedForMarkup,
                ]
            },
            "tables": [tables.summary, tables.quality].map(\.context),
            "figures": try drawn.map { figure in
                // The page has headings of its own.
                var untitled = figure
                untitled.title = ""
                return ["title": figure.title.escapedForMarkup, "svg": try untitled.svg()]
            },
            "hasPictures": runs.contains { $0.picture != nil },
            "runs": runs.map { run in
                [
                    "name": run.name.escapedForMarkup,
                    "picture": run.picture.map { "data:image/png;base64,\(Data($0).base64EncodedString())" } ?? "",
                    "configuration": run.evaluation.configuration.escapedForMarkup,
                    "step": "\(run.evaluation.step)",
                ]
            },
            "version": GUDVersion.current,
        ]
        do {
            return try Environment(trimBehaviour: .smart).renderTemplate(string: text, context: context)
        } catch {
            throw ReportError.template(reason: "\(error)")
        }
    }

    private static func template() throws -> String {
        let path = try ResourceFolder(ofTarget: "GUDReport").path(of: "comparison.html")
        return String(decoding: try AtomicFile.read(path), as: UTF8.self)
    }

    /// How the first run was measured; ``warnings`` say where others differ.
    private var recipe: [(String, String)] {
        guard let evaluation = runs.first?.evaluation else { return [] }
        let recipe = evaluation.recipe
        var lines = [
            ("data", "\(recipe.data), samples of \(recipe.shape.map(String.init).joined(separator: "×"))"),
            ("reference", "\(recipe.reference), \(recipe.referenceCount) samples"),
            ("samples", "\(evaluation.modelEntries.first?.count ?? 0) per sampler, seed \(recipe.seed)"),
        ]
        if let levels = recipe.levels { lines.append(("preprocessing", "samples rounded to \(levels) levels")) }
        lines += recipe.extractors.map { extractor in
            let hash = extractor.hash.map { ", SHA-256 \($0.prefix(16))…" } ?? ""
            return ("features", "\(extractor.name): \(extractor.featureCount) per image, \(extractor.summary)\(hash)")
        }
        if let likelihood = evaluation.likelihood {
            let text = likelihood.recipe.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            lines.append(
                ("likelihood", "\(likelihood.method), \(likelihood.count) samples; " + text.joined(separator: "; ")))
        }
        lines.append(
            (
                "intervals",
                "95 %, by Student's t over seeds; for one seed, the measure's own standard error where it has one"
            ))
        return lines
    }
}

/// What can go wrong while a report is made.
public enum ReportError: GUDError, Equatable {
    /// The template cannot be filled in.
    case template(reason: String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .template(let reason): "the template of the report cannot be filled in: \(reason)"
        }
    }

    /// Never the request's mistake.
    public var blame: Blame { .execution }
}
