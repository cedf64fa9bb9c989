import Foundation
import GUDCore

/// The signal a quarter of a cosine, `α = cos(θ)` with `θ = (t + s)/(1 + s) · π/2`, the same for every component.
///
/// `γ = 2 log tan θ` and `γ̇ = 2 θ̇ / (sin θ cos θ)`. At t = 1 that is ∞, so γ is bounded from above by `gammaMax`; where the
/// bound holds, the rate is 0. `cos θ` is computed as the sine of the complement `(1 − t)/(1 + s) · π/2`, which keeps its full
/// relative precision up to t = 1.
///
/// Source: Nichol & Dhariwal, "Improved denoising diffusion probabilistic models", arXiv:2102.09672, equation 17.
public struct CosineSchedule: ScalarSchedule {
    /// The number of components, *K*.
    public let componentCount: Int
    /// The offset *s*, which keeps γ(0) finite.
    public let offset: Double
    /// The upper bound of γ.
    public let gammaMax: Double

    /// A schedule with an offset.
    ///
    /// - Throws: ``ScheduleError/configuration(_:)`` unless the offset is positive and γ(0) lies below the bound.
    public init(componentCount: Int, offset: Double, gammaMax: Double = 13.3) throws(ScheduleError) {
        guard offset > 0, offset.isFinite, gammaMax.isFinite else {
            throw .configuration("offset \(offset) is not above 0; γ(0) would be −∞")
        }
        self.componentCount = componentCount
        self.offset = offset
        self.gammaMax = gammaMax
        let first = gamma(sineCosine(0))
        guard first < gammaMax else {
            throw .configuration("gammaMax \(gammaMax) is not above γ(0), which is \(first)")
        }
    }

    func gamma(_ time: Double) -> Double { min(gammaMax, gamma(sineCosine(time))) }

    func gammaRate(_ time: Double) -> Double {
        let angle = sineCosine(time)
        guard gamma(angle) <= gammaMax else { return 0 }
        return .pi / (1 + offset) / (angle.sine * angle.cosine)
    }

    private func gamma(_ angle: (sine: Double, cosine: Double)) -> Double { 2 * log(angle.sine / angle.cosine) }

    private func sineCosine(_ time: Double) -> (sine: Double, cosine: Double) {
        let quarter = 0.5 * Double.pi / (1 + offset)
        return (sin((time + offset) * quarter), sin((1 - time) * quarter))
    }
}

extension CosineSchedule {
    static let offset = Parameter(
        "offset", default: 0.008, range: 1e-4...1, "The offset s, which keeps γ finite at t = 0.")
    static let gammaMax = Parameter(
        "gammaMax", default: 13.3, range: 0...100,
        "Upper bound of γ, which would be ∞ at t = 1; the rate is 0 above it.")

    static var factory: ScheduleFactory {
        ScheduleFactory(
            Descriptor(
                name: "cosine", summary: "The signal a quarter of a cosine, the same for every component.",
                schema: ParameterSchema([offset.specification, gammaMax.specification]))
        ) { parameters, context in
            try CosineSchedule(
                componentCount: context.componentCount, offset: parameters[offset], gammaMax: parameters[gammaMax])
        }
    }
}
