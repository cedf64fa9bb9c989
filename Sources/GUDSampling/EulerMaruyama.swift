import GUDCore

/// Euler–Maruyama: the reverse-time stochastic differential equation in plain steps of time.
///
/// With `Δt = t − s` and the coefficients at the larger time t,
///
///     z(s) = z(t) + Δt (½ β z(t) − β ε̂/σ) + √(β Δt) ξ,    β = σ² γ̇
///
/// Weakly of first order, and stable only while `β Δt < 4`: a steep schedule needs many steps. It is here as the reference
/// that needs no thought; `ancestral` takes the same path with exact steps. There is no anchored form, because splitting
/// off the linear part would make it another solver.
///
/// Source: Song, Sohl-Dickstein, Kingma, Kumar, Ermon & Poole, arXiv:2011.13456, equation 6, per component.
public struct EulerMaruyama: LinearSolver {
    /// The name in the registry.
    public static let name = "euler-maruyama"
    /// The times that it visits.
    public var grid: TimeGrid

    /// Euler–Maruyama on a grid.
    public init(grid: TimeGrid) { self.grid = grid }

    /// How a step errs: as one of Euler's method for the probability flow.
    public var stepModel: StepModel {
        StepModel(history: 0) { step in
            let duration = step.from.time - step.to.time
            let scoreWeight = step.from.sigma * step.from.gammaRate
            return ComponentUpdate(
                keep: 1 + step.from.sigma * scoreWeight * duration / 2, slope: .noise,
                current: -scoreWeight * duration / 2)
        }
    }

    /// The step of one component.
    public func update(_ step: ComponentStep) -> ComponentUpdate {
        let duration = step.from.time - step.to.time
        let scoreWeight = step.from.sigma * step.from.gammaRate  // β/σ, without dividing by σ
        let rate = step.from.sigma * scoreWeight
        return ComponentUpdate(
            keep: 1 + rate * duration / 2, slope: .noise, current: -scoreWeight * duration,
            jitter: (rate * duration).squareRoot())
    }
}

extension EulerMaruyama {
    static var factory: SamplerFactory {
        .onGrid(
            summary: "Stochastic: plain Euler–Maruyama steps of the reverse-time equation.",
            steps: 250
        ) { grid, _ in EulerMaruyama(grid: grid) }
    }
}
