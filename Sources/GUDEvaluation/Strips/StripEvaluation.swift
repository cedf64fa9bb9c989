import Foundation
import GUDCore

/// What strips that were drawn window by window are like: their seams, and whether they drift.
public struct StripEvaluation: Sendable, Codable, Equatable {
    /// How the strips were drawn and what they were compared with, for people and records.
    public struct Recipe: Sendable, Codable, Equatable {
        /// The axis along which they grew.
        public var axis: String
        /// Lines of a window, and new ones in each.
        public var window: Int, step: Int
        /// Lines of a strip.
        public var lineCount: Int
        /// How conditions were met.
        public var method: String
        /// The sampler, its steps and its placement in words.
        public var sampler: String
        /// The seed.
        public var seed: UInt64
        /// What windows were compared with.
        public var data: String

        /// A recipe.
        public init(
            axis: String, window: Int, step: Int, lineCount: Int, method: String, sampler: String, seed: UInt64,
            data: String
        ) {
            self.axis = axis
            self.window = window
            self.step = step
            self.lineCount = lineCount
            self.method = method
            self.sampler = sampler
            self.seed = seed
            self.data = data
        }
    }

    /// How it was done.
    public var recipe: Recipe
    /// Where windows meet; `nil` where strips have no seam with something inside to compare with.
    public var seams: SeamStatistics?
    /// Along the strip; `nil` where there are fewer than two windows.
    public var drift: WindowDrift?

    /// Measures strips as far as they allow.
    ///
    /// - Parameters:
    ///   - strips: Two or more.
    ///   - starts: The lines at which each window's new lines begin.
    ///   - window: Lines of a window.
    ///   - data: Windows of data.
    /// - Throws: ``EvaluationError``.
    public init(
        of strips: ImageStrips, starts: [Int], window: Int, data: ImageStrips?, recipe: Recipe
    ) throws(EvaluationError) {
        self.recipe = recipe
        let seams = starts.filter { $0 > 0 && $0 < strips.lineCount }
        // Where every pair of lines is a seam there is no inside to compare with.
        let hasSeams = !seams.isEmpty && seams.count < strips.lineCount - 1
        self.seams = hasSeams ? try SeamStatistics(of: strips, seams: seams, data: data) : nil
        // A window of the model ends where the next one's new lines begin.
        let ends = Set(starts.dropFirst() + [strips.lineCount])
        let begins = ends.map { $0 - window }.filter { $0 >= 0 }.sorted()
        drift = begins.count < 2 ? nil : try WindowDrift(of: strips, starts: begins, size: window, data: data)
    }
}

extension StripEvaluation: CustomStringConvertible {
    /// As people read it: two tables, with the recipe beside them.
    public var description: String {
        ([seamTable, driftTable].compactMap { $0 } + [recipeText]).joined(separator: "\n\n")
    }

    private var seamTable: String? {
        guard let seams else { return nil }
        let hasData = seams.absoluteDifference.data != nil
        let rows = seams.comparisons.map { name, found in
            [
                name, Self.cell(found.seams), Self.cell(found.inside), Self.cell(found.difference),
                Self.significance(found.difference),
            ] + (found.data.map { [Self.cell($0)] } ?? [])
        }
        let header = ["neighbouring \(recipe.axis)", "across seams", "inside", "difference", "in SE"]
        return EvaluationText.table([header + (hasData ? ["data"] : [])] + rows)
            + "\n\(seams.seamCount) seams in each of \(seams.stripCount) strips"
    }

    private var driftTable: String? {
        guard let drift else { return nil }
        let hasData = drift.dataCount > 0
        let rows = drift.courses.map { course in
            [
                course.statistic.heading, Self.cell(course.windows[0]),
                Self.cell(course.windows[course.windows.count - 1]),
                Self.cell(course.trend), Self.significance(course.trend),
            ]
                + (course.data.map { data in
                    [
                        Self.cell(data), course.difference.map(Self.significance) ?? "",
                        course.lastDifference.map(Self.significance) ?? "",
                    ]
                } ?? [])
        }
        let header = ["windows", "first", "last", "trend per window", "in SE"]
        return EvaluationText.table(
            [header + (hasData ? ["data", "all − data in SE", "last − data in SE"] : [])] + rows)
            + "\n\(drift.starts.count) windows in each of \(drift.stripCount) strips"
    }

    private var recipeText: String {
        """
        windows of \(recipe.window) \(recipe.axis), \(recipe.step) new in each, \(recipe.lineCount) in all; method \(recipe.method); \
        \(recipe.sampler); seed \(recipe.seed)
        against \(recipe.data); ±: over strips, jackknifed for seams
        """
    }

    private static func cell(_ estimate: Estimate) -> String {
        String(format: "%.4f ± %.4f", estimate.value, estimate.standardError)
    }

    private static func significance(_ estimate: Estimate) -> String {
        String(format: "%+.1f", estimate.significance)
    }
}
