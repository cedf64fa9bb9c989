import Foundation

/// The polar form of a component, in which solvers integrate only what the Gaussian fit does not explain.
///
/// Write `(α√v, σ) = τ (cos φ, sin φ)`: τ is the deviation of the noised component, and φ runs from π/2 (noise) towards 0
/// (data). For Gaussian data the optimum is `ε̂ = σ z/τ²`; with the residual `r = ε̂ − σ z/τ²` the probability-flow ODE
/// `ż = −½ β (z − ε̂/σ)` becomes `ż = (τ̇/τ) z + ½ β r/σ`, because `τ̇/τ = −½ β (1 − 1/τ²)`. The normalised component
/// `z̃ = z/τ` therefore only feels the residual, `dz̃/dt = ½ β r/(σ τ)`; and with `φ̇ = ½ β α√v/(σ τ²)`,
///
///     dz̃/dφ = F,    F = r τ/(α√v) = −(x̂0 − E_Gauss[x0 | z]) / (√v sin φ).
///
/// This is exact for any data, and its right-hand side is of order 1, smooth, and zero where data are Gaussian: solvers of
/// `dz̃/dφ = F` are exact in a single step there. At v = 1 it is DDIM in the angle of Salimans & Ho, arXiv:2202.00512,
/// appendix D, applied component by component to the residual.
struct GaussianAnchor {
    /// The deviation τ.
    let deviation: Double
    /// The angle φ.
    let angle: Double
    /// F as a linear function of z and ε̂; `nil` where too little of the component is signal to tell a residual.
    let slope: ComponentUpdate.Slope?

    /// The polar form of a state of a component whose clean variance is v.
    init(_ state: ComponentState, variance: Double) {
        let signal = state.alpha * variance.squareRoot()
        deviation = state.deviation(clean: variance)
        angle = atan2(state.sigma, signal)
        slope =
            signal > ComponentState.smallestVisibleSignal * deviation
            ? ComponentUpdate.Slope(state: -state.sigma / (deviation * signal), noise: deviation / signal) : nil
    }
}
