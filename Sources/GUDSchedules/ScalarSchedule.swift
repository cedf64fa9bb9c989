import GUDCore

/// A schedule that treats all components alike: one γ(t), the same for each.
protocol ScalarSchedule: NoiseSchedule {
    /// γ(t), finite for every t in [0, 1].
    func gamma(_ time: Double) -> Double
    /// γ̇(t).
    func gammaRate(_ time: Double) -> Double
}

extension ScalarSchedule {
    /// Writes γ(t) for every component.
    public func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
        try validate(time: time, destination: gamma.count)
        gamma.update(repeating: self.gamma(time))
    }

    /// Writes γ̇(t) for every component.
    public func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
        try validate(time: time, destination: rate.count)
        rate.update(repeating: gammaRate(time))
    }
}
