import GUDCore

/// What can go wrong while samples are evaluated.
public enum EvaluationError: GUDError, Equatable {
    /// The values are not a whole number of samples.
    case partialSample(count: Int, dimension: Int)
    /// A sample holds NaN or infinity.
    case notFinite(sample: Int, value: String)
    /// Two sets have samples of different sizes.
    case dimensions(Int, Int)
    /// A measure needs more samples.
    case tooFew(Int, needed: Int, measure: String)
    /// A recipe asks for no projections.
    case projections(Int)
    /// A factorisation failed.
    case linearAlgebra(String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .partialSample(let count, let dimension):
            "\(count) values are not a whole number of samples of \(dimension)"
        case .notFinite(let sample, let value): "sample \(sample) holds \(value); only finite numbers can be compared"
        case .dimensions(let a, let b):
            "samples of \(a) scalars cannot be compared with samples of \(b); bring both to one shape"
        case .tooFew(let count, let needed, let measure):
            "\(measure) needs \(needed) samples or more on each side, but one side has \(count)"
        case .projections(let count): "\(count) projections were asked for; give 1 or more"
        case .linearAlgebra(let reason): "the covariances cannot be compared: \(reason)"
        }
    }

    /// A failed factorisation is not the request's mistake.
    public var blame: Blame {
        if case .linearAlgebra = self { .execution } else { .request }
    }
}
