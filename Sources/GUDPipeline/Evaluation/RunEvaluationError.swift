import GUDCore

/// What can go wrong while a run is evaluated, beyond its parts.
public enum RunEvaluationError: GUDError, Equatable {
    /// The data set has nothing to compare with.
    case noReference(String)
    /// A sampler made something that is no number.
    case notFinite(String, sample: Int, value: String)
    /// An extractor made something that is no number.
    case features(String, of: String, sample: Int, value: String)
    /// A record cannot be read.
    case record(String, reason: String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .noReference(let data):
            "data set '\(data)' has no held-out part to compare samples with; name one in its parameters (see 'gud list dataset'), "
                + "for example --set data.testFraction=0.1 where the set offers it"
        case .notFinite(let name, let sample, let value):
            "sample \(sample) of '\(name)' holds \(value): the sampler diverged; take more steps, or another sampler"
        case .features(let extractor, let name, let sample, let value):
            "extractor '\(extractor)' gives \(value) for image \(sample) of \(name); check the range that it expects"
        case .record(let path, let reason):
            "'\(path)' is not a record of an evaluation: \(reason); make it anew with 'gud evaluate'"
        }
    }

    /// A set without held-out data is the request's mistake.
    public var blame: Blame {
        if case .noReference = self { .request } else { .execution }
    }
}
