import GUDCore
import GUDSchedules
import TestSupport
import Testing

/// What the two analytic golden files share: a space, a schedule with given end points, times and points.
///
/// Components there are `w = U x / s`, with the data's mean left in.
struct GoldenDensity {
    let inputs: GoldenValue
    let exact: GoldenValue
    let name: String

    init(_ example: GoldenValue, _ number: Int) {
        inputs = example["inputs"]
        exact = example["exact"]
        name = "case \(number) (\(example["basis"].string ?? "?"), \(example["schedule_name"].string ?? "linear"))"
    }

    var times: [Double] { inputs["t"].data }
    var scale: [Double] { inputs["scale"].data }
    var width: Int { scale.count }
    /// w at which everything is evaluated, row-major `[points, K]`.
    var points: [Double] { inputs["w"].data }

    /// γ_i linear between its end points, clipped at the cap.
    func schedule() throws -> SoftSchedule {
        let first = inputs["schedule"]["gamma_at_0"].data
        let last = inputs["schedule"]["gamma_at_1"].data
        let cap = inputs["schedule"]["cap"].elements.compactMap(\.number)
        return try SoftSchedule(
            labels: first, variances: first.map { _ in 1 }, gammaDenoise: try #require(first.max()),
            gammaNoise: try #require(last.min()), steepness: 1, clip: cap.count == 2 ? cap[0]...cap[1] : nil)
    }

    /// `U m / s` of a vector in data space.
    func whitened(_ vector: [Double]) -> [Double] {
        let u = inputs["U"].data
        return (0..<width).map { i in
            (0..<width).reduce(0) { $0 + u[i * width + $1] * vector[$1] } / scale[i]
        }
    }

    /// `U C Uᵀ / (s sᵀ)` of a matrix in data space.
    func whitened(covariance: [Double]) -> [Double] {
        // Rows, then columns: whitening the rows of the transpose of what came out of whitening the rows.
        let half = (0..<width).map { whitened(Array(covariance[$0 * width..<($0 + 1) * width])) }
        let columns = (0..<width).map { i in whitened(half.map { $0[i] }) }
        return columns.flatMap { $0 }
    }

    /// Compares with a golden array, entry by entry; NaN in the file marks a convention, and is skipped.
    func check(
        _ values: [Double], _ key: String, within tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let expected = exact[key].data
        #expect(values.count == expected.count, "\(name): \(key)", sourceLocation: sourceLocation)
        for (i, pair) in zip(values, expected).enumerated() where !pair.1.isNaN {
            let error = (pair.0 - pair.1).magnitude / max(1, pair.1.magnitude)
            #expect(
                error <= tolerance, "\(name): \(key), entry \(i): \(pair.0) where \(pair.1) is expected",
                sourceLocation: sourceLocation)
        }
    }

    /// α, σ and β at all times.
    func checkStates(_ states: [NoisingState]) {
        check(states.flatMap(\.alpha), "alpha", within: 1e-12)
        check(states.flatMap(\.sigma), "sigma", within: 1e-12)
        check(states.flatMap { state in (0..<width).map(state.beta) }, "beta", within: 1e-12)
    }
}
