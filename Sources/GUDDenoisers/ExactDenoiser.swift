import GUDCore

/// A denoiser for components whose distribution is known: `ε̂ = −σ ∇ log p(z, t)` in closed form.
///
/// The protocol's single precision is at its boundary alone; the same results are to be had in Double.
public protocol ExactDenoiser: DifferentiableDenoiser, FittedDenoiser, ConditionableDenoiser, ComponentAwareDenoiser {
    /// The distribution of the clean components z(0).
    var distribution: NormalMixture { get }
}

extension ExactDenoiser {
    /// The number of components, *K*.
    public var componentCount: Int { distribution.componentCount }

    /// The closed form takes any noising state.
    public var knowsEveryGamma: Bool { true }

    /// It takes no condition.
    public var embeddingWidth: Int { 0 }

    /// Writes ε̂ for a batch of noised components.
    public func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        _ = try batchCount(noised: noised.count, noise: noise.count, states: states, embeddings: embeddings)
        write(try predictNoise(in: doubles(noised), states: states), into: &noise)
    }

    /// Writes ε̂ and its vector–Jacobian product for a batch.
    public func pullBack(
        _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
        noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        _ = try batchCount(
            noised: noised.count, noise: noise.count, cotangents: cotangents.count, products: products.count,
            states: states, embeddings: embeddings)
        let results = try pullBack(doubles(cotangents), through: doubles(noised), states: states)
        write(results.noise, into: &noise)
        write(results.products, into: &products)
    }

    /// ε̂ in Double, row-major `[batch, K]`.
    public func predictNoise(in noised: [Double], states: NoisingStates) throws(DenoiserError) -> [Double] {
        _ = try batchCount(noised: noised.count, noise: noised.count, states: states, embeddings: nil)
        return try ExactEvaluation(distribution, at: noised, states: states).noise
    }

    /// ε̂ and `(∂ε̂/∂z)ᵀ w` in Double, both row-major `[batch, K]`.
    public func pullBack(
        _ cotangents: [Double], through noised: [Double], states: NoisingStates
    ) throws(DenoiserError) -> (noise: [Double], products: [Double]) {
        _ = try batchCount(
            noised: noised.count, noise: noised.count, cotangents: cotangents.count, products: noised.count,
            states: states, embeddings: nil)
        let results = try ExactEvaluation(distribution, at: noised, cotangents: cotangents, states: states)
        return (results.noise, results.products)
    }

    /// The log density `log p(z, t)` of every row of a batch, in nats.
    ///
    /// - Parameters:
    ///   - noised: z(t), row-major `[batch, K]`.
    ///   - states: The noising state of each row.
    public func logDensities(of noised: [Double], states: NoisingStates) throws(DenoiserError) -> [Double] {
        _ = try batchCount(noised: noised.count, noise: noised.count, states: states, embeddings: nil)
        return try ExactEvaluation(distribution, at: noised, states: states).logDensities
    }

    private func doubles(_ values: Span<Float>) -> [Double] {
        var doubles = [Double](repeating: 0, count: values.count)
        for index in 0..<values.count { doubles[index] = Double(values[index]) }
        return doubles
    }

    private func write(_ values: [Double], into destination: inout MutableSpan<Float>) {
        for index in values.indices { destination[index] = Float(values[index]) }
    }
}
