/// The axis along which images are cut into lines, or grow.
public enum ImageAxis: String, Sendable, CaseIterable {
    /// Lines are columns: images grow to the right.
    case columns
    /// Lines are rows: images grow downwards.
    case rows
}

/// Images of one size as sequences of lines, columns or rows, which can be cut and joined.
///
///     let window = ImageStrips(values, shape: .image(height: 28, width: 28, channels: 1), along: .columns)
///     let last = window?.lines(14..<28)  // the right halves
///
/// Values are laid out as those of samples: row-major `[count, height, width, channels]`, whatever the axis.
public struct ImageStrips: Sendable, Equatable {
    /// The axis that lines are counted along.
    public let axis: ImageAxis
    /// The size of each image.
    public let shape: SampleShape
    /// Row-major `[count, height, width, channels]`.
    public let values: [Float]
    /// How many lines each image has.
    public let lineCount: Int
    /// Scalars of one line: height × channels of a column, width × channels of a row.
    public let lineSize: Int

    /// Wraps images; `nil` for vectors, and where the values are not whole images.
    public init?(_ values: [Float], shape: SampleShape, along axis: ImageAxis) {
        guard case .image(let height, let width, let channels) = shape, shape.dimension > 0,
            values.count.isMultiple(of: shape.dimension)
        else { return nil }
        self.axis = axis
        self.shape = shape
        self.values = values
        lineCount = axis == .columns ? width : height
        lineSize = (axis == .columns ? height : width) * channels
    }

    private init(checked values: [Float], height: Int, width: Int, channels: Int, along axis: ImageAxis) {
        self.axis = axis
        self.values = values
        shape = .image(height: height, width: width, channels: channels)
        lineCount = axis == .columns ? width : height
        lineSize = (axis == .columns ? height : width) * channels
    }

    /// How many images there are.
    public var count: Int { values.count / shape.dimension }

    /// The length of the other axis, and the channels: what images that are joined must have in common.
    public var profile: [Int] {
        axis == .columns ? [shape.axes[0], shape.axes[2]] : [shape.axes[1], shape.axes[2]]
    }

    /// Scalars of a line that lie together in memory.
    private var run: Int { axis == .columns ? shape.axes[2] : lineSize }

    /// Some lines of every image.
    ///
    /// - Precondition: The range is within `0 ..< lineCount` and not empty.
    public func lines(_ range: Range<Int>) -> ImageStrips {
        var cut: [Float] = []
        cut.reserveCapacity(range.count * lineSize * count)
        for start in stride(from: 0, to: values.count, by: lineCount * run) {
            cut += values[start + range.lowerBound * run..<start + range.upperBound * run]
        }
        return with(cut, lineCount: range.count)
    }

    /// Every image, followed by the one of the same place in another set.
    ///
    /// - Precondition: Both have as many images, of one ``profile``.
    public func appending(_ next: ImageStrips) -> ImageStrips {
        precondition(count == next.count && profile == next.profile && axis == next.axis, "images that fit together")
        var joined: [Float] = []
        joined.reserveCapacity(values.count + next.values.count)
        let (own, other) = (lineCount * run, next.lineCount * run)
        for block in 0..<values.count / own {
            joined += values[block * own..<(block + 1) * own]
            joined += next.values[block * other..<(block + 1) * other]
        }
        return with(joined, lineCount: lineCount + next.lineCount)
    }

    /// The images at these places, in this order; a place may occur more than once.
    public func selecting(_ places: [Int]) -> ImageStrips {
        with(places.flatMap { values[$0 * shape.dimension..<($0 + 1) * shape.dimension] }, lineCount: lineCount)
    }

    /// One flag per scalar of an image: set in the lines of a range.
    public func mask(of range: Range<Int>) -> [Bool] {
        (0..<shape.dimension).map { range.contains($0 / run % lineCount) }
    }

    /// Line by line: row-major `[count, lineCount, lineSize]`.
    public var transposed: [Float] {
        guard axis == .columns else { return values }
        let (height, channels) = (shape.axes[0], shape.axes[2])
        var lines = [Float](repeating: 0, count: values.count)
        for index in values.indices {
            let (rest, channel) = index.quotientAndRemainder(dividingBy: channels)
            let (row, column) = rest.quotientAndRemainder(dividingBy: lineCount)
            let (image, y) = row.quotientAndRemainder(dividingBy: height)
            lines[((image * lineCount + column) * height + y) * channels + channel] = values[index]
        }
        return lines
    }

    private func with(_ values: [Float], lineCount: Int) -> ImageStrips {
        let axes = shape.axes
        return ImageStrips(
            checked: values, height: axis == .columns ? axes[0] : lineCount,
            width: axis == .columns ? lineCount : axes[1], channels: axes[2], along: axis)
    }
}
