import GUDCore

/// What can go wrong while sampling, apart from what the denoiser or the schedule report.
public enum SamplingError: GUDError, Equatable {
    /// The caller asked to stop.
    case cancelled(sampler: String, step: Int, of: Int)
    /// A number of the state is NaN or infinite.
    case notFinite(sampler: String, step: Int, of: Int, time: Double, sample: Int, component: Int)
    /// A solver with adaptive steps would need more of them than it may take.
    case stepLimit(sampler: String, limit: Int, time: Double, sample: Int)
    /// Two parts of the problem disagree about the number of components.
    case count(Int, expected: Int, what: String)
    /// A variance is negative or not finite.
    case variance(Double, component: Int)
    /// An observation cannot be met in the way that was asked for.
    case observation(String)
    /// More samples are asked for than fit into memory.
    case samples(Int, limit: Int)
    /// Samples are counted from 0.
    case index(Int)
    /// Steps are to be taken never, or far too often.
    case resamplings(Int)
    /// Batches must hold at least one sample.
    case batchSize(Int)

    /// The text of the message.
    public var description: String {
        switch self {
        case .cancelled(let sampler, let step, let count): "\(sampler): cancelled after \(step) of \(count) steps"
        case .notFinite(let sampler, let step, let count, let time, let sample, let component):
            "\(sampler): component \(component) of sample \(sample) is not finite after step \(step) of \(count), at t = "
                + "\(time); take more steps, or check the denoiser's output there"
        case .stepLimit(let sampler, let limit, let time, let sample):
            "\(sampler): sample \(sample) is at t = \(time) after \(limit) steps; raise rtol, atol or maxSteps"
        case .count(let count, let expected, let what):
            "\(what) has \(count) components where the denoiser has \(expected)"
        case .variance(let variance, let component):
            "the variance of component \(component) is \(variance); variances are finite and not negative"
        case .observation(let message): message
        case .samples(let count, let limit):
            "\(count) samples are more than are drawn at once in this machine's memory, \(limit); draw them in parts, each with "
                + "a seed of its own"
        case .index(let index): "sample \(index) was asked for; samples are counted from 0"
        case .resamplings(let count):
            "\(count) resamplings were asked for; every step is taken 1 to \(SamplingProblem.resamplingLimit) times"
        case .batchSize(let size): "the batch size is \(size); it must be 1 or more"
        }
    }

    /// Mismatched parts are the request's mistake; the rest happens while carrying it out.
    public var blame: Blame {
        switch self {
        case .cancelled, .notFinite, .stepLimit: .execution
        case .count, .variance, .samples, .index, .resamplings, .batchSize, .observation: .request
        }
    }
}
