import Foundation
import GUDCore

/// The noising state of one component at one time.
public struct ComponentState: Sendable {
    /// The time.
    public let time: Double
    /// γ, the negative log-SNR.
    public let gamma: Double
    /// γ̇, per unit of time.
    public let gammaRate: Double
    /// The signal α.
    public let alpha: Double
    /// The noise σ.
    public let sigma: Double

    /// One component of a noising state.
    public init(_ state: NoisingState, component: Int) {
        time = state.time
        gamma = state.gamma[component]
        gammaRate = state.gammaRate[component]
        alpha = state.alpha[component]
        sigma = state.sigma[component]
    }

    /// The deviation `τ = √(α² v + σ²)` of the noised component, where its clean variance is `v`.
    public func deviation(clean variance: Double) -> Double {
        (alpha * alpha * variance + sigma * sigma).squareRoot()
    }

    /// The part of a noised component that is signal, below which ε̂ says nothing about it: 2⁻¹⁶, at which rounding ε̂ to Float
    /// changes a clean estimate by 0.004.
    ///
    /// Further up in the noise, every solver follows the Gaussian fit instead of dividing rounding errors by α. With v = 1
    /// it is reached at γ = 22; a component must take several steps from there to its end to be resolved.
    public static let smallestVisibleSignal = 0x1p-16

    /// Whether ε̂ says anything about the clean component.
    public var showsSignal: Bool { alpha > Self.smallestVisibleSignal }
}

/// One step of one component, from the time t to the earlier time s < t.
public struct ComponentStep: Sendable {
    /// The component's clean variance v.
    public let variance: Double
    /// The state at t, where the denoiser was evaluated.
    public let from: ComponentState
    /// The state at s.
    public let to: ComponentState
    /// The state at the evaluation before t, from which its slope can be extrapolated.
    ///
    /// `nil` in the first step, and where the component did not move all the way from there to t (it was clipped, γ̇ = 0):
    /// its slope has a kink there, and an extrapolation over the kink would be divided by a small step.
    public let earlier: ComponentState?
    /// The state at the evaluation before ``earlier``; `nil` as there, and wherever ``earlier`` is.
    public let beforeEarlier: ComponentState?

    /// A step, and the states at the evaluations before it.
    public init(
        variance: Double, from: ComponentState, to: ComponentState, earlier: ComponentState?,
        beforeEarlier: ComponentState? = nil
    ) {
        func smooth(_ before: ComponentState?, _ after: ComponentState) -> ComponentState? {
            before.flatMap { $0.gammaRate > 0 && $0.gamma > after.gamma ? $0 : nil }
        }
        self.variance = variance
        self.from = from
        self.to = to
        self.earlier = smooth(earlier, from)
        self.beforeEarlier = self.earlier.flatMap { smooth(beforeEarlier, $0) }
    }

    /// The length of the step in half log-SNR, `h = λ(s) − λ(t) = (γ(t) − γ(s)) / 2 > 0`.
    public var logStep: Double { (from.gamma - to.gamma) / 2 }

    /// The ratio σ(s)/σ(t), also where both are too small to be represented.
    public var noiseRatio: Double {
        from.gamma > 0 ? to.sigma / from.sigma : exp(-logStep) * to.alpha / from.alpha
    }

    /// Whether ε̂ at t says anything about the clean component.
    public var showsSignal: Bool { from.showsSignal }
}
