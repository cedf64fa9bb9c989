import GUDCore
import TestSupport
import Testing

/// Expects two lists to agree within a tolerance, relative to the larger of 1 and the expected magnitude.
func expectClose(
    _ values: [Double], _ expected: [Double], within tolerance: Double, _ what: String,
    skipping isSkipped: (Int) -> Bool = { _ in false }, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(values.count == expected.count, "\(what)", sourceLocation: sourceLocation)
    for (i, pair) in zip(values, expected).enumerated() where !isSkipped(i) {
        let error = (pair.0 - pair.1).magnitude / max(1, pair.1.magnitude)
        #expect(
            error <= tolerance, "\(what), entry \(i): \(pair.0) where \(pair.1) is expected",
            sourceLocation: sourceLocation)
    }
}

/// A table of golden values over times and components, compared with a schedule's states.
struct GoldenTable {
    /// What the file holds under `reference`, `exact` or `float64`.
    let expected: GoldenValue
    let times: [Double]
    let tolerance: Double
    let name: String

    /// Compares γ, α, σ, σ², α², the log-SNR and β.
    ///
    /// - Parameter isTie: Whether a component is exactly on a clip at a time, where β is a convention.
    func check(_ schedule: any NoiseSchedule, isTie: (_ time: Double, _ component: Int) -> Bool = { _, _ in false })
        throws
    {
        let count = schedule.componentCount
        let states = try times.map { try schedule.state(at: $0) }
        func compare(_ key: String, skippingTies: Bool = false, _ value: (NoisingState, Int) -> Double) {
            guard expected[key].exists else { return }
            let values = states.flatMap { state in (0..<count).map { value(state, $0) } }
            expectClose(values, expected[key].data, within: tolerance, "\(name): \(key)") {
                skippingTies && isTie(times[$0 / count], $0 % count)
            }
        }
        compare("gamma") { $0.gamma[$1] }
        compare("log_snr") { -$0.gamma[$1] }
        compare("alpha") { $0.alpha[$1] }
        compare("sigma") { $0.sigma[$1] }
        compare("alpha_sq") { $0.alpha[$1] * $0.alpha[$1] }
        compare("sigma_sq") { $0.sigma[$1] * $0.sigma[$1] }
        compare("beta", skippingTies: true) { $0.beta($1) }
    }
}
