import GUDCore

/// How fast the probability flow of the Gaussian fit moves, against which an explicit solver's step is small or large.
public struct FlowStiffness: Sendable {
    /// The largest `|τ̇_i/τ_i| = ½ β_i |1 − 1/τ_i²|` of the flow `ż = (τ̇/τ) z`, per unit of time.
    ///
    /// The anchored solvers integrate z/τ, whose rate is 0 for the Gaussian fit.
    public let plainRate: Double
    /// Where it is: time and component.
    public let place: (time: Double, component: Int)
    /// The largest `½ γ̇_i σ_i/τ_i`, by which an anchored solver multiplies what the denoiser says beyond the Gaussian fit.
    public let residualGain: Double

    /// Measures a schedule.
    ///
    /// - Parameters:
    ///   - variances: v_i of the whitened components; those that are 0 do not count.
    ///   - resolution: Intervals of time.
    public init(_ schedule: any NoiseSchedule, variances: [Double], resolution: Int = 1000) throws(ScheduleError) {
        var (rate, gain, place) = (0.0, 0.0, (time: 0.0, component: 0))
        for index in 0...resolution {
            let state = try schedule.state(at: Double(index) / Double(resolution))
            for component in variances.indices where variances[component] > 0 {
                let variance = state.marginalVariance(component, clean: variances[component])
                // τ² − 1 = α² (v − 1), without cancellation.
                let excess = state.alpha[component] * state.alpha[component] * (variances[component] - 1)
                let here = 0.5 * state.beta(component) * (excess / variance).magnitude
                if here > rate { (rate, place) = (here, (state.time, component)) }
                gain = max(
                    gain, 0.5 * state.gammaRate[component] * state.sigma[component] / variance.squareRoot())
            }
        }
        (plainRate, residualGain, self.place) = (rate, gain, place)
    }
}
