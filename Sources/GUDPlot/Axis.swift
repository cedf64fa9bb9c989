/// One axis of a plot: what it measures, in which unit, and how numbers become places.
public struct Axis: Sendable, Equatable {
    /// How numbers become places.
    public enum Scale: Sendable, Equatable {
        /// Equal differences take equal room.
        case linear
        /// Equal ratios take equal room; every number must be positive.
        case logarithmic
    }

    /// What is measured.
    public var label: String
    /// The unit, shown in brackets behind the label.
    public var unit: String?
    /// How numbers become places.
    public var scale: Scale
    /// The ends; `nil` for those of the data with a little air.
    public var range: ClosedRange<Double>?
    /// Names that stand at 0, 1, 2, … in place of numbers.
    public var categories: [String]?

    /// An axis of numbers.
    public init(
        _ label: String, unit: String? = nil, scale: Scale = .linear, range: ClosedRange<Double>? = nil
    ) {
        self.label = label
        self.unit = unit
        self.scale = scale
        self.range = range
    }

    /// An axis of names: the first at 0, the next at 1, and so on.
    public init(_ label: String = "", categories: [String]) {
        self.init(label, range: -0.5...max(Double(categories.count) - 0.5, 0.5))
        self.categories = categories
    }

    /// The label with its unit.
    var caption: String { unit.map { "\(label) [\($0)]" } ?? label }
}
