import Foundation
import GUDCore

/// Heun's method: the deterministic one-step sampler of second order, two evaluations a step.
///
/// A step of DDIM reaches a provisional state, where the slope D (`x̂0`, or F in the anchored form, see `GaussianAnchor.swift`)
/// is evaluated again; the final step takes D to be linear in λ between the two. With M1 the mean of `(λ − λ(t)) / h` under
/// the weight of the step, near ½ where it is small,
///
///     z'(s) = keep · z(t) + weight · D(z(t), t)
///     z(s)  = keep · z(t) + weight · ((1 − M1) D(z(t), t) + M1 D(z'(s), s))
///
/// Each component takes its own step of λ. There is no history, hence nothing to restart after a clip.
///
/// Source: Karras, Aittala, Aila & Laine, "Elucidating the design space", arXiv:2206.00364, algorithm 1, in the exponential form
/// of Cox & Matthews, "Exponential time differencing for stiff systems", J. Comput. Phys. 176 (2002), equation 22, per component.
public struct Heun: GridSampler {
    /// The name in the registry.
    public static let name = "heun"
    /// The times that it visits.
    public var grid: TimeGrid
    /// Whether it integrates the residual to the Gaussian fit.
    public let isAnchored: Bool

    /// Heun's method on a grid.
    public init(grid: TimeGrid, isAnchored: Bool = true) {
        self.grid = grid
        self.isAnchored = isAnchored
    }

    /// How a step errs where its provisional state is right.
    public var stepModel: StepModel {
        StepModel(
            slope: { step in
                ExponentialStep.slope(at: step.from, variance: step.variance, isAnchored: isAnchored)
                    ?? ComponentUpdate.Slope(state: 0, noise: 0)
            }, correction: correction)
    }

    /// Draws samples: see ``Sampler/sample(_:observer:)``.
    ///
    /// - Complexity: Two evaluations of the denoiser per step and one for the final denoising, twice where guidance acts.
    public func sample(_ problem: SamplingProblem, observer: SamplingObserver?) throws -> [Float] {
        try SamplingRun.sample(problem, sampler: Self.name, stepCount: grid.stepCount, observer: observer, integrate)
    }

    /// Takes a batch from the state at t = 1 to the state at t = 0.
    func integrate(_ run: inout SamplingRun) throws {
        let variances = run.problem.variances
        let predictor = DDIM(grid: grid, isAnchored: isAnchored)
        var slopes = SlopeHistory(count: run.components.count)
        let fresh = slopes.current
        try run.report(step: 0)
        for step in 0..<grid.stepCount {
            let from = run.state
            let to = try run.schedule.state(at: grid.times[step + 1])
            let prediction = StateUpdate(from: from, to: to, variances: variances, formula: predictor.update)
            let correction = StateUpdate(from: from, to: to, variances: variances, formula: correction)
            try run.predictNoise()
            slopes.shift()
            prediction.writeSlopes(&slopes.current, components: run.components, noise: run.noise)
            var next = run.components
            prediction.advance(&run.components, slopes: slopes, fresh: fresh)
            run.state = to
            try run.predictNoise()
            slopes.shift()
            correction.writeSlopes(&slopes.current, components: run.components, noise: run.noise)
            correction.advance(&next, slopes: slopes, fresh: fresh)
            run.components = next
            try run.report(step: step + 1)
        }
    }

    /// The final step of one component: its slope is the one at s, the previous slope the one at t.
    func correction(_ step: ComponentStep) -> ComponentUpdate {
        guard let held = ExponentialStep(step, isAnchored: isAnchored),
            let slope = ExponentialStep.slope(at: step.to, variance: step.variance, isAnchored: isAnchored)
        else { return .gaussianFlow(step) }
        let end = held.weight * held.moments.first
        return ComponentUpdate(keep: held.keep, slope: slope, current: end, previous: held.weight - end)
    }
}

extension Heun {
    static var factory: SamplerFactory {
        .onGrid(
            summary:
                "Deterministic, second order, two evaluations a step: Heun's method in each component's own steps.",
            steps: 18, parameters: [SamplerParameter.anchored.specification]
        ) { Heun(grid: $0, isAnchored: $1[SamplerParameter.anchored]) }
    }
}
