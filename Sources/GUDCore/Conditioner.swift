/// Turns a request into what a pipeline needs: an embedding for the denoiser, and the components that are given.
public protocol Conditioner: Sendable {
    /// The width of the embeddings that it makes; 0 when it makes none.
    var embeddingWidth: Int { get }

    /// Works out the condition that a request stands for.
    ///
    /// - Throws: ``ConditionerError`` where the request asks for something that this conditioner, or the space, has not.
    func condition(_ request: ConditionRequest, in space: ComponentSpace) throws(ConditionerError) -> Condition
}

/// A conditioner that takes part in training: it says how often a condition is left out.
public protocol TrainingConditioner: Conditioner {
    /// The probability of training a sample without its condition, so that the model also learns to do without.
    var dropProbability: Double { get }
}

/// What somebody asks of a sampler beyond "a sample".
public struct ConditionRequest: Sendable {
    /// The class wanted, counted from 0.
    public var classIndex: Int?
    /// How strongly to follow the class, when, and in which components.
    public var guidance: Guidance
    /// What is known of the samples beforehand.
    public var observed: Observation?
    /// How the observation is to be met.
    public var method: ConditioningMethod
    /// How often the method `replacement` repeats every step, 1 or more.
    public var resamplings: Int

    /// A request; the default asks for nothing.
    public init(
        classIndex: Int? = nil, guidance: Guidance = .plain, observed: Observation? = nil,
        method: ConditioningMethod = .auto, resamplings: Int = 4
    ) {
        self.classIndex = classIndex
        self.guidance = guidance
        self.observed = observed
        self.method = method
        self.resamplings = resamplings
    }
}

/// What a conditioner made of a request.
public struct Condition: Sendable {
    /// The row that the denoiser is conditioned on, of the conditioner's width; `nil` for none.
    public var embedding: [Float]?
    /// How strongly to follow the embedding, as in ``ConditionRequest/guidance``.
    public var guidance: Guidance
    /// Components whose clean values are known; they are held at γ_i(0) throughout, unless ``observed`` says otherwise.
    public var given: GivenComponents?
    /// All that was observed, and how it is to be met; `nil` where ``given`` is all there is.
    public var observed: ObservedCondition?

    /// A condition; the default constrains nothing.
    public init(
        embedding: [Float]? = nil, guidance: Guidance = .plain, given: GivenComponents? = nil,
        observed: ObservedCondition? = nil
    ) {
        self.embedding = embedding
        self.guidance = guidance
        self.given = given
        self.observed = observed
    }
}

/// Whitened components that are known before sampling begins.
public struct GivenComponents: Sendable {
    /// One flag per component.
    public let mask: [Bool]
    /// Whitened values z_i(0), row-major `[rows, K]`, read only where the mask is set: one row for all samples, or several
    /// that samples take in turn by their index.
    public let values: [Float]

    /// Pairs a mask with values: one per component, or whole rows of them.
    public init(mask: [Bool], values: [Float]) {
        precondition(
            !mask.isEmpty && !values.isEmpty && values.count.isMultiple(of: mask.count), "whole rows of values")
        self.mask = mask
        self.values = values
    }

    /// How many rows of values there are.
    public var rowCount: Int { values.count / mask.count }

    /// The value of a component for a sample, by the sample's global index.
    public func value(_ component: Int, sample: Int) -> Float {
        values[sample % rowCount * mask.count + component]
    }
}

/// Why a request cannot be turned into a condition.
public enum ConditionerError: GUDError, Equatable {
    /// The class does not exist.
    case classOutOfRange(Int, count: Int)
    /// The conditioner knows nothing of what is asked.
    case unsupported(String)
    /// A mask or a list of values has another length than the samples.
    case count(Int, expected: Int, what: String)
    /// A plugin reported a failure of its own.
    case failed(reason: String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .classOutOfRange(let index, let count): "class \(index) does not exist; the model knows 0 to \(count - 1)"
        case .unsupported(let message): message
        case .count(let count, let expected, let what): "\(what) holds \(count) values where \(expected) are expected"
        case .failed(let reason): "the conditioner failed: \(reason)"
        }
    }

    /// Only a plugin's own failure is not the request's mistake.
    public var blame: Blame {
        if case .failed = self { .execution } else { .request }
    }
}
