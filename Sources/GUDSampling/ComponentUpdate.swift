/// What one step does to one component: a linear combination of what is known.
///
///     D        = slope.state · z(t) + slope.noise · ε̂
///     z(s)     = keep · z(t) + current · D + previous · D_previous + beforePrevious · D_beforePrevious + jitter · ξ
///
/// with `D_previous` and `D_beforePrevious` the slopes of the two evaluations before, and ξ a fresh standard normal.
public struct ComponentUpdate: Sendable, Equatable {
    /// What a solver integrates, as a linear function of the state and the estimated noise.
    public struct Slope: Sendable, Equatable {
        /// The weight of z(t).
        public var state: Double
        /// The weight of ε̂.
        public var noise: Double

        /// A linear function.
        public init(state: Double, noise: Double) {
            self.state = state
            self.noise = noise
        }

        /// The estimated noise itself.
        public static let noise = Slope(state: 0, noise: 1)

        /// The clean estimate `x̂0 = (z − σ ε̂) / α`.
        public static func cleanEstimate(_ state: ComponentState) -> Slope {
            Slope(state: 1 / state.alpha, noise: -state.sigma / state.alpha)
        }
    }

    /// The weight of the state.
    public var keep: Double
    /// What is integrated.
    public var slope: Slope
    /// The weight of the slope.
    public var current: Double
    /// The weight of the slope at the evaluation before.
    public var previous: Double
    /// The weight of the slope at the evaluation before that.
    public var beforePrevious: Double
    /// The weight of fresh noise.
    public var jitter: Double

    /// An update; by default of first order and deterministic.
    public init(
        keep: Double, slope: Slope = Slope(state: 0, noise: 0), current: Double = 0, previous: Double = 0,
        beforePrevious: Double = 0, jitter: Double = 0
    ) {
        self.keep = keep
        self.slope = slope
        self.current = current
        self.previous = previous
        self.beforePrevious = beforePrevious
        self.jitter = jitter
    }

    /// The update that leaves a component as it is, bit for bit.
    public static let hold = ComponentUpdate(keep: 1)

    /// The probability flow of Gaussian data, `z(s) = (τ(s)/τ(t)) z(t)`; exact for them, whatever the step.
    public static func gaussianFlow(_ step: ComponentStep) -> ComponentUpdate {
        let ratio =
            step.variance > 0
            ? step.to.deviation(clean: step.variance) / step.from.deviation(clean: step.variance) : step.noiseRatio
        return ComponentUpdate(keep: ratio)
    }
}
