import Foundation
import GUDCore

/// DPM-Solver++ (2M): the deterministic multistep sampler of second order, one evaluation a step.
///
/// The plain form extrapolates the clean estimate linearly in λ, each component with its own steps `h = λ(s) − λ(t)` and
/// `r = h_previous / h`:
///
///     z(s) = (σ_s/σ_t) z(t) − α_s expm1(−h) (x̂0 + (x̂0 − x̂0_previous) / (2 r))
///
/// The anchored form is its analogue for the residual to the Gaussian fit, the Adams–Bashforth step of second order in the
/// angle φ, with `Δ = φ_s − φ_t` and `r = Δ_previous / Δ`:
///
///     z(s)/τ_s = z(t)/τ_t + Δ (F + (F − F_previous) / (2 r))
///
/// The first step, and a component's first step after it was clipped, are of first order, which leaves the order of the whole
/// at two. τ, φ and F are those of the Gaussian anchor, see `GaussianAnchor.swift`.
///
/// Source: Lu, Zhou, Bao, Chen, Li & Zhu, "DPM-Solver++", arXiv:2211.01095, algorithm 2, per component.
public struct DPMSolverPlusPlus2M: LinearSolver {
    /// The name in the registry.
    public static let name = "dpm++2m"
    /// The times that it visits.
    public let grid: TimeGrid
    /// Whether it integrates the residual to the Gaussian fit.
    public let isAnchored: Bool

    /// DPM-Solver++ (2M) on a grid.
    public init(grid: TimeGrid, isAnchored: Bool = true) {
        self.grid = grid
        self.isAnchored = isAnchored
    }

    /// The step of one component.
    public func update(_ step: ComponentStep) -> ComponentUpdate {
        isAnchored ? anchored(step) : plain(step)
    }

    private func plain(_ step: ComponentStep) -> ComponentUpdate {
        guard step.showsSignal else { return .gaussianFlow(step) }
        var extrapolation = 0.0
        if let earlier = step.earlier, earlier.alpha > ComponentState.smallestVisibleSignal {
            extrapolation = step.logStep / (earlier.gamma - step.from.gamma)
        }
        let weight = -step.to.alpha * expm1(-step.logStep)
        return ComponentUpdate(
            keep: step.noiseRatio, slope: .cleanEstimate(step.from), current: weight * (1 + extrapolation),
            previous: -weight * extrapolation)
    }

    private func anchored(_ step: ComponentStep) -> ComponentUpdate {
        let from = GaussianAnchor(step.from, variance: step.variance)
        guard let slope = from.slope else { return .gaussianFlow(step) }
        let to = GaussianAnchor(step.to, variance: step.variance)
        let turn = to.angle - from.angle
        var extrapolation = 0.0
        if let earlier = step.earlier.map({ GaussianAnchor($0, variance: step.variance) }), earlier.slope != nil,
            earlier.angle > from.angle
        {
            extrapolation = turn / (2 * (from.angle - earlier.angle))
        }
        let weight = to.deviation * turn
        return ComponentUpdate(
            keep: to.deviation / from.deviation, slope: slope, current: weight * (1 + extrapolation),
            previous: -weight * extrapolation)
    }
}

extension DPMSolverPlusPlus2M {
    static let steps = SamplerParameter.steps(default: 20)

    static var factory: SamplerFactory {
        SamplerFactory(
            Descriptor(
                name: name,
                summary: "Deterministic, second order: DPM-Solver++ (2M) with a step of its own for each component.",
                schema: ParameterSchema([steps.specification, SamplerParameter.anchored.specification]))
        ) { DPMSolverPlusPlus2M(grid: .uniform(steps: $0[steps]), isAnchored: $0[SamplerParameter.anchored]) }
    }
}
