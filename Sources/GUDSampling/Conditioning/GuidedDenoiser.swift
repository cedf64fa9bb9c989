import GUDCore

/// A denoiser under a class or another embedding, with classifier-free guidance; as a denoiser it takes no further condition.
///
/// With an embedding and guidance *g*, `ε̂ = ε̂_∅ + g (ε̂_c − ε̂_∅)`, where the row of zeros stands for no condition: g = 1 is
/// the plain conditional model and g = 0 the unconditional one, each one evaluation; anything else costs two.
///
/// Source: Ho & Salimans, "Classifier-free diffusion guidance", arXiv:2207.12598, equation 6 with w = g − 1.
struct GuidedDenoiser: DifferentiableDenoiser {
    private let denoiser: any Denoiser
    private let embedding: [Float]?
    private let guidance: Double

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

    var componentCount: Int { denoiser.componentCount }
    var embeddingWidth: Int { 0 }

    /// How often the denoiser is evaluated for one ε̂: twice where guidance compares two of them.
    var passes: Int { embedding == nil || guidance == 0 || guidance == 1 ? 1 : 2 }

    /// Whether ``pullBack(_:through:states:embeddings:noise:into:)`` can be asked.
    var isDifferentiable: Bool { denoiser is any DifferentiableDenoiser }

    func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        let count = noised.count / componentCount
        try denoiser.predictNoise(in: noised, states: states, embeddings: rows(asked, count), into: &noise)
        guard passes == 2 else { return }
        var base = [Float](repeating: 0, count: noise.count)
        var span = base.mutableSpan
        try denoiser.predictNoise(in: noised, states: states, embeddings: rows(nothing, count), into: &span)
        mix(base, into: &noise)
    }

    func pullBack(
        _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
        noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        guard let denoiser = denoiser as? any DifferentiableDenoiser else {
            throw .failed(reason: "it offers no Jacobian products")
        }
        let count = noised.count / componentCount
        try denoiser.pullBack(
            cotangents, through: noised, states: states, embeddings: rows(asked, count), noise: &noise, into: &products)
        guard passes == 2 else { return }
        var (base, product) = ([Float](repeating: 0, count: noise.count), [Float](repeating: 0, count: noise.count))
        var baseSpan = base.mutableSpan
        var productSpan = product.mutableSpan
        try denoiser.pullBack(
            cotangents, through: noised, states: states, embeddings: rows(nothing, count), noise: &baseSpan,
            into: &productSpan)
        mix(base, into: &noise)
        mix(product, into: &products)
    }

    /// The row of the first evaluation.
    private var asked: [Float]? { guidance == 0 ? nothing : embedding }
    private var nothing: [Float]? { embedding.map { [Float](repeating: 0, count: $0.count) } }

    private func rows(_ row: [Float]?, _ count: Int) -> Embeddings? {
        row.map { Embeddings(repeating: $0, count: count) }
    }

    /// `base + g (values − base)`.
    private func mix(_ base: [Float], into values: inout MutableSpan<Float>) {
        let weight = Float(guidance)
        for index in base.indices { values[index] = base[index] + weight * (values[index] - base[index]) }
    }
}
