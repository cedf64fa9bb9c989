import GUDCore

/// The samples that a foreign basis takes.
enum ForeignShapes: String, ParameterChoice {
    /// Vectors alone.
    case vector
    /// Images alone; of one channel, unless a call is told the number of `channels`.
    case image
    /// Both, as flat rows of `count` scalars.
    case any

    /// The sizes that calls may be told.
    var sizes: [ForeignSize] {
        switch self {
        case .vector, .any: [.count, .log2count]
        case .image: ForeignSize.allCases
        }
    }

    /// Throws where samples of a shape cannot be handed to the calls.
    func check(_ shape: SampleShape, calls: [ForeignCall]) throws(BasisError) {
        switch (self, shape) {
        case (.vector, .image): throw .unsupportedShape(shape, reason: "it takes vectors")
        case (.image, .vector): throw .unsupportedShape(shape, reason: "it takes images")
        case (.image, .image(_, _, let channels)) where channels > 1 && !Self.use(.channels, calls):
            throw .unsupportedShape(
                shape, reason: "it takes images of one channel; its functions are not told of channels")
        default: break
        }
        if Self.use(.log2count, calls), ForeignSize.log2count.value(for: shape) == nil {
            throw .unsupportedShape(shape, reason: "its count must be a power of two, and is \(shape.dimension)")
        }
    }

    private static func use(_ size: ForeignSize, _ calls: [ForeignCall]) -> Bool {
        calls.contains { call in
            call.arguments.contains { if case .number(_, .size(size)) = $0 { true } else { false } }
        }
    }

    /// The shape that a sample pair's list of axes stands for: `[count]`, `[height, width]`, `[height, width,
    /// channels]`.
    ///
    /// - Returns: `nil` where the axes are not positive, too many, or make more than a million scalars.
    static func shape(axes: [Int]) -> SampleShape? {
        guard let shape = SampleShape(axes: axes.count == 2 ? axes + [1] : axes) else { return nil }
        var product = 1
        for axis in axes {
            let (next, overflow) = product.multipliedReportingOverflow(by: axis)
            guard !overflow, next <= 1 << 20 else { return nil }
            product = next
        }
        return shape
    }
}
