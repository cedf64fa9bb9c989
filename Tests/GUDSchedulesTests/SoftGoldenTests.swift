import Foundation
import GUDCore
import GUDSchedules
import TestSupport
import Testing

/// Soft conditioning against the golden vectors.
///
/// The reference's `softness` of these functions is ours. Where it departs from the paper, the test says how it is reproduced.
@Suite(.enabled(if: SharedData.isAvailable, "set GUD_SHARED")) struct SoftGoldenTests {
    /// The bounds that a case clips at: none, the end points, or bounds of its own.
    private func clip(_ inputs: GoldenValue, _ low: Double, _ high: Double) -> ClosedRange<Double>? {
        let cap = inputs["gamma_cap"].elements.compactMap(\.number)
        if cap.count == 2 { return cap[0]...cap[1] }
        return inputs["clip"].bool == true ? low...high : nil
    }

    /// Whether the line from γ(0) to γ(1) of a component meets a bound of the clip at a time.
    private func tie(_ expected: GoldenValue, _ clip: ClosedRange<Double>?) -> (Double, Int) -> Bool {
        let (first, last) = (expected["gamma_min_i"].data, expected["gamma_max_i"].data)
        return { time, i in
            guard let clip else { return false }
            let free = first[i] + (last[i] - first[i]) * time
            return [clip.lowerBound, clip.upperBound].contains { (free - $0).magnitude < 1e-9 * max(1, $0.magnitude) }
        }
    }

    @Test("all 48 cases of soft_conditioning agree to 1e-12") func softConditioning() throws {
        let cases = try Golden("soft_conditioning").cases
        #expect(cases.count == 48)
        for (number, example) in cases.enumerated() {
            let (inputs, expected) = (example["inputs"], example["reference"])
            let (low, high) = (
                inputs["gamma_min_target"].number ?? .nan, inputs["gamma_max_target"].number ?? .nan
            )
            let labels = inputs["labels"].data
            let clip = clip(inputs, low, high)
            let schedule = try SoftSchedule(
                labels: labels, variances: labels.map { _ in 1 }, gammaDenoise: low, gammaNoise: high,
                steepness: 1 / (inputs["softness"].number ?? .nan), clip: clip)
            try GoldenTable(
                expected: expected, times: inputs["t"].data, tolerance: 1e-12, name: "soft_conditioning \(number)"
            ).check(schedule, isTie: tie(expected, clip))
        }
    }

    @Test("all 30 end points agree to 1e-12") func endpoints() throws {
        let cases = try Golden("endpoints_offsets").cases.filter {
            $0["fn"].string == "componentwise_linear_endpoints"
        }
        #expect(cases.count == 30)
        for (number, example) in cases.enumerated() {
            let inputs = example["inputs"]
            let labels = inputs["labels"].data
            let schedule = try SoftSchedule(
                labels: labels, variances: labels.map { _ in 1 },
                gammaDenoise: inputs["gamma_min_target"].number ?? .nan,
                gammaNoise: inputs["gamma_max_target"].number ?? .nan,
                steepness: 1 / (inputs["softness"].number ?? .nan))
            let reference = example["reference"]
            expectClose(
                try schedule.gamma(at: 0), reference["gamma_min"].data, within: 1e-12, "end point 0 of \(number)")
            expectClose(
                try schedule.gamma(at: 1), reference["gamma_max"].data, within: 1e-12, "end point 1 of \(number)")
        }
    }

    /// The reference as it is documented, which is our definition, and as it is coded.
    ///
    /// The code adds log v to the labels before it takes their maximum and range (`docstring_formula` does not): the same as labels
    /// `a l + log v` at steepness 1 without variances. Its `clip` is at each component's own end points, and so does nothing but
    /// halve β at both ends; its `gamma_cap` holds γ itself, where ours holds the γ of the data.
    @Test("all 54 cases of variance_adjusted agree to 1e-12, as documented and as coded")
    func varianceAdjusted() throws {
        let cases = try Golden("variance_adjusted").cases
        #expect(cases.count == 54)
        for (number, example) in cases.enumerated() {
            let (inputs, expected) = (example["inputs"], example["reference"])
            let (low, high) = (inputs["gamma_min_snr"].number ?? .nan, inputs["gamma_max_snr"].number ?? .nan)
            let variances = inputs["variances"].data
            let labels = inputs["ordering"].exists ? inputs["ordering"].data : variances.map { -log($0) }
            let steepness = 1 / (inputs["softness"].number ?? .nan)
            let documented = try SoftSchedule(
                labels: labels, variances: variances, gammaDenoise: low, gammaNoise: high, steepness: steepness)
            for (time, key) in [(0.0, "gamma_min_i"), (1.0, "gamma_max_i")] {
                expectClose(
                    try documented.gamma(at: time), example["docstring_formula"][key].data, within: 1e-12,
                    "documented, \(number), t = \(time)")
            }
            let cap = inputs["gamma_cap"].elements.compactMap(\.number)
            let coded = try SoftSchedule(
                labels: zip(labels, variances).map { steepness * $0 + log($1) }, variances: labels.map { _ in 1 },
                gammaDenoise: low, gammaNoise: high, steepness: 1, clip: cap.count == 2 ? cap[0]...cap[1] : nil)
            let isCapTie = tie(expected, coded.clip)
            let isClipped = inputs["clip"].bool == true
            try GoldenTable(
                expected: expected, times: inputs["t"].data, tolerance: 1e-12, name: "variance_adjusted \(number)"
            ).check(coded) { time, i in isCapTie(time, i) || isClipped && [0, 1].contains(time) }
        }
    }
}
