/// Why something cannot be drawn.
public enum PlotError: Error, CustomStringConvertible, Sendable, Equatable {
    /// Two lists that go together differ in length.
    case counts(mark: String, what: String, Int, expected: Int)
    /// A logarithmic axis was given a number that has no logarithm.
    case notPositive(axis: String, Double)
    /// A range of an axis is empty, or not finite.
    case range(axis: String, lower: Double, upper: Double)
    /// There is nothing to draw: no mark, or none with a finite point.
    case nothingToDraw(plot: String)
    /// The picture's size is out of the question.
    case size(width: Int, height: Int)
    /// The library that makes pixels failed.
    case raster(reason: String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .counts(let mark, let what, let count, let expected):
            "'\(mark)' has \(count) \(what), but \(expected) points; give one for each"
        case .notPositive(let axis, let value):
            "the logarithmic axis '\(axis)' cannot show \(value); leave such points out, or use a linear axis"
        case .range(let axis, let lower, let upper):
            "axis '\(axis)' cannot run from \(lower) to \(upper); give two finite ends, the lower first"
        case .nothingToDraw(let plot): "the plot '\(plot)' has no finite point to draw"
        case .size(let width, let height):
            "a picture of \(width) × \(height) pixels is out of range; each side is from 1 to 32,767"
        case .raster(let reason): "the picture cannot be rendered: \(reason)"
        }
    }
}
