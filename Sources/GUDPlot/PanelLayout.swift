import Foundation

/// How much room a plot needs around its axes, and what its texts are after they were made to fit.
struct PanelLayout {
    /// Sizes of letters, in pixels.
    enum Size {
        static let tick = 11.0
        static let caption = 12.0
        static let title = 13.0
        static let heading = 15.0
        static let line = 17.0
    }

    static let symbolWidth = 24.0
    static let keyWidth = 12.0
    /// The slant of names that have no room side by side, in degrees.
    static let slant = 35.0

    let plot: PreparedPlot
    /// Room around the axes.
    var left = 0.0, right = 0.0, top = 0.0, bottom = 0.0
    let title: [String]
    let xTicks: Ticks, yTicks: Ticks
    let isSlanted: Bool
    let entries: [LegendEntry]
    /// Texts of the legend, shortened, with their rows and offsets where it stands above.
    let entryTexts: [String]
    let entryPlaces: [(row: Int, x: Double)]
    let keyTicks: Ticks

    init(_ plot: PreparedPlot, width: Double, height: Double) {
        self.plot = plot
        title = TextMetrics.wrapped(plot.plot.title, size: Size.title, within: width)

        yTicks = Ticks(
            values: plot.yTicks.values,
            labels: plot.yTicks.labels.map { TextMetrics.fitted($0, size: Size.tick, within: 170) })
        (xTicks, isSlanted) = Self.fitted(plot, width: width)

        entries = plot.plot.entries
        let isAbove = plot.plot.legend == .above
        let room = isAbove ? width - Self.symbolWidth : 190
        entryTexts = entries.map { TextMetrics.fitted($0.label, size: Size.tick, within: room) }
        var (row, x, places) = (0, 0.0, [(row: Int, x: Double)]())
        for text in entryTexts {
            let needed = Self.symbolWidth + TextMetrics.width(text, size: Size.tick) + 14
            if isAbove ? x > 0 && x + needed - 14 > width : !places.isEmpty { (row, x) = (row + 1, 0) }
            places.append((row, x))
            if isAbove { x += needed }
        }
        entryPlaces = places
        keyTicks = plot.plot.key.map { .linear($0.range, target: 4) } ?? Ticks(values: [], labels: [])

        let above = isAbove && !entries.isEmpty ? Double(row + 1) * Size.line : 0
        top = Double(title.count) * Size.line + above + 10
        let widest = yTicks.labels.map { TextMetrics.width($0, size: Size.tick) }.max() ?? 0
        left = (plot.plot.y.caption.isEmpty ? 4 : 24) + widest + 8
        bottom = 20 + (plot.plot.x.caption.isEmpty ? 0 : 18)
        right = 8 + (xTicks.labels.last.map { TextMetrics.width($0, size: Size.tick) / 2 } ?? 0)
        if isSlanted {
            let angle = Self.slant * .pi / 180
            let longest = xTicks.labels.map { TextMetrics.width($0, size: Size.tick) }.max() ?? 0
            bottom += longest * sin(angle)
            left = max(left, longest * cos(angle) + 8 - width / Double(max(xTicks.labels.count, 1)) / 2)
            right = 12
        }
        right = max(right, besideWidth(isAbove: isAbove))
    }

    /// The room to the right that a legend or a key takes.
    private func besideWidth(isAbove: Bool) -> Double {
        let legend =
            isAbove ? 0 : entryTexts.map { TextMetrics.width($0, size: Size.tick) + Self.symbolWidth + 16 }.max() ?? 0
        guard let key = plot.plot.key else { return legend }
        let texts = keyTicks.labels.map { TextMetrics.width($0, size: Size.tick) }.max() ?? 0
        return max(legend, 12 + Self.keyWidth + 6 + texts + (key.label.isEmpty ? 4 : 22))
    }

    /// Where the legend begins, below the top of the axes: beneath the key where there are both.
    var legendRowsBesideKey: Bool { plot.plot.key != nil && plot.plot.legend == .right && !entries.isEmpty }

    /// Ticks of the horizontal axis whose texts do not touch.
    private static func fitted(_ plot: PreparedPlot, width: Double) -> (Ticks, isSlanted: Bool) {
        func fits(_ ticks: Ticks) -> Bool {
            let places = ticks.values.map { value in
                let (low, high) = (plot.x.lowerBound, plot.x.upperBound)
                return plot.plot.x.scale == .logarithmic
                    ? log(value / low) / log(high / low) * width : (value - low) / (high - low) * width
            }
            let widths = ticks.labels.map { TextMetrics.width($0, size: Size.tick) }
            return places.indices.dropFirst().allSatisfy { index in
                places[index] - places[index - 1] >= (widths[index] + widths[index - 1]) / 2 + 6
            }
        }
        var ticks = plot.xTicks
        if plot.plot.x.categories != nil {
            guard !fits(ticks) else { return (ticks, false) }
            let labels = ticks.labels.map { TextMetrics.fitted($0, size: Size.tick, within: 150) }
            return (Ticks(values: ticks.values, labels: labels), true)
        }
        var target = 5
        while !fits(ticks), target > 1 {
            target -= 1
            ticks =
                plot.plot.x.scale == .logarithmic
                ? .logarithmic(plot.x, target: target) : .linear(plot.x, target: target)
        }
        return (ticks, false)
    }
}
