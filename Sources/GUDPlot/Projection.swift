import Foundation

/// A rectangle of the picture, in pixels from its top left.
struct Rectangle: Equatable {
    var left: Double, top: Double, width: Double, height: Double
    var right: Double { left + width }
    var bottom: Double { top + height }
}

/// Where numbers of two axes lie in the picture.
struct Projection {
    let frame: Rectangle
    private let x: Map, y: Map

    init(_ plot: PreparedPlot, frame: Rectangle) {
        self.frame = frame
        x = Map(plot.x, plot.plot.x.scale, from: frame.left, to: frame.right)
        y = Map(plot.y, plot.plot.y.scale, from: frame.bottom, to: frame.top)
    }

    func x(_ value: Double) -> Double { x.place(value) }
    func y(_ value: Double) -> Double { y.place(value) }

    /// The place of an axis' number; far outside it stays near the edge, so that pictures hold no astronomic numbers.
    private struct Map {
        let isLog: Bool
        let low: Double, high: Double
        let start: Double, end: Double

        init(_ range: ClosedRange<Double>, _ scale: Axis.Scale, from start: Double, to end: Double) {
            isLog = scale == .logarithmic
            low = isLog ? log(range.lowerBound) : range.lowerBound
            high = isLog ? log(range.upperBound) : range.upperBound
            (self.start, self.end) = (start, end)
        }

        func place(_ value: Double) -> Double {
            guard !isLog || value > 0 else { return start }
            let share = ((isLog ? log(value) : value) - low) / (high - low)
            return start + (end - start) * min(max(share, -10), 11)
        }
    }
}
