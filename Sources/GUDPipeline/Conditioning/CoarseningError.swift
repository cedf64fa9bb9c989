import GUDCore

/// Why an image cannot be made larger as asked.
public enum CoarseningError: GUDError, Equatable {
    /// The samples are vectors.
    case notAnImage(SampleShape)
    /// The factor does not divide the sides.
    case factor(Int, height: Int, width: Int)
    /// The small image has another size.
    case size(Int, expected: Int, height: Int, width: Int)

    /// The text of the message.
    public var description: String {
        switch self {
        case .notAnImage(let shape): "only images are made larger, and the samples are \(shape)"
        case .factor(let factor, let height, let width):
            "a factor of \(factor) does not divide \(height)×\(width); give a common divisor of both sides, 2 or more"
        case .size(let count, let expected, let height, let width):
            "the small image holds \(count) numbers where \(expected) are expected, \(height)×\(width) pixels; choose another "
                + "factor, or another image"
        }
    }

    /// The request's mistake.
    public var blame: Blame { .request }
}
