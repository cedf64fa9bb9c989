import GUDCore

/// A network that a neural denoiser can be built on.
///
/// It sees whitened data, normalised to unit variance, in the layout of the samples, and predicts the normalised residual to
/// the Gaussian anchor in the same layout. Its last layer begins at zero, so that an untrained model is the Gaussian fit.
protocol Network {
    /// Predicts the normalised residual, of the axes of `input.samples`.
    func callAsFunction(_ input: NetworkInput) throws(EngineError) -> Tensor
}

/// A network on images of any size of which an output depends on nothing that is far away.
///
/// At a pixel, its output on a part of an image is that on the whole image, where everything within reach is part of the part; beyond
/// the borders of either it sees zeros.
protocol LocalNetwork: Network {
    /// How many rows or columns away an input may matter to an output.
    var reach: Int { get }
}

/// What a network sees of a batch.
struct NetworkInput {
    /// `[batch, height, width, channels]` or `[batch, D]`.
    let samples: Tensor
    /// What the time embedding takes, `[batch]`; see ``NoiseConditioning``.
    let levels: Tensor
    /// γ of every component in the samples' layout, scaled to about ±1; `nil` where time alone conditions.
    let gammaMap: Tensor?
    /// What is known of groups of components, `[batch, groups, 3]`, see ``NoiseEncoding/Rows/groups``; `nil` without tokens.
    let groups: Tensor?
    /// The condition, `[batch, width]`; zeros stand for none.
    let embedding: Tensor?
    /// Whether dropout is on.
    let isTraining: Bool
}
