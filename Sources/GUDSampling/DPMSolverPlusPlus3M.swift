import Foundation
import GUDCore

/// DPM-Solver++ (3M): the deterministic multistep sampler of third order, one evaluation a step.
///
/// Each component lays a parabola in λ through its last three slopes D (`x̂0`, or F in the anchored form, see
/// `GaussianAnchor.swift`) and integrates it exactly over its own step. With `u = (λ − λ(t)) / h`, `r0 = h_previous / h`,
/// `r1 = h_beforePrevious / h` and M1, M2 the mean of u and of u² under the weight of the step,
///
///     z(s) = keep · z(t) + weight · (D + M1 (D1 + r0 D2) + M2 D2)
///     D1 = (D − D_previous) / r0,    D2 = (D1 − (D_previous − D_beforePrevious) / r1) / (r0 + r1)
///
/// For the plain form M1 and M2 are the φ functions of exponential integrators. The authors' program gives D2 half its weight
/// in the last term, which makes it a method of second order; this is the integral.
///
/// The first step, and a component's first step after it was clipped, knows one slope and is of first order. The second knows
/// the slope at its end and mends it: adding `weight_previous · M1_previous · (D − D_previous)` to what the first step should have
/// reached leaves an error of third order in the step, so that the order of the whole is three, at no further evaluation. The
/// idea is the corrector of Zhao, Bai, Rao, Zhou & Lu, "UniPC", arXiv:2302.04867, section 3.1, used once.
///
/// Source: Lu, Zhou, Bao, Chen, Li & Zhu, "DPM-Solver++", arXiv:2211.01095, appendix B, per component.
public struct DPMSolverPlusPlus3M: LinearSolver {
    /// The name in the registry.
    public static let name = "dpm++3m"
    /// The times that it visits.
    public var grid: TimeGrid
    /// Whether it integrates the residual to the Gaussian fit.
    public let isAnchored: Bool

    /// DPM-Solver++ (3M) on a grid.
    public init(grid: TimeGrid, isAnchored: Bool = true) {
        self.grid = grid
        self.isAnchored = isAnchored
    }

    /// How a step errs.
    public var stepModel: StepModel { StepModel(of: self, history: 2) }

    /// The step of one component.
    public func update(_ step: ComponentStep) -> ComponentUpdate {
        guard let held = ExponentialStep(step, isAnchored: isAnchored) else { return .gaussianFlow(step) }
        var update = ComponentUpdate(holding: held)
        guard held.history > 0, let earlier = step.earlier else { return update }
        let mean = held.moments
        let r0 = (earlier.gamma - step.from.gamma) / (2 * step.logStep)
        guard held.history > 1, let beforeEarlier = step.beforeEarlier else {
            let change = held.weight * mean.first / r0 + held.keep * mending(step, from: earlier)
            update.current += change
            update.previous = -change
            return update
        }
        let r1 = (beforeEarlier.gamma - earlier.gamma) / (2 * step.logStep)
        let linear = held.weight * mean.first / r0
        let bend = held.weight * (mean.first * r0 + mean.second) / (r0 + r1)  // the weight of D2, times r0 + r1
        update.current += linear + bend / r0
        update.previous = -linear - bend / r0 - bend / r1
        update.beforePrevious = bend / r1
        return update
    }

    /// What the change of D over the first step, which held D constant, would have added to it.
    private func mending(_ step: ComponentStep, from earlier: ComponentState) -> Double {
        let first = ComponentStep(variance: step.variance, from: earlier, to: step.from, earlier: nil)
        return ExponentialStep(first, isAnchored: isAnchored).map { $0.weight * $0.moments.first } ?? 0
    }
}

extension DPMSolverPlusPlus3M {
    static var factory: SamplerFactory {
        .onGrid(
            summary: "Deterministic, third order: DPM-Solver++ (3M) with a step of its own for each component.",
            steps: 20, parameters: [SamplerParameter.anchored.specification]
        ) { DPMSolverPlusPlus3M(grid: $0, isAnchored: $1[SamplerParameter.anchored]) }
    }
}
