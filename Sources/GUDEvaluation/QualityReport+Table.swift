import Foundation

extension QualityReport: CustomStringConvertible {
    /// The report as text: the recipe, and a table with aligned columns.
    public var description: String {
        let header = ["samples", "count", "Fréchet", "sliced W2", "1-NN accuracy"]
        let body = rows.map { row in
            [
                row.name, "\(row.count)", String(format: "%.4f", row.frechet),
                String(format: "%.4f", row.slicedWasserstein), String(format: "%.3f", row.nearestNeighbourAccuracy),
            ]
        }
        return """
            against \(reference): \(referenceCount) samples of \(dimension) scalars
            Fréchet: Gaussian moments in Double; sliced W2: \(recipe.projections) directions, seed \
            \(recipe.projectionSeed); 1-NN: equal counts, seed \(recipe.subsetSeed) (0.5 is indistinguishable)

            \(Self.table([header] + body))
            """
    }

    /// Rows of cells with aligned columns: the first to the left, the others to the right.
    static func table(_ rows: [[String]]) -> String {
        let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { column, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? cell.0 + padding : padding + cell.0
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

extension QualityReport {
    /// The report as JSON with sorted keys, so that equal reports are equal bytes.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return try encoder.encode(self)
    }
}
