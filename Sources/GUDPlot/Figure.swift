/// Plots side by side, as one picture.
///
///     let figure = Figure("Losses", panels: [
///         Plot(x: Axis("step"), y: Axis("loss", scale: .logarithmic), marks: [.line(Line(x: steps, y: losses))])
///     ])
///     let text = try figure.svg()
///     let bytes = try figure.png(scale: 2)
///     print(try figure.terminal(width: 80))
public struct Figure: Sendable, Equatable {
    /// What it shows: the heading, and what a screen reader says.
    public var title: String
    /// The plots, row by row.
    public var panels: [Plot]
    /// How many plots stand in a row.
    public var columns: Int
    /// The room between the axes of one plot, in pixels.
    public var plotWidth: Double, plotHeight: Double
    /// Sentences below the plots.
    public var notes: [String]

    /// A figure; at most three plots in a row by default.
    public init(
        _ title: String = "", panels: [Plot], columns: Int? = nil, plotWidth: Double = 320, plotHeight: Double = 220,
        notes: [String] = []
    ) {
        self.title = title
        self.panels = panels
        self.columns = max(1, columns ?? min(panels.count, 3))
        self.plotWidth = max(plotWidth, 40)
        self.plotHeight = max(plotHeight, 40)
        self.notes = notes
    }

    /// The plots with their ranges and ticks, and what had to be left out.
    func prepared() throws(PlotError) -> (panels: [PreparedPlot], notes: [String]) {
        guard !panels.isEmpty else { throw .nothingToDraw(plot: title) }
        var prepared: [PreparedPlot] = []
        for panel in panels { prepared.append(try PreparedPlot(panel)) }
        let omitted = prepared.reduce(0) { $0 + $1.omitted }
        let note =
            omitted == 0
            ? []
            : [omitted == 1 ? "1 point is not finite and left out." : "\(omitted) points are not finite and left out."]
        return (prepared, notes + note)
    }
}
