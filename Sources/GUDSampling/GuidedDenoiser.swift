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

    /// How often the denoiser is evaluated for one ε̂: twice where guidance compares two of them.
    var passes: Int { embedding == nil || guidance == 0 || guidance == 1 ? 1 : 2 }

    /// Writes ε̂ of a batch.
    ///
    /// - Parameters:
    ///   - components: z(t), row-major `[batch, K]`.
    ///   - states: The noising states of the samples.
    ///   - noise: Overwritten with ε̂; of the same count.
    mutating func predictNoise(
        in components: [Float], states: NoisingStates, into noise: inout [Float]
    ) throws(DenoiserError) {
        guard let embedding else { return try predict(components, states, nil, into: &noise) }
        let row = guidance == 0 ? [Float](repeating: 0, count: embedding.count) : embedding
        try predict(components, states, row, into: &noise)
        guard passes == 2 else { return }

        if unconditional.count != noise.count { unconditional = [Float](repeating: 0, count: noise.count) }
        try predict(components, states, [Float](repeating: 0, count: embedding.count), into: &unconditional)
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
        _ components: [Float], _ states: NoisingStates, _ row: [Float]?, into noise: inout [Float]
    ) throws(DenoiserError) {
        let embeddings = row.map { Embeddings(repeating: $0, count: components.count / denoiser.componentCount) }
        var span = noise.mutableSpan
        try denoiser.predictNoise(in: components.span, states: states, embeddings: embeddings, into: &span)
    }
}
