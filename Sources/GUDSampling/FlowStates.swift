import GUDCore

/// The probability flow in the variables `u = z/τ`, free of everything that the Gaussian fit explains.
///
///     du/dt = ½ γ̇ (σ/τ) (ε̂ − σ u/τ),    τ² = α² v + σ²
///
/// which is `dz̃/dt` of `GaussianAnchor.swift`, without a division by α. With v = 1 it is the probability flow of z itself,
/// `ż = −½ β (z − ε̂/σ)`, because then τ = 1: the plain form is the anchored one with unit variances.
struct FlowStates: Sendable {
    let schedule: any NoiseSchedule
    /// v_i; all 1 for the plain form.
    let variances: [Double]
    /// `γ_i(1) − γ_i(0)`.
    let ranges: [Double]
    /// The times at which ε̂ jumps; they are ends of stretches.
    let jumps: [Double]

    /// The flow along a schedule.
    init(schedule: any NoiseSchedule, variances: [Double], jumps: [Double] = []) throws(ScheduleError) {
        self.schedule = schedule
        self.variances = variances
        self.jumps = jumps
        let (data, noise) = (try schedule.gamma(at: 0), try schedule.gamma(at: 1))
        ranges = zip(data, noise).map { $1 - $0 }
    }

    /// The flow at a time: what it takes from u to z, and from u and ε̂ to du/dt.
    struct Moment: Sendable {
        let noising: NoisingState
        /// τ_i.
        let deviation: [Double]
        /// σ_i/τ_i.
        let share: [Double]
        /// ½ γ̇_i σ_i/τ_i; 0 where a component does not move, and where the data never vary.
        let rate: [Double]

        /// du/dt of a component.
        func velocity(_ component: Int, _ u: Double, noise: Float) -> Double {
            rate[component] == 0 ? 0 : rate[component] * (Double(noise) - share[component] * u)
        }
    }

    /// The flow at a time of a smooth stretch.
    ///
    /// At the ends of the stretch γ̇ is that of its inside, and so is the time by which a denoiser tells on which side of a jump it is.
    func moment(at time: Double, in stretch: ClosedRange<Double>) throws(ScheduleError) -> Moment {
        let margin = min(2e-10, (stretch.upperBound - stretch.lowerBound) / 4)
        let inside = min(max(time, stretch.lowerBound + margin), stretch.upperBound - margin)
        let gamma = try schedule.gamma(at: time)
        let state = NoisingState(time: inside, gamma: gamma, gammaRate: try schedule.gammaRate(at: inside))
        let deviation = variances.indices.map { component in
            max(state.marginalVariance(component, clean: variances[component]).squareRoot(), .leastNormalMagnitude)
        }
        let share = deviation.indices.map { state.sigma[$0] / deviation[$0] }
        let rate = deviation.indices.map { variances[$0] > 0 ? state.gammaRate[$0] * share[$0] / 2 : 0 }
        return Moment(noising: state, deviation: deviation, share: share, rate: rate)
    }
}
