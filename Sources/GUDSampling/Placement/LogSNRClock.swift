import GUDCore

/// A clock that counts log-SNR: how far the components that move have come, on average, from noise to data.
///
/// With `λ_i = −γ_i/2` and A(t) the components that move at t and whose data vary (γ̇_i > 0, v_i > 0), it shows
///
///     S(t) = ∫_t^1 (1/|A|) Σ_{i ∈ A} λ̇_i dt,
///
/// and equal steps of S are steps in which λ grows equally on average over the components that grow. Within a smooth stretch of
/// the schedule A does not change and the integral is a difference of γ. Where nothing moves S stands still, so that dead time gets
/// no step. Where γ is linear in t, and for every unclipped soft schedule, it is uniform time.
///
/// Whether the data SNR `v e^(−γ)` is in a range where anything is decided plays no part; that is what `optimised` finds out.
///
/// Source: steps uniform in log-SNR are those of Lu et al., "DPM-Solver", arXiv:2206.00927, section 3.4.
struct LogSNRClock {
    private let schedule: any NoiseSchedule
    /// The parts within which the same components move, from t = 1 to t = 0.
    private let stretches: [Stretch]
    private let total: Double

    private struct Stretch {
        /// The later and the earlier time.
        let times: (from: Double, to: Double)
        /// S at the later and at the earlier time.
        let readings: (from: Double, to: Double)
        let active: [Int]
        /// γ at the later time.
        let gamma: [Double]
    }

    /// The clock of a schedule.
    ///
    /// - Complexity: That of `SmoothStretches`.
    init(_ schedule: any NoiseSchedule, variances: [Double]) throws(ScheduleError) {
        self.schedule = schedule
        let ends = Array(try SmoothStretches(schedule).ends.reversed())
        var (stretches, reading) = ([Stretch](), 0.0)
        var gamma = try schedule.gamma(at: 1)
        for (from, to) in zip(ends, ends.dropFirst()) {
            let rate = try schedule.gammaRate(at: (from + to) / 2)
            let active = rate.indices.filter { rate[$0] > 0 && variances[$0] > 0 }
            let end = try schedule.gamma(at: to)
            let next = reading + Self.advance(active, from: gamma, to: end)
            stretches.append(
                Stretch(times: (from, to), readings: (reading, next), active: active, gamma: gamma))
            (reading, gamma) = (next, end)
        }
        (self.stretches, total) = (stretches, reading)
    }

    /// The mean of Δλ over some components.
    private static func advance(_ active: [Int], from gamma: [Double], to end: [Double]) -> Double {
        active.reduce(0) { $0 + max(gamma[$1] - end[$1], 0) } / (2 * Double(max(active.count, 1)))
    }

    /// The latest time at which the clock shows a fraction of all.
    func time(atFraction fraction: Double) throws(ScheduleError) -> Double {
        let reading = fraction * total
        guard fraction > 0, let stretch = stretches.first(where: { $0.readings.to >= reading }) else {
            return fraction > 0 ? 0 : 1
        }
        if stretch.readings.to == reading { return stretch.times.to }
        var (late, early) = stretch.times
        while true {
            let middle = 0.5 * (late + early)
            guard middle < late, middle > early, late - early > 1e-14 else { return middle }
            let shown =
                stretch.readings.from
                + Self.advance(stretch.active, from: stretch.gamma, to: try schedule.gamma(at: middle))
            if shown < reading { late = middle } else { early = middle }
        }
    }

    /// Equal steps of the clock; of time, where nothing ever moves.
    func grid(steps: Int) throws(ScheduleError) -> TimeGrid {
        guard total > 0 else { return .uniform(steps: steps) }
        var times = [1.0]
        for step in 1..<max(steps, 1) { times.append(try time(atFraction: Double(step) / Double(steps))) }
        return TimeGrid(times: times + [0]) ?? .uniform(steps: steps)
    }
}
