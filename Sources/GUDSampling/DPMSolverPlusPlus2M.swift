import Foundation
import GUDCore

/// DPM-Solver++ (2M): the deterministic multistep sampler of second order, one evaluation a step.
///
/// Each component extrapolates its slope linearly to the middle of its own step `h = λ(s) − λ(t)`, with `r = h_previous / h`:
///
///     plain:     z(s) = (σ_s/σ_t) z(t) − α_s expm1(−h) (x̂0 + (x̂0 − x̂0_previous) / (2 r))
///     anchored:  z(s)/τ_s = z(t)/τ_t + (φ_s − φ_t) (F + (F − F_previous) / (2 r))
///
/// The anchored form does the same for the residual to the Gaussian fit, and is exact where data are Gaussian. τ, φ and F
/// are those of the Gaussian anchor, see `GaussianAnchor.swift`. Its `r` counts in λ, not in φ, in which steps near φ = π/2
/// grow geometrically: the order is the same, but where components depend on each other an extrapolation by φ overshoots.
///
/// The first step, and a component's first step after it was clipped, are of first order, which leaves the order of the whole
/// at two.
///
/// Source: Lu, Zhou, Bao, Chen, Li & Zhu, "DPM-Solver++", arXiv:2211.01095, algorithm 2, per component.
public struct DPMSolverPlusPlus2M: LinearSolver {
    /// The name in the registry.
    public static let name = "dpm++2m"
    /// The times that it visits.
    public var grid: TimeGrid
    /// Whether it integrates the residual to the Gaussian fit.
    public let isAnchored: Bool

    /// DPM-Solver++ (2M) on a grid.
    public init(grid: TimeGrid, isAnchored: Bool = true) {
        self.grid = grid
        self.isAnchored = isAnchored
    }

    /// How a step errs.
    public var stepModel: StepModel { StepModel(of: self, history: 1) }

    /// The step of one component.
    public func update(_ step: ComponentStep) -> ComponentUpdate {
        guard let held = ExponentialStep(step, isAnchored: isAnchored) else { return .gaussianFlow(step) }
        return ComponentUpdate(holding: held).extrapolated(over: step, where: held.history > 0)
    }
}

extension ComponentUpdate {
    /// A step of first order, with its slope extrapolated linearly to the middle of the step.
    func extrapolated(over step: ComponentStep, where hasHistory: Bool) -> ComponentUpdate {
        guard hasHistory, let earlier = step.earlier else { return self }
        let extrapolation = step.logStep / (earlier.gamma - step.from.gamma)  // 1 / (2 r)
        var update = self
        update.previous = -current * extrapolation
        update.current = current * (1 + extrapolation)
        return update
    }
}

extension DPMSolverPlusPlus2M {
    static var factory: SamplerFactory {
        .onGrid(
            summary: "Deterministic, second order: DPM-Solver++ (2M) with a step of its own for each component.",
            steps: 20, parameters: [SamplerParameter.anchored.specification]
        ) { DPMSolverPlusPlus2M(grid: $0, isAnchored: $1[SamplerParameter.anchored]) }
    }
}
