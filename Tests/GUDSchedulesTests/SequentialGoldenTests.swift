import GUDCore
import GUDSchedules
import TestSupport
import Testing

/// The reference's offset, column and row schedules, which are soft conditioning with labels spread over [0, R] and a clip.
///
/// Its softness S means "sequential" at 0: S = (1 + a)/a, cut at 1/0.99, which leaves dead time. Its order is the opposite: what
/// it noises first, and so generates last, is its component 0.
@Suite(.enabled(if: SharedData.isAvailable, "set GUD_SHARED")) struct SequentialGoldenTests {
    private func largestOffset(_ softness: Double) -> Double { min(max(1 / softness, 0), 0.99) }

    /// Ours with offsets τ in [0, 1): labels `R (1 − τ/τ_max)`, `a = τ_max/(1 − τ_max)`.
    private func schedule(_ offsets: [Double], _ low: Double, _ high: Double) throws -> SoftSchedule {
        let largest = offsets.max() ?? 0
        let range = high - low
        return try SoftSchedule(
            labels: offsets.map { largest > 0 ? range * (1 - $0 / largest) : 0 }, variances: offsets.map { _ in 1 },
            gammaDenoise: low, gammaNoise: high, steepness: largest / (1 - largest), clip: low...high)
    }

    private func tie(_ expected: GoldenValue, _ low: Double, _ high: Double) -> (Double, Int) -> Bool {
        let (first, last) = (expected["gamma_min_i"].data, expected["gamma_max_i"].data)
        return { time, i in
            let free = first[i] + (last[i] - first[i]) * time
            return [low, high].contains { (free - $0).magnitude < 1e-9 * max(1, last[i] - first[i]) }
        }
    }

    @Test("all 25 offsets and their 25 schedules agree to 1e-12") func offsets() throws {
        let cases = try Golden("endpoints_offsets").cases
        let offsets = cases.filter { $0["fn"].string == "sequential_offsets" }
        let schedules = cases.filter { $0["fn"].string == "offsets_to_linear_schedule" }
        #expect(offsets.count == 25 && schedules.count == 25)
        for example in offsets {
            let labels = example["inputs"]["labels"].data
            let (low, high) = (labels.min() ?? 0, labels.max() ?? 0)
            let largest = largestOffset(example["inputs"]["softness"].number ?? .nan)
            let expected = labels.map { high > low ? largest * ($0 - low) / (high - low) : 0 }
            expectClose(example["reference"]["offsets"].data, expected, within: 1e-12, "offsets")
        }
        for (number, example) in schedules.enumerated() {
            let (inputs, expected) = (example["inputs"], example["reference"])
            let (low, high) = (inputs["gamma_min"].number ?? .nan, inputs["gamma_max"].number ?? .nan)
            try GoldenTable(
                expected: expected, times: inputs["t"].data, tolerance: 1e-12, name: "offsets_to_linear \(number)"
            ).check(schedule(inputs["offsets"].data, low, high), isTie: tie(expected, low, high))
        }
    }

    @Test("all 24 column and row schedules agree to 1e-12 with the double-precision construction") func columnsAndRows()
        throws
    {
        let cases = try Golden("column_row").cases
        #expect(cases.count == 24)
        for (number, example) in cases.enumerated() {
            let (inputs, expected) = (example["inputs"], example["float64"])
            let (low, high) = (inputs["gamma_min"].number ?? .nan, inputs["gamma_max"].number ?? .nan)
            let rows = Int(inputs["n_rows"].number ?? 0), columns = Int(inputs["n_cols"].number ?? 0)
            let largest = largestOffset(inputs["softness"].number ?? .nan)
            let isColumn = example["fn"].string == "column_schedule"
            let offsets = (0..<rows * columns).map { index in
                let (place, count) = isColumn ? (index % columns, columns) : (index / columns, rows)
                return count > 1 ? largest * Double(place) / Double(count - 1) : 0
            }
            try GoldenTable(
                expected: expected, times: inputs["t"].data, tolerance: 1e-12, name: "column_row \(number)"
            ).check(schedule(offsets, low, high), isTie: tie(expected, low, high))
        }
    }
}
