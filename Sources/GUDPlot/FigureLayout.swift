/// Where everything of a figure stands.
struct FigureLayout {
    let panels: [PanelLayout]
    /// The axes' rectangle of every plot.
    let frames: [Rectangle]
    let heading: [String]
    let notes: [String]
    let width: Double, height: Double

    /// The edge around the picture.
    static let margin = 12.0
    /// Room between plots, besides what they need for their texts.
    static let gap = 14.0

    init(_ figure: Figure) throws(PlotError) {
        let (prepared, notes) = try figure.prepared()
        let (plotWidth, plotHeight) = (figure.plotWidth, figure.plotHeight)
        var panels = prepared.map { PanelLayout($0, width: plotWidth, height: plotHeight) }
        let columns = min(figure.columns, panels.count)
        let rows = (panels.count + columns - 1) / columns
        func largest(_ side: KeyPath<PanelLayout, Double>, where belongs: (Int) -> Bool) -> Double {
            panels.indices.filter(belongs).map { panels[$0][keyPath: side] }.max() ?? 0
        }
        // Axes of a column and of a row are aligned.
        var (lefts, x) = ([Double](), Self.margin)
        for column in 0..<columns {
            x += largest(\.left) { $0 % columns == column }
            lefts.append(x)
            x += plotWidth + largest(\.right) { $0 % columns == column } + Self.gap
        }
        let width = x - Self.gap + Self.margin
        heading = TextMetrics.wrapped(figure.title, size: PanelLayout.Size.heading, within: width - 2 * Self.margin)
        var (tops, y) = ([Double](), Self.margin + Double(heading.count) * 22)
        for row in 0..<rows {
            y += largest(\.top) { $0 / columns == row }
            tops.append(y)
            y += plotHeight + largest(\.bottom) { $0 / columns == row } + Self.gap
        }
        self.notes = notes.flatMap {
            TextMetrics.wrapped($0, size: PanelLayout.Size.tick, within: width - 2 * Self.margin)
        }
        frames = panels.indices.map {
            Rectangle(left: lefts[$0 % columns], top: tops[$0 / columns], width: plotWidth, height: plotHeight)
        }
        // Titles of a row stand at one height.
        for index in panels.indices { panels[index].top = largest(\.top) { $0 / columns == index / columns } }
        self.panels = panels
        self.width = width.rounded(.up)
        height = (y - Self.gap + Double(self.notes.count) * 16 + Self.margin).rounded(.up)
        guard self.width <= 32767, height <= 32767 else { throw .size(width: Int(self.width), height: Int(height)) }
    }
}
