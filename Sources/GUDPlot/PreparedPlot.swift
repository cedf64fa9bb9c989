import Foundation

/// A plot whose numbers are checked, with the ends and ticks of its axes.
struct PreparedPlot {
    let plot: Plot
    /// The ends of the axes.
    let x: ClosedRange<Double>, y: ClosedRange<Double>
    let xTicks: Ticks, yTicks: Ticks
    /// How many points are not finite.
    let omitted: Int

    /// Checks a plot.
    ///
    /// - Throws: ``PlotError``.
    init(_ plot: Plot) throws(PlotError) {
        var extent = Extent()
        for mark in plot.marks { try extent.add(mark) }
        guard !extent.x.isEmpty else { throw .nothingToDraw(plot: plot.title) }
        self.plot = plot
        omitted = extent.omitted
        x = try Self.range(of: plot.x, over: extent.x, air: extent.hasOnlyPoints ? 0.05 : 0)
        y = try Self.range(
            of: plot.y, over: extent.y + Self.limits(extent.yLimits, on: plot.y), air: extent.hasPicture ? 0 : 0.05,
            base: extent.hasBars)
        xTicks = Self.ticks(plot.x, x)
        yTicks = Self.ticks(plot.y, y)
    }

    /// Edges of bands and error bars count where the axis can show them.
    private static func limits(_ values: [Double], on axis: Axis) -> [Double] {
        axis.scale == .logarithmic ? values.filter { $0 > 0 } : values
    }

    private static func range(
        of axis: Axis, over values: [Double], air: Double, base: Bool = false
    ) throws(PlotError) -> ClosedRange<Double> {
        let isLog = axis.scale == .logarithmic
        if isLog, let value = values.first(where: { $0 <= 0 }) { throw .notPositive(axis: axis.label, value) }
        if let range = axis.range {
            guard range.lowerBound.isFinite, range.upperBound.isFinite, range.lowerBound < range.upperBound else {
                throw .range(axis: axis.label, lower: range.lowerBound, upper: range.upperBound)
            }
            if isLog, range.lowerBound <= 0 { throw .notPositive(axis: axis.label, range.lowerBound) }
            return range
        }
        let places = isLog ? values.map { log($0) } : values
        var (low, high) = (places.min() ?? 0, places.max() ?? 1)
        let isBased = base && !isLog
        if isBased { (low, high) = (min(low, 0), max(high, 0)) }
        // A single number gets room on both sides.
        if high - low <= 1e-12 * max(abs(low), abs(high)) {
            let room = isLog ? log(2) : (low == 0 ? 0.5 : abs(low) * 0.1)
            (low, high) = (low - room, high + room)
        } else {
            let room = (high - low) * air
            if !(isBased && low == 0) { low -= room }
            if !(isBased && high == 0) { high += room }
        }
        guard low.isFinite, high.isFinite, (high - low).isFinite else {
            throw .range(axis: axis.label, lower: low, upper: high)
        }
        guard isLog else { return low...high }
        return max(exp(low), .leastNormalMagnitude)...min(exp(high), .greatestFiniteMagnitude)
    }

    private static func ticks(_ axis: Axis, _ range: ClosedRange<Double>) -> Ticks {
        if let categories = axis.categories {
            return Ticks(values: categories.indices.map(Double.init), labels: categories)
        }
        return axis.scale == .logarithmic ? .logarithmic(range) : .linear(range)
    }
}

/// The finite numbers of a plot's marks.
private struct Extent {
    var x: [Double] = [], y: [Double] = []
    /// Edges of bands and error bars.
    var yLimits: [Double] = []
    var omitted = 0
    var hasOnlyPoints = true, hasBars = false, hasPicture = false

    mutating func add(_ mark: Mark) throws(PlotError) {
        switch mark {
        case .line(let line):
            hasOnlyPoints = false
            try check("line", line.label, [("ordinates", line.y.count)], line.x.count)
            if let band = line.band {
                try check(
                    "line", line.label, [("lower edges", band.lower.count), ("upper edges", band.upper.count)],
                    line.x.count)
                yLimits += (band.lower + band.upper).filter(\.isFinite)
            }
            add(line.x, line.y)
        case .points(let points):
            try check("points", points.label, [("ordinates", points.y.count)], points.x.count)
            add(points.x, points.y)
            try addErrors(points.error, around: points.y, points.label)
        case .bars(let bars):
            (hasOnlyPoints, hasBars) = (false, true)
            add(bars.centers, bars.heights)
            try addErrors(bars.error, around: bars.heights, bars.label)
        case .picture(let picture):
            (hasOnlyPoints, hasPicture) = (false, true)
            add([picture.x.lowerBound, picture.x.upperBound], [picture.y.lowerBound, picture.y.upperBound])
        }
    }

    private mutating func addErrors(_ error: [Double]?, around y: [Double], _ label: String?) throws(PlotError) {
        guard let error else { return }
        try check("points", label, [("error bars", error.count)], y.count)
        for (value, half) in zip(y, error) where value.isFinite && half.isFinite {
            yLimits += [value - half, value + half]
        }
    }

    private func check(
        _ kind: String, _ label: String?, _ lists: [(String, Int)], _ expected: Int
    ) throws(PlotError) {
        for (what, count) in lists where count != expected {
            throw .counts(mark: label ?? kind, what: what, count, expected: expected)
        }
    }

    private mutating func add(_ xs: [Double], _ ys: [Double]) {
        for (a, b) in zip(xs, ys) {
            if a.isFinite, b.isFinite {
                x.append(a)
                y.append(b)
            } else {
                omitted += 1
            }
        }
    }
}
