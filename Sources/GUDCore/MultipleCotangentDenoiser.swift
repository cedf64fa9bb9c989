/// A denoiser that pulls several cotangents back through one evaluation.
///
/// Traces of Jacobians, exact or by random probes, need many vector–Jacobian products at the same points. A network that
/// keeps what its forward pass computed pays for that pass once.
public protocol MultipleCotangentDenoiser: DifferentiableDenoiser {
    /// Writes the vector–Jacobian products `(∂ε̂/∂z)ᵀ w` of each sample for several directions *w*, and ε̂ itself.
    ///
    /// The products are those of `directions` single pull-backs, up to rounding.
    ///
    /// - Parameters:
    ///   - cotangents: *w*, row-major `[directions, batch, K]`.
    ///   - directions: The number of cotangents of each sample, 1 or more.
    ///   - noise: Row-major `[batch, K]`, overwritten with ε̂.
    ///   - products: Row-major `[directions, batch, K]`, overwritten.
    /// - Throws: ``DenoiserError``.
    func pullBack(
        _ cotangents: Span<Float>, directions: Int, through noised: Span<Float>, states: NoisingStates,
        embeddings: Embeddings?, noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError)
}

extension DifferentiableDenoiser {
    /// ε̂ of a batch, and its vector–Jacobian products for several directions, held in arrays.
    ///
    /// One evaluation where the denoiser is a ``MultipleCotangentDenoiser``; else the batch is repeated for each direction.
    ///
    /// - Parameters:
    ///   - cotangents: Row-major `[directions, batch, K]`.
    ///   - directions: The number of cotangents of each sample, 1 or more.
    ///   - noised: Row-major `[batch, K]`.
    /// - Returns: ε̂, row-major `[batch, K]`, and the products in the layout of the cotangents.
    /// - Throws: ``DenoiserError``.
    public func pullBack(
        _ cotangents: [Float], directions: Int, through noised: [Float], states: NoisingStates,
        embeddings: Embeddings? = nil
    ) throws(DenoiserError) -> (noise: [Float], products: [Float]) {
        var products = [Float](repeating: 0, count: cotangents.count)
        var productSpan = products.mutableSpan
        if let several = self as? any MultipleCotangentDenoiser {
            var noise = [Float](repeating: 0, count: noised.count)
            var noiseSpan = noise.mutableSpan
            try several.pullBack(
                cotangents.span, directions: directions, through: noised.span, states: states, embeddings: embeddings,
                noise: &noiseSpan, into: &productSpan)
            return (noise, products)
        }
        _ = try batchCount(
            noised: noised.count, noise: noised.count, cotangents: cotangents.count, products: cotangents.count,
            directions: directions, states: states, embeddings: embeddings)
        func repeated<Value>(_ values: [Value]) -> [Value] { (0..<directions).flatMap { _ in values } }
        let points = repeated(noised)
        var noise = [Float](repeating: 0, count: points.count)
        var noiseSpan = noise.mutableSpan
        let repeatedStates: NoisingStates =
            switch states {
            case .shared: states
            case .perSample(let each): .perSample(repeated(each))
            }
        try pullBack(
            cotangents.span, through: points.span, states: repeatedStates,
            embeddings: embeddings.map { Embeddings(width: $0.width, values: repeated($0.values)) },
            noise: &noiseSpan, into: &productSpan)
        return (Array(noise[..<noised.count]), products)
    }
}
