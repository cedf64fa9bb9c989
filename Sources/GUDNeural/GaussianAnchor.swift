import GUDCore

/// The linear part of a neural denoiser, and the scales between components and what the network sees.
///
/// With v_i the clean variance, `τ² = α² v + σ²` and `ρ = α √v / τ`, the optimum for Gaussian data is `ε̂ = σ z / τ²`, and the
/// residual of any data of that variance to it has variance at most `ρ²`. So the network sees `z / τ` (unit variance) and
/// predicts the residual in units of ρ, which for whitened data is the customary velocity target `α ε − σ z₀`:
///
///     ε̂ = σ z / τ² + ρ · U F(Uᵀ (z / τ), …)
///
/// Source: design notes in Documentation/decisions.md; Salimans & Ho, arXiv:2202.00512, for the velocity target.
struct GaussianAnchor {
    let variances: [Double]

    /// Coefficients of one sample's state, per component.
    struct Coefficients {
        /// `1 / τ`: from z to what the network sees.
        var inputScale: [Float]
        /// `σ / τ²`: from z to the anchor.
        var anchor: [Float]
        /// ρ: from the network's output to the residual.
        var residualScale: [Float]
    }

    /// The coefficients of a noising state.
    func coefficients(_ state: NoisingState) -> Coefficients {
        let count = variances.count
        var result = Coefficients(
            inputScale: .init(repeating: 0, count: count), anchor: .init(repeating: 0, count: count),
            residualScale: .init(repeating: 0, count: count))
        for index in 0..<count {
            let (alpha, sigma, variance) = (state.alpha[index], state.sigma[index], variances[index])
            let marginal = alpha * alpha * variance + sigma * sigma
            let deviation = marginal.squareRoot()
            result.inputScale[index] = Float(1 / deviation)
            result.anchor[index] = Float(sigma / marginal)
            result.residualScale[index] = Float(alpha * variance.squareRoot() / deviation)
        }
        return result
    }
}
