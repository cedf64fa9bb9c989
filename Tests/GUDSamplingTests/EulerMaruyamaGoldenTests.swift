import Foundation
import GUDCore
import GUDSampling
import TestSupport
import Testing

/// The schedules of golden cases, in the reference's terms.
private func schedule(_ description: GoldenValue, components: Int) -> FormulaSchedule {
    if description["fn"].string == "linear_schedule" {
        return .scalar(
            from: description["gamma_min"].number ?? .nan, to: description["gamma_max"].number ?? .nan,
            count: components)
    }
    // Soft conditioning, arXiv:2410.02667 eqs. 18-20; the reference's softness is 1/a, its labels include log-variances.
    let labels = description["labels"].data
    let (low, high) = (description["gamma_min_target"].number ?? .nan, description["gamma_max_target"].number ?? .nan)
    let a = 1 / (description["softness"].number ?? .nan)
    let (smallest, largest) = (labels.min() ?? 0, labels.max() ?? 0)
    let start = labels.map { low + a * ($0 - largest) }
    let end = labels.map { high + a * ($0 - smallest) }
    return .linear(from: start, to: end, clip: description["clip"].bool == true ? low...high : nil)
}

@Suite(.enabled(if: SharedData.isAvailable, "set GUD_SHARED"))
struct EulerMaruyamaGoldenTests {
    @Test("One reverse step agrees with the reference to 1e-12")
    func steps() throws {
        let cases = try Golden("em_step").cases
        #expect(cases.count == 18)
        for golden in cases {
            let (inputs, reference) = (golden["inputs"], golden["reference"])
            let shape = inputs["x_comp_white"].shape
            let (components, channels) = (shape[1], shape[2])
            let schedule = schedule(inputs["schedule"], components: components)
            let time = inputs["t"].number ?? .nan
            let end = time - (inputs["dt"].number ?? .nan)
            let (from, to) = (try schedule.state(at: time), try schedule.state(at: end))
            let (z, noise) = (inputs["x_comp_white"].data, reference["eps_comp_white"].data)
            let (fresh, expected) = (reference["noise_comp_white"].data, reference["x_next_comp_white"].data)
            guard z.count == expected.count, noise.count == z.count, fresh.count == z.count else {
                Issue.record("a case holds arrays of different sizes")
                continue
            }
            for index in z.indices {
                let component = index / channels % components
                let update = EulerMaruyama(grid: .uniform(steps: 1)).update(
                    ComponentStep(
                        variance: 1, from: ComponentState(from, component: component),
                        to: ComponentState(to, component: component), earlier: nil))
                let slope = update.slope.state * z[index] + update.slope.noise * noise[index]
                let next = update.keep * z[index] + update.current * slope + update.jitter * fresh[index]
                #expect(abs(next - expected[index]) <= 1e-12 * max(1, abs(expected[index])))
            }
        }
    }

    @Test("Moments after n steps agree with the exact ones", arguments: [10, 100, 1000])
    func moments(steps: Int) throws {
        let cases = try Golden("analytic_gaussian").cases.filter { $0["exact"]["em_moments"].exists }
        #expect(cases.count == 8)
        for golden in cases {
            let path = golden["inputs"]["schedule"]
            let schedule = FormulaSchedule.linear(from: path["gamma_at_0"].data, to: path["gamma_at_1"].data)
            let data = golden.diagonalData
            let solver = EulerMaruyama(grid: .uniform(steps: steps))
            let moments = try solver.moments(
                mean: data.means.map { _ in 0 }, variance: data.means.map { _ in 1 }, data: data, schedule: schedule)
            let expected = golden["exact"]["em_moments"]["\(steps)"]
            #expect(largestDifference(moments.mean, expected["mean"].data) < 1e-10)
            #expect(largestDifference(moments.variance, expected["var"].data) < 1e-10)
        }
    }
}

extension GoldenValue {
    /// The means and variances of the whitened components of a Gaussian case of which the components are independent.
    var diagonalData: (means: [Double], variances: [Double]) {
        let covariance = self["exact"]["C"].data
        let means = self["exact"]["m"].data
        return (means, means.indices.map { covariance[$0 * (means.count + 1)] })
    }

    /// Whether the components of a Gaussian case are independent.
    var isDiagonal: Bool {
        let count = self["exact"]["m"].data.count
        return self["exact"]["C"].data.enumerated().allSatisfy { $0 % (count + 1) == 0 || abs($1) < 1e-12 }
    }
}

/// The largest difference of two lists; infinite where their counts differ.
func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
    a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
}
