/// What a denoiser's output means in the other parametrisations, one component at a time.
///
/// | from ε̂ | formula |
/// |---|---|
/// | score | `∇ log p = −ε̂ / σ` |
/// | clean component | `x̂0 = (z − σ ε̂) / α` |
/// | velocity of the probability-flow ODE | `dz/dt = −½ β (z + score)` |
///
/// The velocity points forwards in time, from data to noise. It is computed as `−½ σ γ̇ (σ z − ε̂)`, which divides by nothing:
/// it is exactly 0 on clipped parts of a schedule, and exact where σ is tiny. Results are not finite only where the quantity
/// itself is not: a score at σ = 0, a clean component at α = 0, a score from a velocity at β = 0.
///
/// Source: Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, section 4.3.
extension NoisingState {
    /// The score that ε̂ stands for, `−ε̂/σ`.
    public func score(_ component: Int, noise: Double) -> Double { -noise / sigma[component] }

    /// The ε̂ that a score stands for, `−σ score`.
    public func noise(_ component: Int, score: Double) -> Double { -sigma[component] * score }

    /// The ε̂ that a clean estimate stands for, `(z − α x̂0)/σ`.
    public func noise(_ component: Int, noised: Double, clean: Double) -> Double {
        (noised - alpha[component] * clean) / sigma[component]
    }

    /// The clean estimate that ε̂ stands for, `(z − σ ε̂)/α`.
    public func clean(_ component: Int, noised: Double, noise: Double) -> Double {
        (noised - sigma[component] * noise) / alpha[component]
    }

    /// The velocity of the probability-flow ODE for ε̂, `−½ σ γ̇ (σ z − ε̂)`.
    public func velocity(_ component: Int, noised: Double, noise: Double) -> Double {
        -0.5 * sigma[component] * gammaRate[component] * (sigma[component] * noised - noise)
    }

    /// The velocity of the probability-flow ODE for a score, `−½ β (z + score)`.
    public func velocity(_ component: Int, noised: Double, score: Double) -> Double {
        -0.5 * beta(component) * (noised + score)
    }

    /// The score that a velocity stands for, `−2 velocity/β − z`.
    public func score(_ component: Int, noised: Double, velocity: Double) -> Double {
        -2 * velocity / beta(component) - noised
    }
}
