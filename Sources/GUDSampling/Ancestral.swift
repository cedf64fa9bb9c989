import Foundation
import GUDCore

/// Ancestral sampling: draws each state from its exact posterior given the last one and the clean estimate.
///
/// `q(z_s | z_t, x̂0)` is Gaussian per component; with `h = λ(s) − λ(t)`,
///
///     z(s) = e^(−h) (σ_s/σ_t) z(t) − α_s expm1(−2h) x̂0 + σ_s √(−expm1(−2h)) ξ
///
/// Exact for any step where the clean component is known; otherwise weakly of first order. There is no anchored form: adding
/// the variance that the Gaussian fit leaves to x0 would overstate it for data that are better determined than a Gaussian of
/// the same variances.
///
/// Source: Ho, Jain & Abbeel, "Denoising diffusion probabilistic models", arXiv:2006.11239, equations 6 and 7, in continuous
/// time as in Kingma, Salimans, Poole & Ho, arXiv:2107.00630, appendix A, per component.
public struct Ancestral: LinearSolver {
    /// The name in the registry.
    public static let name = "ancestral"
    /// The times that it visits.
    public var grid: TimeGrid

    /// Ancestral sampling on a grid.
    public init(grid: TimeGrid) { self.grid = grid }

    /// How a step errs: as one of plain `ddim` does, which treats the drift alike.
    public var stepModel: StepModel { DDIM(grid: grid, isAnchored: false).stepModel }

    /// The step of one component.
    public func update(_ step: ComponentStep) -> ComponentUpdate {
        var update = Self.posterior(step)
        guard !step.showsSignal else { return update }
        // Nothing is known of the clean component yet: it is drawn from the Gaussian fit along with the noise.
        let signal = update.current
        update.jitter = (signal * signal * step.variance + update.jitter * update.jitter).squareRoot()
        (update.slope, update.current) = (ComponentUpdate.Slope(state: 0, noise: 0), 0)
        return update
    }

    /// The posterior `q(z_s | z_t, x̂0)` of one component, as a function of the clean estimate.
    static func posterior(_ step: ComponentStep) -> ComponentUpdate {
        let fresh = -expm1(-2 * step.logStep)
        return ComponentUpdate(
            keep: exp(-step.logStep) * step.noiseRatio, slope: .cleanEstimate(step.from),
            current: step.to.alpha * fresh, jitter: step.to.sigma * fresh.squareRoot())
    }
}

extension Ancestral {
    static var factory: SamplerFactory {
        .onGrid(
            summary: "Stochastic: draws each state from its exact posterior given the clean estimate.",
            steps: 250
        ) { grid, _ in Ancestral(grid: grid) }
    }
}
