/// Points joined by straight lines, with an optional band around them.
public struct Line: Sendable, Equatable {
    /// Its name in the legend; `nil` for none.
    public var label: String?
    /// Places along the two axes; a point that is not finite interrupts the line.
    public var x: [Double], y: [Double]
    /// The lower and upper edge of a band, for example a confidence interval.
    public var band: (lower: [Double], upper: [Double])?
    /// Its colour.
    public var ink: Ink
    /// Its width, in pixels.
    public var width: Double
    /// Whether it is dashed.
    public var isDashed: Bool

    /// A line.
    public init(
        _ label: String? = nil, x: [Double], y: [Double], band: (lower: [Double], upper: [Double])? = nil,
        ink: Ink = .category(0), width: Double = 1.8, isDashed: Bool = false
    ) {
        self.label = label
        self.x = x
        self.y = y
        self.band = band
        self.ink = ink
        self.width = width
        self.isDashed = isDashed
    }

    /// Whether all is equal.
    public static func == (left: Line, right: Line) -> Bool {
        left.label == right.label && left.x == right.x && left.y == right.y && left.ink == right.ink
            && left.band?.lower == right.band?.lower && left.band?.upper == right.band?.upper
            && left.width == right.width && left.isDashed == right.isDashed
    }
}

/// Dots, with an optional error bar each.
public struct Points: Sendable, Equatable {
    /// Their name in the legend; `nil` for none.
    public var label: String?
    /// Places along the two axes.
    public var x: [Double], y: [Double]
    /// Half the length of each vertical error bar, not negative.
    public var error: [Double]?
    /// Their colour.
    public var ink: Ink

    /// Dots.
    public init(
        _ label: String? = nil, x: [Double], y: [Double], error: [Double]? = nil, ink: Ink = .category(0)
    ) {
        self.label = label
        self.x = x
        self.y = y
        self.error = error
        self.ink = ink
    }
}

/// Bars from 0 (on a logarithmic axis, from its lower end) at 0, 1, 2, …: the places of an axis of names.
public struct Bars: Sendable, Equatable {
    /// Their name in the legend; `nil` for none.
    public var label: String?
    /// One height for each name of the axis.
    public var heights: [Double]
    /// Half the length of each error bar, not negative.
    public var error: [Double]?
    /// Their colour.
    public var ink: Ink
    /// Which of how many bars at the same name this is, from 0.
    public var position: (index: Int, of: Int)

    /// Bars.
    public init(
        _ label: String? = nil, heights: [Double], error: [Double]? = nil, ink: Ink = .category(0),
        position: (index: Int, of: Int) = (0, 1)
    ) {
        self.label = label
        self.heights = heights
        self.error = error
        self.ink = ink
        self.position = position
    }

    /// Whether all is equal.
    public static func == (left: Bars, right: Bars) -> Bool {
        left.label == right.label && left.heights == right.heights && left.error == right.error
            && left.ink == right.ink && left.position == right.position
    }

    /// The share of a name's room that its bars take.
    static let share = 0.76
    /// The width of one bar, along the axis.
    var width: Double { Self.share / Double(max(position.of, 1)) }

    /// The middle of each bar, along the axis.
    var centers: [Double] {
        heights.indices.map { Double($0) + (Double(position.index) - Double(position.of - 1) / 2) * width }
    }
}

/// A picture of sharp pixels that fills a rectangle of the plot.
public struct Picture: Sendable, Equatable {
    /// The numbers that its left and right edge, and its lower and upper edge stand at.
    public var x: ClosedRange<Double>, y: ClosedRange<Double>
    /// Rows and columns.
    public let rows: Int, columns: Int
    /// Row-major, from the top.
    public let pixels: [RGB]

    /// A picture from its pixels.
    ///
    /// - Throws: ``PlotError/counts(mark:what:_:expected:)`` where they do not fill the rows and columns.
    public init(
        x: ClosedRange<Double>, y: ClosedRange<Double>, rows: Int, columns: Int, pixels: [RGB]
    ) throws(PlotError) {
        guard rows > 0, columns > 0, pixels.count == rows * columns else {
            throw .counts(mark: "picture", what: "pixels", pixels.count, expected: rows * columns)
        }
        self.x = x
        self.y = y
        self.rows = rows
        self.columns = columns
        self.pixels = pixels
    }

    /// An image of numbers, for example components × times, by the colours of a key; what is not finite is grey.
    ///
    /// - Parameter values: Row-major `[rows, columns]`, the first row at the top.
    public init(
        x: ClosedRange<Double>, y: ClosedRange<Double>, rows: Int, columns: Int, values: [Double], key: ColorKey
    ) throws(PlotError) {
        try self.init(
            x: x, y: y, rows: rows, columns: columns,
            pixels: values.map { $0.isFinite ? ColorScale.color(key.place($0)) : RGB(0x808080) })
    }
}

/// What is drawn in a plot, from back to front.
public enum Mark: Sendable, Equatable {
    /// Points joined by lines.
    case line(Line)
    /// Dots.
    case points(Points)
    /// Bars.
    case bars(Bars)
    /// A picture.
    case picture(Picture)
}
