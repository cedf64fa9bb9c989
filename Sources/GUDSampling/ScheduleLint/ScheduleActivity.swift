import Foundation
import GUDCore

/// How many components a schedule moves at once.
///
/// The Gaussian fit of a component turns from data to noise along the angle φ_i = atan2(σ_i, α_i √v_i), by `φ̇_i = ½ γ̇_i α_i √v_i σ_i/τ_i²`
/// with `τ_i² = α_i² v_i + σ_i²`. At each time so many components turn at once as the participation ratio says,
///
///     N(t) = (Σ φ̇_i)² / Σ φ̇_i²,
///
/// and the overlap is its mean over everything that turns, as a share of all components:
///
///     overlap = (1/K) ∫ N(t) Σ φ̇_i dt / ∫ Σ φ̇_i dt,   in (0, 1].
///
/// It is 1 where all components go together (a scalar schedule of whitened data), 1/n for n levels of as many components one after
/// the other, and does not depend on how fast time runs. Components that never vary in the data do not count.
public struct ScheduleActivity: Sendable {
    /// The share of [0, 1] in which no component moves.
    public let deadTime: Double
    /// The share of [0, 1] in which each component moves, by γ̇ > 0.
    public let activeTime: [Double]
    /// The overlap, as above.
    public let overlap: Double

    /// The mean share of components that move, over time.
    public var meanActiveShare: Double { activeTime.reduce(0, +) / Double(max(activeTime.count, 1)) }

    /// Measures a schedule.
    ///
    /// - Parameters:
    ///   - variances: v_i of the whitened components.
    ///   - resolution: Intervals of a smooth stretch, at least.
    /// - Complexity: O(*K* · `resolution` · stretches).
    public init(_ schedule: any NoiseSchedule, variances: [Double], resolution: Int = 16) throws(ScheduleError) {
        let count = schedule.componentCount
        var active = [Double](repeating: 0, count: count)
        var (dead, turned, weighted) = (0.0, 0.0, 0.0)
        let varying = variances.indices.filter { variances[$0] > 0 }
        let ends = try SmoothStretches(schedule).ends
        for (from, to) in zip(ends, ends.dropFirst()) {
            let middle = try schedule.gammaRate(at: (from + to) / 2)
            for component in middle.indices where middle[component] > 0 { active[component] += to - from }
            if middle.allSatisfy({ $0 <= 0 }) {
                dead += to - from
                continue
            }
            // As many parts as the stretch deserves; the middle of each stands for it.
            let parts = max(resolution, Int((2000 * (to - from)).rounded(.up)))
            for part in 0..<parts {
                let state = try schedule.state(at: from + (to - from) * (Double(part) + 0.5) / Double(parts))
                var (sum, squares) = (0.0, 0.0)
                for component in varying {
                    let signal = state.alpha[component] * variances[component].squareRoot()
                    let rate =
                        0.5 * state.gammaRate[component] * signal * state.sigma[component]
                        / state.marginalVariance(component, clean: variances[component])
                    sum += rate
                    squares += rate * rate
                }
                guard squares > 0 else { continue }
                let width = (to - from) / Double(parts)
                turned += sum * width
                weighted += sum * sum / squares * sum * width
            }
        }
        deadTime = dead
        activeTime = active
        overlap = turned > 0 ? weighted / turned / Double(max(varying.count, 1)) : 0
    }
}
