import Foundation
import GUDCore

/// A step in which what a solver integrates is held constant: what solvers of higher order start from.
///
/// In suitable variables the probability flow of a component is `du/dx = D`, with D of order 1 and smooth in λ:
///
///     plain:     u = z/σ,  x = e^λ,  D = x̂0
///     anchored:  u = z/τ,  x = φ,    D = F      (see `GaussianAnchor.swift`)
///
/// A step with constant D is therefore exact in everything but D: `z(s) = keep · z(t) + weight · D`. A solver of higher order
/// takes D to be a polynomial in λ, and only needs to know where in the step the weight lies: ``moments``.
struct ExponentialStep {
    /// The weight of the state.
    let keep: Double
    /// D as a linear function of the state and ε̂.
    let slope: ComponentUpdate.Slope
    /// The weight of D.
    let weight: Double
    private let step: ComponentStep
    private let isAnchored: Bool

    /// A step; `nil` where too little of the component is signal to tell D, and the Gaussian flow is all there is to follow.
    init?(_ step: ComponentStep, isAnchored: Bool) {
        guard let slope = Self.slope(at: step.from, variance: step.variance, isAnchored: isAnchored) else { return nil }
        self.slope = slope
        self.step = step
        self.isAnchored = isAnchored
        if isAnchored {
            let from = GaussianAnchor(step.from, variance: step.variance)
            let to = GaussianAnchor(step.to, variance: step.variance)
            keep = to.deviation / from.deviation
            weight = to.deviation * (to.angle - from.angle)
        } else {
            keep = step.noiseRatio
            weight = -step.to.alpha * expm1(-step.logStep)
        }
    }

    /// D at a state as a linear function of z and ε̂; `nil` where too little of the component is signal to tell.
    static func slope(at state: ComponentState, variance: Double, isAnchored: Bool) -> ComponentUpdate.Slope? {
        if isAnchored { return GaussianAnchor(state, variance: variance).slope }
        return state.showsSignal ? .cleanEstimate(state) : nil
    }

    /// How many evaluations before t lie on one smooth path with it, and showed D: 0, 1 or 2.
    ///
    /// A path starts in the first step, after a clip, and where D begins to show; an extrapolation must not reach behind.
    var history: Int {
        let visible = [step.earlier, step.beforeEarlier].prefix { state in
            state.flatMap { Self.slope(at: $0, variance: step.variance, isAnchored: isAnchored) } != nil
        }
        return visible.count
    }

    /// The first two moments of the place in the step, `u = (λ − λ(t)) / h` in [0, 1], under the weight `dx/dλ`.
    ///
    /// `weight · (c0 + c1 · first + c2 · second)` integrates `D = c0 + c1 u + c2 u²` exactly. The density is `e^λ` in the plain
    /// form and `sech(λ + ½ log v)` in the anchored one, whose moments are no elementary functions: both by eight points
    /// of Gauss and Legendre, which is exact to eight digits for |h| ≤ 3.
    var moments: (first: Double, second: Double) {
        let (h, start) = (step.logStep, (log(step.variance) - step.from.gamma) / 2)
        let exponents = Self.places.map { place in
            guard isAnchored else { return h * (place - 1) }
            let distance = abs(start + h * place)
            return -distance - log1p(exp(-2 * distance))
        }
        let largest = exponents.max() ?? 0
        var (total, first, second) = (0.0, 0.0, 0.0)
        for (index, place) in Self.places.enumerated() {
            let density = Self.weights[index] * exp(exponents[index] - largest)
            total += density
            first += density * place
            second += density * place * place
        }
        return (first / total, second / total)
    }

    // Gauss–Legendre on [0, 1].
    private static let places = halfPlaces.map { (1 - $0) / 2 } + halfPlaces.reversed().map { (1 + $0) / 2 }
    private static let weights = halfWeights + halfWeights.reversed()
    private static let halfPlaces = [
        0.960289856497536231684, 0.796666477413626739592, 0.525532409916328985818, 0.183434642495649804939,
    ]
    private static let halfWeights = [
        0.101228536290376259153, 0.222381034453374470544, 0.313706645877887287338, 0.362683783378361982966,
    ]
}

extension ComponentUpdate {
    /// A step of first order: what is integrated is held constant.
    init(holding step: ExponentialStep) {
        self.init(keep: step.keep, slope: step.slope, current: step.weight)
    }
}
