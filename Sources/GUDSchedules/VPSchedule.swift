import Foundation
import GUDCore

/// The variance-preserving diffusion with a linear rate, `β(t) = β_min + (β_max − β_min) t`, the same for every component.
///
/// With `B(t) = ∫₀ᵗ β = β_min t + ½ (β_max − β_min) t²`, `γ = log(e^B − 1)` and `γ̇ = β / (1 − e^(−B))`. At t = 0 that is −∞,
/// so γ is bounded from below by `gammaMin`; where the bound holds, the rate is 0.
///
/// Goals, in order: full relative precision of γ next to t = 0, where `e^B − 1` would cancel; finite at both ends; speed.
///
/// Source: Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, appendix B.
public struct VPSchedule: ScalarSchedule {
    /// The number of components, *K*.
    public let componentCount: Int
    /// β(0), per unit of time.
    public let betaMin: Double
    /// β(1), per unit of time.
    public let betaMax: Double
    /// The lower bound of γ.
    public let gammaMin: Double

    /// A schedule between two rates.
    ///
    /// - Throws: ``ScheduleError/configuration(_:)`` unless `0 < betaMin ≤ betaMax`, and γ(1) lies above the bound.
    public init(componentCount: Int, betaMin: Double, betaMax: Double, gammaMin: Double = -13.3) throws(ScheduleError) {
        guard betaMin > 0, betaMin <= betaMax, betaMax.isFinite, gammaMin.isFinite else {
            throw .configuration("betaMin \(betaMin) is not above 0 and at most betaMax \(betaMax)")
        }
        self.componentCount = componentCount
        self.betaMin = betaMin
        self.betaMax = betaMax
        self.gammaMin = gammaMin
        let last = Self.logExpMinusOne(integral(1))
        guard last > gammaMin else {
            throw .configuration("gammaMin \(gammaMin) is not below γ(1), which is \(last)")
        }
    }

    func gamma(_ time: Double) -> Double { max(gammaMin, Self.logExpMinusOne(integral(time))) }

    func gammaRate(_ time: Double) -> Double {
        let integral = integral(time)
        guard Self.logExpMinusOne(integral) >= gammaMin else { return 0 }
        return (betaMin + (betaMax - betaMin) * time) / -expm1(-integral)
    }

    private func integral(_ time: Double) -> Double { time * (betaMin + 0.5 * (betaMax - betaMin) * time) }

    /// `log(e^x − 1)` without cancellation for small x and without overflow for large.
    private static func logExpMinusOne(_ x: Double) -> Double {
        x < 1 ? log(expm1(x)) : x + log1p(-exp(-x))
    }
}

extension VPSchedule {
    static let betaMin = Parameter("betaMin", default: 0.1, range: 1e-6...1e4, "The rate β at t = 0.")
    static let betaMax = Parameter("betaMax", default: 20.0, range: 1e-6...1e4, "The rate β at t = 1.")
    static let gammaMin = Parameter(
        "gammaMin", default: -13.3, range: -100...0,
        "Lower bound of γ, which would be −∞ at t = 0; the rate is 0 below it.")

    static var factory: ScheduleFactory {
        ScheduleFactory(
            Descriptor(
                name: "vp", summary: "Variance preserving with a linear rate β, the same for every component.",
                schema: ParameterSchema([betaMin.specification, betaMax.specification, gammaMin.specification]))
        ) { parameters, context in
            let (low, high) = (parameters[betaMin], parameters[betaMax])
            guard low <= high else {
                throw ParameterError.rule(
                    "\(parameters.path).betaMin", low.parameterValue, "is above betaMax, which is \(high)")
            }
            return try VPSchedule(
                componentCount: context.componentCount, betaMin: low, betaMax: high, gammaMin: parameters[gammaMin])
        }
    }
}
