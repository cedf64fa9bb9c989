extension Figure {
    /// The figure as lines of text for a terminal, one plot below the other.
    ///
    /// - Parameters:
    ///   - width: Characters in a line, at least 24.
    ///   - height: Lines between the axes of each plot.
    ///   - isColored: Whether to write the escapes of a terminal's colours.
    /// - Throws: ``PlotError``.
    public func terminal(width: Int, height: Int = 12, isColored: Bool = false) throws(PlotError) -> String {
        let (prepared, notes) = try prepared()
        var blocks: [[String]] = title.isEmpty ? [] : [[title]]
        for panel in prepared {
            blocks.append(
                TerminalPlot(panel, width: max(width, 24), height: max(height, 4), isColored: isColored).lines)
        }
        if !notes.isEmpty { blocks.append(notes) }
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }
}
