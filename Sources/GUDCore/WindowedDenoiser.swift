/// A denoiser that can estimate the noise of some components alone, for less than all of them cost.
///
/// In a sequential schedule few components are active at a time; the rest of ε̂ is of no consequence, and a solver does not ask for it.
/// All of z counts as before: what is already generated, and what is still noise.
public protocol WindowedDenoiser: Denoiser {
    /// Writes ε̂ of the active components for a batch of noised components.
    ///
    /// For the active components it is what ``Denoiser/predictNoise(in:states:embeddings:into:)`` gives, up to rounding.
    ///
    /// - Parameters:
    ///   - noised: Row-major `[batch, K]`, whitened components z(t), all of them.
    ///   - states: The noising state of each sample, of *K* components.
    ///   - embeddings: One row per sample, or `nil` for no condition.
    ///   - active: One flag per component, the same for all samples.
    ///   - noise: Row-major `[batch, K]`, overwritten: ε̂ where a component is active, and finite numbers without meaning elsewhere.
    /// - Throws: ``DenoiserError``; ``DenoiserError/count(_:expected:what:)`` where there are not as many flags as components.
    func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, active: [Bool],
        into noise: inout MutableSpan<Float>
    ) throws(DenoiserError)
}

/// How much of ε̂ a sampler asks for.
public enum EvaluationScope: String, ParameterChoice {
    /// What the step makes use of: nothing where no component changes, else the components that do.
    case active
    /// All components at every step, as if none were at rest; for comparison.
    case full
}

extension WindowedDenoiser {
    /// Checks the buffers of a prediction for some components and returns the number of samples in the batch.
    public func batchCount(
        noised: Int, noise: Int, states: NoisingStates, embeddings: Embeddings?, active: Int
    ) throws(DenoiserError) -> Int {
        guard active == componentCount else {
            throw .count(active, expected: componentCount, what: "the list of active components")
        }
        return try batchCount(noised: noised, noise: noise, states: states, embeddings: embeddings)
    }
}

extension Denoiser {
    /// Writes ε̂ of the active components where the denoiser can do so, else of all.
    ///
    /// - Parameter active: One flag per component; `nil` asks for all of them.
    public func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, active: [Bool]?,
        into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        if let active, let windowed = self as? any WindowedDenoiser, active.contains(false) {
            try windowed.predictNoise(
                in: noised, states: states, embeddings: embeddings, active: active, into: &noise)
        } else {
            try predictNoise(in: noised, states: states, embeddings: embeddings, into: &noise)
        }
    }
}
