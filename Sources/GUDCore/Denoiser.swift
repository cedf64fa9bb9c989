/// Estimates the noise in noised components: `ε̂(z, γ) ≈ E[ε | z]`.
///
/// The score is `−ε̂/σ`, the clean components `x̂0 = (z − σ ε̂)/α`, and the velocity of the probability-flow ODE
/// `−½ β (z − ε̂/σ)`; samplers and likelihoods need nothing else.
///
/// A denoiser lives in the whitened components *z* of a ``ComponentSpace``. What it does inside (an exact formula, a network
/// on whitened data `y = Uᵀ z`) is its own affair.
public protocol Denoiser: Sendable {
    /// The number of components, *K*.
    var componentCount: Int { get }

    /// The width of the embedding that it can be conditioned on; 0 when it takes none.
    var embeddingWidth: Int { get }

    /// Writes ε̂ for a batch of noised components.
    ///
    /// - Parameters:
    ///   - noised: Row-major `[batch, K]`, whitened components z(t).
    ///   - states: The noising state of each sample, of *K* components.
    ///   - embeddings: One row per sample of ``embeddingWidth`` scalars, or `nil` for no condition.
    ///   - noise: Row-major `[batch, K]`, overwritten with ε̂.
    /// - Throws: ``DenoiserError``.
    func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
    ) throws(DenoiserError)
}

/// A denoiser that can differentiate itself, as likelihoods and guidance need.
public protocol DifferentiableDenoiser: Denoiser {
    /// Writes the vector–Jacobian product `(∂ε̂/∂z)ᵀ w` of each sample, and ε̂ itself.
    ///
    /// - Parameters:
    ///   - cotangents: *w*, row-major `[batch, K]`.
    ///   - noise: Row-major `[batch, K]`, overwritten with ε̂.
    ///   - products: Row-major `[batch, K]`, overwritten.
    /// - Throws: ``DenoiserError``.
    func pullBack(
        _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
        noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError)
}

/// A denoiser that says how much of the noising state it makes use of.
public protocol ComponentAwareDenoiser: Denoiser {
    /// Whether it knows γ of every component, and not the time alone.
    ///
    /// Only then may components be held clean while others are noised. A denoiser that does not say is taken to know.
    var knowsEveryGamma: Bool { get }
}

/// A denoiser that has the conditional distribution of its own model given linear observations in closed form.
public protocol ConditionableDenoiser: Denoiser {
    /// The denoiser of the same model, given one row of an observation.
    ///
    /// - Throws: ``DenoiserError`` where the observation is of another number of components, or impossible.
    func conditioned(on observed: ObservedComponents, row: Int) throws(DenoiserError) -> any Denoiser
}

/// A denoiser whose parameters were fitted, and which a checkpoint must keep.
public protocol FittedDenoiser: Denoiser {
    /// Everything that the factory needs to make this denoiser again without data.
    var state: StateArrays { get throws }
}

/// Conditioning vectors, one row per sample of a batch.
public struct Embeddings: Sendable {
    /// Scalars per row.
    public let width: Int
    /// Row-major `[batch, width]`.
    public let values: [Float]

    /// Wraps row-major values; their count must be a multiple of the width.
    public init(width: Int, values: [Float]) {
        precondition(width > 0 && values.count % width == 0, "embedding values must be whole rows")
        self.width = width
        self.values = values
    }

    /// The same row for every sample of a batch.
    public init(repeating row: [Float], count: Int) {
        self.init(width: row.count, values: (0..<count).flatMap { _ in row })
    }
}

/// What can go wrong while a denoiser is made or applied.
public enum DenoiserError: GUDError, Equatable {
    /// A buffer does not hold the scalars that the batch calls for.
    case count(Int, expected: Int, what: String)
    /// The denoiser cannot be made for this space.
    case configuration(String)
    /// The denoiser must be fitted or trained, and there is neither data nor state.
    case needsData(denoiser: String)
    /// It was given an embedding of another width than it takes.
    case embeddingWidth(Int, expected: Int)
    /// The tensor engine, a factorisation or a plugin failed.
    case failed(reason: String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .count(let count, let expected, let what): "\(what) holds \(count) scalars where \(expected) are expected"
        case .configuration(let message): message
        case .needsData(let denoiser):
            "denoiser '\(denoiser)' is fitted to data, and there is neither data nor a checkpoint to take it from"
        case .embeddingWidth(let width, let expected):
            expected == 0
                ? "the denoiser takes no condition, but one of width \(width) was given; use a denoiser that is trained with "
                    + "the conditioner, or the conditioner 'none'"
                : "the condition has width \(width), but the denoiser takes \(expected)"
        case .failed(let reason): "the denoiser failed: \(reason)"
        }
    }

    /// Configuration mistakes are the request's; the rest happens while carrying it out.
    public var blame: Blame {
        switch self {
        case .configuration, .needsData, .embeddingWidth: .request
        default: .execution
        }
    }
}

extension Denoiser {
    /// Checks the buffers of a prediction and returns the number of samples in the batch.
    public func batchCount(
        noised: Int, noise: Int, states: NoisingStates, embeddings: Embeddings?
    ) throws(DenoiserError) -> Int {
        guard noised % componentCount == 0 else {
            throw .count(noised, expected: (noised / componentCount + 1) * componentCount, what: "the noised batch")
        }
        guard noise == noised else { throw .count(noise, expected: noised, what: "the noise") }
        let batch = noised / componentCount
        switch states {
        case .shared(let state):
            guard state.componentCount == componentCount else {
                throw .count(state.componentCount, expected: componentCount, what: "the noising state")
            }
        case .perSample(let states):
            guard states.count == batch else { throw .count(states.count, expected: batch, what: "the list of states") }
            for state in states where state.componentCount != componentCount {
                throw .count(state.componentCount, expected: componentCount, what: "a noising state")
            }
        }
        if let embeddings {
            guard embeddings.width == embeddingWidth else {
                throw .embeddingWidth(embeddings.width, expected: embeddingWidth)
            }
            guard embeddings.values.count == batch * embeddingWidth else {
                throw .count(embeddings.values.count, expected: batch * embeddingWidth, what: "the embeddings")
            }
        }
        return batch
    }

    /// Checks the buffers of a pull-back of one or more directions and returns the number of samples in the batch.
    public func batchCount(
        noised: Int, noise: Int, cotangents: Int, products: Int, directions: Int = 1, states: NoisingStates,
        embeddings: Embeddings?
    ) throws(DenoiserError) -> Int {
        let batch = try batchCount(noised: noised, noise: noise, states: states, embeddings: embeddings)
        guard directions > 0 else { throw .count(directions, expected: 1, what: "the list of directions") }
        let expected = directions * noised
        guard cotangents == expected else { throw .count(cotangents, expected: expected, what: "the cotangents") }
        guard products == expected else { throw .count(products, expected: expected, what: "the products") }
        return batch
    }

    /// ε̂ of a batch held in an array, as an array.
    public func predictNoise(
        in noised: [Float], states: NoisingStates, embeddings: Embeddings? = nil
    ) throws(DenoiserError) -> [Float] {
        var noise = [Float](repeating: 0, count: noised.count)
        var span = noise.mutableSpan
        try predictNoise(in: noised.span, states: states, embeddings: embeddings, into: &span)
        return noise
    }
}
