import GUDCore

/// A denoiser under a condition, with classifier-free guidance: a denoiser that takes no condition any more.
///
/// With the embedding *c* and the strengths g_i of a `Guidance`, `ε̂_i = ε̂_∅,i + g_i (ε̂_c,i − ε̂_∅,i)`, where the row of zeros stands
/// for no condition. Where every g_i is 1 that is the plain conditional model, where every g_i is 0 the unconditional one, each one
/// evaluation; anything else costs two, and of the samples of a batch those only whose time lies in the interval. Components
/// of g_i = 1 have the bits of the plain conditional model.
///
/// It differentiates itself where its denoiser does: see `GuidedDenoiser+PullBack.swift`.
///
///     let guided = try unet.guided(by: condition)
///     guided as? any DifferentiableDenoiser  // where unet is one
///
/// Source: Ho & Salimans, "Classifier-free diffusion guidance", arXiv:2207.12598; see `Guidance`.
public struct GuidedDenoiser<Base: Denoiser>: CompositeDenoiser {
    /// The denoiser that it evaluates.
    public let base: Base
    /// g_i inside the interval.
    let strengths: [Float]

    private let embedding: [Float]?
    private let interval: GuidanceInterval
    private let inside: Passes

    /// What ε̂ of a sample is made of.
    private enum Passes {
        case conditional
        case unconditional
        case both
    }

    /// Joins a denoiser to a condition.
    ///
    /// - Throws: `DenoiserError.embeddingWidth(_:expected:)` where the embedding is not of the denoiser's width, and
    ///   `GuidanceError.weightCount(_:expected:)`.
    public init(_ base: Base, under condition: Condition) throws {
        if let embedding = condition.embedding, embedding.isEmpty || embedding.count != base.embeddingWidth {
            throw DenoiserError.embeddingWidth(embedding.count, expected: base.embeddingWidth)
        }
        let guidance = condition.guidance
        if let weights = guidance.weights, weights.count != base.componentCount {
            throw GuidanceError.weightCount(weights.count, expected: base.componentCount)
        }
        self.base = base
        embedding = condition.embedding
        interval = guidance.interval
        strengths = guidance.strengths(componentCount: base.componentCount).map(Float.init)
        if embedding == nil || strengths.allSatisfy({ $0 == 1 }) {
            inside = .conditional
        } else {
            inside = strengths.allSatisfy { $0 == 0 } ? .unconditional : .both
        }
    }

    /// The number of components, *K*.
    public var componentCount: Int { base.componentCount }
    /// It has its condition already.
    public var embeddingWidth: Int { 0 }

    private func passes(at time: Double) -> Passes { interval.contains(time) ? inside : .conditional }

    /// Two inside the interval where guidance compares the denoiser with and without its condition, else one.
    public func evaluations(at time: Double) -> Int {
        (passes(at: time) == .both ? 2 : 1) * ((base as? any CompositeDenoiser)?.evaluations(at: time) ?? 1)
    }

    /// The ends of the interval, where guidance makes a difference inside; those of the denoiser besides.
    public var jumps: [Double] {
        let own = inside == .conditional ? [] : [interval.low, interval.high].filter { $0 > 0 && $0 < 1 }
        return own + base.allJumps
    }

    /// Writes ε̂ for a batch of noised components; takes no embeddings.
    public func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        let batch = try batchCount(noised: noised.count, noise: noise.count, states: states, embeddings: embeddings)
        let plan = plan(states, batch: batch)
        try base.predictNoise(in: noised, states: states, embeddings: plan.embeddings, into: &noise)
        guard !plan.compared.isEmpty else { return }
        let other = try base.predictNoise(
            in: rows(plan.compared, of: noised), states: states.selecting(plan.compared), embeddings: plan.none)
        combine(other, of: plan.compared, into: &noise)
    }

    /// How a batch is evaluated.
    struct Plan {
        /// The conditions of the first evaluation: the embedding, or zeros where the sample ignores it.
        let embeddings: Embeddings?
        /// The samples that are evaluated again without a condition.
        let compared: [Int]
        /// No condition, for each of them.
        let none: Embeddings?
    }

    /// How to evaluate a batch.
    func plan(_ states: NoisingStates, batch: Int) -> Plan {
        guard let embedding else { return Plan(embeddings: nil, compared: [], none: nil) }
        let passes: [Passes] =
            switch states {
            case .shared(let state): [Passes](repeating: passes(at: state.time), count: batch)
            case .perSample(let states): states.map { self.passes(at: $0.time) }
            }
        let zeros = [Float](repeating: 0, count: embedding.count)
        let compared = passes.indices.filter { passes[$0] == .both }
        return Plan(
            embeddings: Embeddings(
                width: embedding.count, values: passes.flatMap { $0 == .unconditional ? zeros : embedding }),
            compared: compared, none: Embeddings(repeating: zeros, count: compared.count))
    }

    /// Some rows of a row-major `[batch, K]`.
    func rows(_ rows: [Int], of values: Span<Float>) -> [Float] {
        rows.flatMap { row in (row * componentCount..<(row + 1) * componentCount).map { values[$0] } }
    }

    /// Turns ε̂_c of some rows into `ε̂_∅ + g (ε̂_c − ε̂_∅)`.
    func combine(_ unconditional: [Float], of rows: [Int], into noise: inout MutableSpan<Float>) {
        for (place, row) in rows.enumerated() {
            for component in strengths.indices where strengths[component] != 1 {
                let index = row * componentCount + component
                let base = unconditional[place * componentCount + component]
                noise[index] = base + strengths[component] * (noise[index] - base)
            }
        }
    }
}

extension Denoiser {
    /// The denoiser under a condition, with its guidance; it differentiates itself where this one does.
    ///
    /// - Throws: As ``GuidedDenoiser/init(_:under:)``.
    public func guided(by condition: Condition) throws -> any CompositeDenoiser {
        try GuidedDenoiser(self, under: condition)
    }
}

extension NoisingStates {
    /// The states of some samples of a batch.
    func selecting(_ samples: [Int]) -> NoisingStates {
        switch self {
        case .shared: self
        case .perSample(let states): .perSample(samples.map { states[$0] })
        }
    }
}
