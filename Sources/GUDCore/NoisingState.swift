import Foundation

/// The state of the noising process at one time: γ per component, and everything that derives from it.
///
/// This is the only place where α, σ, β and the SNR are computed. All hold their full relative precision for |γ| ≤ 40 and
/// stay finite for every finite γ: `sigmoid` is evaluated on the side where it does not cancel.
public struct NoisingState: Sendable {
    /// The time in [0, 1]; networks with a fixed schedule embed it.
    public let time: Double
    /// γ_i, the negative log-SNR of the process.
    public let gamma: [Double]
    /// γ̇_i, per unit of time.
    public let gammaRate: [Double]
    /// The signal `α_i = √sigmoid(−γ_i)`.
    public let alpha: [Double]
    /// The noise `σ_i = √sigmoid(γ_i)`.
    public let sigma: [Double]

    /// Derives the state from γ and its rate.
    public init(time: Double, gamma: [Double], gammaRate: [Double]) {
        self.time = time
        self.gamma = gamma
        self.gammaRate = gammaRate
        alpha = gamma.map(Self.alpha)
        sigma = gamma.map(Self.sigma)
    }

    /// The number of components, *K*.
    public var componentCount: Int { gamma.count }

    /// The state of the components in another order.
    ///
    /// - Parameter order: Which component comes at each place.
    public func reordered(_ order: [Int]) -> NoisingState {
        NoisingState(time: time, gamma: order.map { gamma[$0] }, gammaRate: order.map { gammaRate[$0] })
    }

    /// The rate `β_i = σ_i² γ̇_i` of the forward process `dz_i = −½ β_i z_i dt + √β_i dw_i`.
    public func beta(_ component: Int) -> Double {
        Self.sigmoid(gamma[component]) * gammaRate[component]
    }

    /// The variance `α_i² v + σ_i²` of a noised component whose clean variance is `v`.
    public func marginalVariance(_ component: Int, clean variance: Double) -> Double {
        Self.sigmoid(-gamma[component]) * variance + Self.sigmoid(gamma[component])
    }

    /// `1 / (1 + e^(−x))`, to full relative precision on both sides.
    public static func sigmoid(_ x: Double) -> Double {
        if x >= 0 { return 1 / (1 + exp(-x)) }
        let e = exp(x)
        return e / (1 + e)
    }

    /// The signal `√sigmoid(−γ)`; for γ > 700 it follows the asymptote `e^(−γ/2)` instead of becoming 0 early.
    public static func alpha(_ gamma: Double) -> Double { sigma(-gamma) }

    /// The noise `√sigmoid(γ)`.
    public static func sigma(_ gamma: Double) -> Double {
        gamma < -40 ? exp(gamma / 2) : sigmoid(gamma).squareRoot()
    }

    /// The signal-to-noise ratio `e^(−γ)`, never above the largest finite number.
    public static func signalToNoise(_ gamma: Double) -> Double {
        min(exp(-gamma), .greatestFiniteMagnitude)
    }
}

/// The noising states of a batch: one shared by all samples (sampling), or one for each (training).
public enum NoisingStates: Sendable {
    /// Every sample of the batch is in this state.
    case shared(NoisingState)
    /// Sample *b* is in state `states[b]`.
    case perSample([NoisingState])

    /// The state of one sample of the batch.
    public subscript(sample: Int) -> NoisingState {
        switch self {
        case .shared(let state): state
        case .perSample(let states): states[sample]
        }
    }

    /// The states of the components in another order.
    public func reordered(_ order: [Int]) -> NoisingStates {
        switch self {
        case .shared(let state): .shared(state.reordered(order))
        case .perSample(let states): .perSample(states.map { $0.reordered(order) })
        }
    }

    /// The states of a contiguous part of the batch.
    public func slice(_ range: Range<Int>) -> NoisingStates {
        switch self {
        case .shared: self
        case .perSample(let states): .perSample(Array(states[range]))
        }
    }
}
