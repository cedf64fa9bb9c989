import Foundation
import GUDCore

/// What a sampler's steps make of Gaussian data, in closed form.
///
/// With the exact denoiser `ε̂ = σ z/(α² v + σ²)`, each update of a ``LinearSolver`` is linear in the state: the deviation of the
/// result follows from the coefficients alone, without a sample.
public struct GaussianDivergence {
    /// Where the solver starts.
    public enum Start: Sendable {
        /// The matched prior, `N(0, α² v + σ²)` at t = 1.
        case matched
        /// N(0, 1).
        case standardNormal
    }

    /// v_i of the components.
    public let variances: [Double]
    /// The schedule.
    public let schedule: any NoiseSchedule
    /// Where the solver starts.
    public let start: Start

    /// Gaussian data under a schedule.
    public init(variances: [Double], schedule: any NoiseSchedule, start: Start = .matched) {
        self.variances = variances
        self.schedule = schedule
        self.start = start
    }

    /// `KL(result ‖ exact marginal at t = 0)` in nats, before the final denoising.
    ///
    /// - Parameter solver: A deterministic solver; fresh noise would be left out.
    /// - Complexity: O(*K* · steps).
    public func divergence(of solver: some LinearSolver) throws(ScheduleError) -> Double {
        var states: [NoisingState] = []
        for time in solver.grid.times { states.append(try schedule.state(at: time)) }
        var total = 0.0
        for component in variances.indices {
            let path = states.map { ComponentState($0, component: component) }
            let ratio =
                deviation(component, along: path, solver) / path[path.count - 1].deviation(clean: variances[component])
            // ½ (r² − 1 − log r²), by the deviation's ratio r.
            total += ratio > 0 ? 0.5 * (ratio * ratio - 1) - log(ratio) : .infinity
        }
        return total
    }

    /// The magnitude of the state at t = 0.
    private func deviation(
        _ component: Int, along path: [ComponentState], _ solver: some LinearSolver
    ) -> Double {
        let variance = variances[component]
        var state = start == .matched ? path[0].deviation(clean: variance) : 1
        var (previous, beforePrevious) = (0.0, 0.0)
        for step in 0..<path.count - 1 where path[step].gamma > path[step + 1].gamma {
            let from = path[step]
            let update = solver.update(
                ComponentStep(
                    variance: variance, from: from, to: path[step + 1], earlier: step > 0 ? path[step - 1] : nil,
                    beforeEarlier: step > 1 ? path[step - 2] : nil))
            let tau = from.deviation(clean: variance)
            let slope = update.slope.state * state + update.slope.noise * (from.sigma / tau) * (state / tau)
            state =
                update.keep * state + update.current * slope + update.previous * previous
                + update.beforePrevious * beforePrevious
            (previous, beforePrevious) = (slope, previous)
        }
        return state.magnitude
    }

    /// The fewest equal steps that a solver needs, found by doubling and halving; `nil` where `limit` do not do.
    ///
    /// - Parameters:
    ///   - nats: What may be left.
    ///   - limit: The most steps to try.
    ///   - solver: The solver on a grid.
    public func steps(
        below nats: Double, limit: Int = 1024, with solver: (TimeGrid) -> some LinearSolver
    ) throws(ScheduleError) -> Int? {
        var enough = 1
        while try divergence(of: solver(.uniform(steps: enough))) >= nats {
            guard enough < limit else { return nil }
            enough = min(2 * enough, limit)
        }
        var tooFew = enough / 2
        while enough - tooFew > 1 {
            let middle = (enough + tooFew) / 2
            if try divergence(of: solver(.uniform(steps: middle))) < nats { enough = middle } else { tooFew = middle }
        }
        return enough
    }
}
