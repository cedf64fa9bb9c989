import GUDCore

/// γ linear in time, the same for every component: `γ(t) = γ_min + (γ_max − γ_min) t`.
///
/// Time then counts log-SNR, so that equal steps are equal steps of the exponential integrators.
///
/// Source: Kingma, Salimans, Poole & Ho, "Variational diffusion models", arXiv:2107.00630, section 5.1.
public struct LinearSchedule: ScalarSchedule {
    /// The number of components, *K*.
    public let componentCount: Int
    /// γ(0).
    public let gammaMin: Double
    /// γ(1), above γ(0).
    public let gammaMax: Double

    /// A schedule between two finite end points.
    ///
    /// - Throws: ``ScheduleError/configuration(_:)`` unless `gammaMin < gammaMax`, both finite.
    public init(componentCount: Int, gammaMin: Double, gammaMax: Double) throws(ScheduleError) {
        guard gammaMin.isFinite, gammaMax.isFinite, gammaMin < gammaMax else {
            throw .configuration("gammaMin \(gammaMin) is not below gammaMax \(gammaMax)")
        }
        self.componentCount = componentCount
        self.gammaMin = gammaMin
        self.gammaMax = gammaMax
    }

    func gamma(_ time: Double) -> Double { gammaMin + (gammaMax - gammaMin) * time }

    func gammaRate(_ time: Double) -> Double { gammaMax - gammaMin }
}

extension LinearSchedule {
    static let gammaMin = Parameter(
        "gammaMin", default: -7.0, range: -100...100, "γ at t = 0: the data's negative log-SNR.")
    static let gammaMax = Parameter(
        "gammaMax", default: 7.0, range: -100...100, "γ at t = 1: the noise's negative log-SNR.")

    static var factory: ScheduleFactory {
        ScheduleFactory(
            Descriptor(
                name: "linear", summary: "γ linear in time, the same for every component.",
                schema: ParameterSchema([gammaMin.specification, gammaMax.specification]))
        ) { parameters, context in
            let (low, high) = (parameters[gammaMin], parameters[gammaMax])
            try parameters.requireOrder(low, below: high, gammaMin, gammaMax)
            return try LinearSchedule(componentCount: context.componentCount, gammaMin: low, gammaMax: high)
        }
    }
}

extension Parameters {
    /// Checks that one parameter is below another.
    func requireOrder(
        _ low: Double, below high: Double, _ lowKey: Parameter<Double>, _ highKey: Parameter<Double>
    ) throws(ParameterError) {
        guard low < high else {
            throw .rule("\(path).\(lowKey.name)", low.parameterValue, "is not below \(highKey.name), which is \(high)")
        }
    }
}
