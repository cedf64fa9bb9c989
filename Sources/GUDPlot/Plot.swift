/// Marks between two axes.
public struct Plot: Sendable, Equatable {
    /// Where names of marks are listed.
    public enum Legend: Sendable, Equatable {
        /// To the right of the axes.
        case right
        /// In lines below the title.
        case above
        /// Nowhere.
        case none
    }

    /// What it shows, above it.
    public var title: String
    /// The horizontal axis.
    public var x: Axis
    /// The vertical axis.
    public var y: Axis
    /// What is drawn, from back to front.
    public var marks: [Mark]
    /// Where names of marks are listed.
    public var legend: Legend
    /// What the colours stand for.
    public var key: ColorKey?

    /// A plot.
    public init(
        _ title: String = "", x: Axis, y: Axis, marks: [Mark], legend: Legend = .right, key: ColorKey? = nil
    ) {
        self.title = title
        self.x = x
        self.y = y
        self.marks = marks
        self.legend = legend
        self.key = key
    }

    /// Names and colours for the legend, in the order of the marks.
    var entries: [LegendEntry] {
        legend == .none ? [] : marks.compactMap { LegendEntry($0) }
    }
}

/// A line of a legend.
struct LegendEntry: Equatable {
    enum Symbol: Equatable { case line(isDashed: Bool), dot, block }
    let label: String
    let ink: Ink
    let symbol: Symbol

    init?(_ mark: Mark) {
        switch mark {
        case .line(let line):
            guard let label = line.label else { return nil }
            (self.label, ink, symbol) = (label, line.ink, .line(isDashed: line.isDashed))
        case .points(let points):
            guard let label = points.label else { return nil }
            (self.label, ink, symbol) = (label, points.ink, .dot)
        case .bars(let bars):
            guard let label = bars.label else { return nil }
            (self.label, ink, symbol) = (label, bars.ink, .block)
        case .picture: return nil
        }
    }
}
