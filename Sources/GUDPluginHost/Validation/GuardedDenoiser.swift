import GUDCore

/// A denoiser whose every prediction works between guard pages, on components that cannot be written.
struct GuardedDenoiser: Denoiser {
    let denoiser: any Denoiser
    /// Whether guards follow the buffers; otherwise they precede them.
    let atEnd: Bool

    var componentCount: Int { denoiser.componentCount }
    var embeddingWidth: Int { denoiser.embeddingWidth }

    func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        guard let input = GuardedBuffer(repeating: Float(0), count: noised.count, atEnd: atEnd, name: "noised"),
            let output = GuardedBuffer(repeating: Float.nan, count: noise.count, atEnd: atEnd, name: "noise")
        else { throw .failed(reason: "there is no memory for guard pages") }
        input.hold(noised)
        var result = output.mutableElements.mutableSpan
        try denoiser.predictNoise(in: input.elements.span, states: states, embeddings: embeddings, into: &result)
        for index in 0..<noise.count { noise[index] = result[index] }
    }
}

/// A denoiser that differentiates itself, between guard pages.
struct GuardedDifferentiableDenoiser: DifferentiableDenoiser {
    let denoiser: any DifferentiableDenoiser
    /// Whether guards follow the buffers; otherwise they precede them.
    let atEnd: Bool

    var componentCount: Int { denoiser.componentCount }
    var embeddingWidth: Int { denoiser.embeddingWidth }

    func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        try GuardedDenoiser(denoiser: denoiser, atEnd: atEnd).predictNoise(
            in: noised, states: states, embeddings: embeddings, into: &noise)
    }

    func pullBack(
        _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
        noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        guard
            let weights = GuardedBuffer(repeating: Float(0), count: cotangents.count, atEnd: atEnd, name: "cotangents"),
            let input = GuardedBuffer(repeating: Float(0), count: noised.count, atEnd: atEnd, name: "noised"),
            let output = GuardedBuffer(repeating: Float.nan, count: noise.count, atEnd: atEnd, name: "noise"),
            let pulled = GuardedBuffer(repeating: Float.nan, count: products.count, atEnd: atEnd, name: "products")
        else { throw .failed(reason: "there is no memory for guard pages") }
        weights.hold(cotangents)
        input.hold(noised)
        var result = output.mutableElements.mutableSpan
        var product = pulled.mutableElements.mutableSpan
        try denoiser.pullBack(
            weights.elements.span, through: input.elements.span, states: states, embeddings: embeddings, noise: &result,
            into: &product)
        for index in 0..<noise.count { noise[index] = result[index] }
        for index in 0..<products.count { products[index] = product[index] }
    }
}
