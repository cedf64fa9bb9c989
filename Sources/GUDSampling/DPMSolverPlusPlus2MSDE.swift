import Foundation
import GUDCore

/// SDE-DPM-Solver++ (2M): the stochastic multistep sampler, one evaluation a step.
///
/// The reverse-time equation is linear but for the slope D, which each component extrapolates linearly to the middle of its
/// own step as `dpm++2m` does; the linear part and the noise are exact. With `h = λ(s) − λ(t)` and `r = h_previous / h`,
///
///     plain:     z(s) = e^(−h) (σ_s/σ_t) z(t) − α_s expm1(−2h) D + σ_s √(−expm1(−2h)) ξ,    D from x̂0
///     anchored:  z(s)/τ_s = ρ z(t)/τ_t + 2 (sin φ_s − sin φ_t)/cos φ_s D + √(1 − ρ²) ξ,      D from F
///
/// with `ρ = cos φ_t / cos φ_s = e^(−h) sin φ_t / sin φ_s`. The anchored form follows from the plain one by splitting off the
/// Gaussian fit, whose reverse process is a Gaussian with correlation ρ; it is exact in law for Gaussian data, in any
/// number of steps. τ, φ and F are those of the Gaussian anchor, see `GaussianAnchor.swift`.
///
/// Weakly of second order, measured on Gaussian data. The first step, and a component's first step after it was clipped, is
/// that of `ancestral`.
///
/// Source: Lu, Zhou, Bao, Chen, Li & Zhu, "DPM-Solver++", arXiv:2211.01095, section 5 and appendix C, per component.
public struct DPMSolverPlusPlus2MSDE: LinearSolver {
    /// The name in the registry.
    public static let name = "dpm++2m-sde"
    /// The times that it visits.
    public var grid: TimeGrid
    /// Whether it integrates the residual to the Gaussian fit.
    public let isAnchored: Bool

    /// SDE-DPM-Solver++ (2M) on a grid.
    public init(grid: TimeGrid, isAnchored: Bool = true) {
        self.grid = grid
        self.isAnchored = isAnchored
    }

    /// How a step errs: as one of `dpm++2m` does, which treats the drift alike.
    public var stepModel: StepModel { DPMSolverPlusPlus2M(grid: grid, isAnchored: isAnchored).stepModel }

    /// The step of one component.
    public func update(_ step: ComponentStep) -> ComponentUpdate {
        guard let held = ExponentialStep(step, isAnchored: isAnchored) else { return .gaussianPosterior(step) }
        let first = isAnchored ? .gaussianPosterior(step, slope: held.slope) : Ancestral.posterior(step)
        return first.extrapolated(over: step, where: held.history > 0)
    }
}

extension ComponentUpdate {
    /// The reverse process of Gaussian data: z(s) given z(t), exact in law for them, whatever the step.
    ///
    /// A slope is the residual F to the Gaussian fit, of which the step holds the given value.
    static func gaussianPosterior(_ step: ComponentStep, slope: Slope? = nil) -> ComponentUpdate {
        let from = GaussianAnchor(step.from, variance: step.variance)
        let to = GaussianAnchor(step.to, variance: step.variance)
        let varies = step.variance > 0
        let deviations = varies ? to.deviation / from.deviation : step.noiseRatio
        let cosine = step.variance.squareRoot() * step.to.alpha / to.deviation
        // By the ratio of cosines where both are far from 0, else by that of sines, which is 1 where the data never vary.
        let sines = varies ? step.from.sigma / step.to.sigma * deviations : 1
        let correlation =
            varies && step.from.gamma < 0
            ? min(step.from.alpha / step.to.alpha * deviations, 1) : min(exp(-step.logStep) * sines, 1)
        let (middle, half) = ((from.angle + to.angle) / 2, (to.angle - from.angle) / 2)
        let rise = 2 * cos(middle) * sin(half)  // sin φ_s − sin φ_t, negative
        var update = ComponentUpdate(
            keep: correlation * deviations,
            jitter: to.deviation * ((1 - correlation) * (1 + correlation)).squareRoot())
        if let slope {
            update.slope = slope
            update.current = to.deviation * 2 * rise / cosine
        }
        return update
    }
}

extension DPMSolverPlusPlus2MSDE {
    static var factory: SamplerFactory {
        .onGrid(
            summary: "Stochastic, two steps: SDE-DPM-Solver++ (2M) with a step of its own for each component.",
            steps: 50, parameters: [SamplerParameter.anchored.specification]
        ) { DPMSolverPlusPlus2MSDE(grid: $0, isAnchored: $1[SamplerParameter.anchored]) }
    }
}
