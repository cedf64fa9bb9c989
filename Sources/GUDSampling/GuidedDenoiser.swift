import GUDCore

/// A denoiser under a condition, with classifier-free guidance.
///
/// With an embedding and guidance *g*, `ε̂ = ε̂_∅ + g (ε̂_c − ε̂_∅)`, where the row of zeros stands for no condition: g = 1 is
/// the plain conditional model and g = 0 the unconditional one, each one evaluation; anything else costs two.
///
/// Source: Ho & Salimans, "Classifier-free diffusion guidance", arXiv:2207.12598, equation 6 with w = g − 1.
struct GuidedDenoiser {
    private let denoiser: any Denoiser
    private let embedding: [Float]?
    private let guidance: Double
    private var unconditional: [Float] = []

    /// Joins a denoiser to a condition.
    ///
    /// - Throws: `DenoiserError.embeddingWidth(_:expected:)` where the embedding is not of the denoiser's width.
    init(_ denoiser: any Denoiser, under condition: Condition) throws(DenoiserError) {
        if let embedding = condition.embedding, embedding.isEmpty || embedding.count != denoiser.embeddingWidth {
            throw .embeddingWidth(embedding.count, expected: denoiser.embeddingWidth)
        }
        self.denoiser = denoiser
        embedding = condition.embedding
        guidance = condition.guidance
    }

    /// Writes ε̂ of a batch that is in one noising state.
    ///
    /// - Parameters:
    ///   - components: z(t), row-major `[batch, K]`.
    ///   - state: The noising state that all samples share.
    ///   - noise: Overwritten with ε̂; of the same count.
    mutating func predictNoise(
        in components: [Float], state: NoisingState, into noise: inout [Float]
    ) throws(DenoiserError) {
        guard let embedding else { return try predict(components, state, nil, into: &noise) }
        let row = guidance == 0 ? [Float](repeating: 0, count: embedding.count) : embedding
        try predict(components, state, row, into: &noise)
        guard guidance != 0, guidance != 1 else { return }

        if unconditional.count != noise.count { unconditional = [Float](repeating: 0, count: noise.count) }
        try predict(components, state, [Float](repeating: 0, count: embedding.count), into: &unconditional)
        let weight = Float(guidance)
        let base = unconditional
        Parallel.forEachRow(of: &noise, width: denoiser.componentCount) { row, noise in
            let base = base.span
            let start = row * noise.count
            for index in noise.indices {
                noise[index] = base[start + index] + weight * (noise[index] - base[start + index])
            }
        }
    }

    private func predict(
        _ components: [Float], _ state: NoisingState, _ row: [Float]?, into noise: inout [Float]
    ) throws(DenoiserError) {
        let embeddings = row.map { Embeddings(repeating: $0, count: components.count / denoiser.componentCount) }
        var span = noise.mutableSpan
        try denoiser.predictNoise(in: components.span, states: .shared(state), embeddings: embeddings, into: &span)
    }
}
