import GUDCore

/// One argument of a call, as the manifest writes it: a type, and what is passed.
///
///     arguments: [pointer: plan, buffer: input, buffer: output, int32: count, double: 0.5]
enum ForeignArgument: Sendable, Hashable {
    /// A number: `int32: height`, `double: 0.5`.
    case number(ForeignType, ForeignQuantity)
    /// A sample's scalars: `buffer: input`.
    case buffer(ForeignBuffer)
    /// A handle that set-up saved: `pointer: plan`.
    case handle(String)
    /// A pointer to a place where the function puts a new handle: `handle: plan`, in set-up only.
    case newHandle(String)
    /// `pointer: null`.
    case null

    /// The type that is passed.
    var type: ForeignType {
        if case .number(let type, _) = self { type } else { .pointer }
    }
}

/// Which buffer a pointer points to.
enum ForeignBuffer: String, ParameterChoice {
    /// The scalars that are read.
    case input
    /// The scalars that are written.
    case output
    /// The scalars that are read and overwritten with the result.
    case inplace
}

/// Where an argument's number comes from.
enum ForeignQuantity: Sendable, Hashable {
    case integer(Int)
    case real(Double)
    case size(ForeignSize)
    case parameter(String)
}

/// A number that follows from the shape of the samples.
enum ForeignSize: String, ParameterChoice {
    /// Scalars in a sample, *D*.
    case count
    /// The axes of an image.
    case height, width, channels
    /// The exponent of a count that is a power of two.
    case log2count = "log2(count)"

    /// The number for a shape, or `nil` where the shape has none.
    func value(for shape: SampleShape) -> Int? {
        switch (self, shape) {
        case (.count, _): shape.dimension
        case (.height, .image(let height, _, _)): height
        case (.width, .image(_, let width, _)): width
        case (.channels, .image(_, _, let channels)): channels
        case (.log2count, _):
            shape.dimension.nonzeroBitCount == 1 ? shape.dimension.trailingZeroBitCount : nil
        case (.height, .vector), (.width, .vector), (.channels, .vector): nil
        }
    }
}
