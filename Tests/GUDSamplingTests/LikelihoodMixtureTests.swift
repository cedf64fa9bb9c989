import Foundation
import GUDBases
import GUDCore
import GUDDenoisers
import TestSupport
import Testing

@testable import GUDSampling

/// Likelihoods of mixtures of Gaussians, whose flow is not linear, against their exact density.
struct LikelihoodMixtureTests {
    static let paths = ["scalar", "soft", "hard"]

    @Test("the flow's bits per dimension are exact to 1e-3, sample by sample", arguments: paths)
    func flow(path: String) throws {
        let plane = try MixturePlane(count: 64)
        let problem = plane.problem(MixturePlane.path(path))
        let exact = try exactNats(problem, plane.denoiser, isClean: false)
        for stepping in [FlowStepping.adaptive(rtol: 1e-6, atol: 1e-6), .fixed(steps: 400)] {
            let report = try ProbabilityFlowLikelihood(trace: .exact, stepping: stepping).measure(problem)
            let worst = largestDifference(report.nats, exact) / 2 / log(2)
            print("\(path), \(stepping.text): error \(worst) bits/dim, \(report.evaluationsPerSample) evaluations")
            #expect(worst < 1e-3)
        }
    }

    @Test("the bound equals the exact density on every path, within 4 standard errors: vector I-MMSE", arguments: paths)
    func bound(path: String) throws {
        let plane = try MixturePlane(count: 1000)
        let problem = plane.problem(MixturePlane.path(path))
        let exact = try exactNats(problem, plane.denoiser, isClean: true)
        let report = try DiffusionBound(times: 64).measure(problem)
        let difference = LikelihoodReport.Estimate(zip(report.nats, exact).map { $0 - $1 })
        print(
            "\(path): bound \(report.meanNats.value) nats, exact \(LikelihoodReport.Estimate(exact).value), difference "
                + "\(difference.value) ± \(difference.error)")
        #expect(difference.error < 0.02)
        #expect(difference.value.magnitude < 4 * difference.error)
    }

    @Test("probes are unbiased: their mean is the exact divergence, within 4 standard errors")
    func hutchinson() throws {
        let plane = try MixturePlane(count: 4)
        let schedule = MixturePlane.path("soft")
        var exact = FlowField(plane.denoiser, schedule, samples: 0..<4, trace: .exact, seed: 0)
        let state = plane.data.map(Double.init) + [Double](repeating: 0, count: 8)
        var (rate, estimate) = (state, state)
        try exact.rate(of: state, at: 0.45, into: &rate)
        var traces: [[Double]] = [[], [], [], []]
        for seed in 0..<200 as Range<UInt64> {
            var field = FlowField(
                plane.denoiser, schedule, samples: 0..<4, trace: .hutchinson(probes: 5), seed: seed)
            try field.rate(of: state, at: 0.45, into: &estimate)
            #expect(largestDifference(Array(estimate[..<8]), Array(rate[..<8])) < 1e-6)
            for row in 0..<4 { traces[row].append(estimate[8 + 2 * row] + estimate[9 + 2 * row]) }
        }
        for row in 0..<4 {
            let mean = LikelihoodReport.Estimate(traces[row])
            print("trace \(rate[8 + 2 * row] + rate[9 + 2 * row]), probes \(mean.value) ± \(mean.error)")
            #expect((mean.value - rate[8 + 2 * row] - rate[9 + 2 * row]).magnitude < 4 * mean.error + 1e-5)
            #expect(mean.error > 0)
        }
    }

    @Test("the likelihood by probes is that by the exact trace, within 4 standard errors")
    func probes() throws {
        let plane = try MixturePlane(count: 200)
        let problem = plane.problem(MixturePlane.path("scalar"))
        let stepping = FlowStepping.adaptive(rtol: 1e-5, atol: 1e-5)
        let exact = try ProbabilityFlowLikelihood(trace: .exact, stepping: stepping).measure(problem)
        let probed = try ProbabilityFlowLikelihood(trace: .hutchinson(probes: 2), stepping: stepping).measure(problem)
        let difference = LikelihoodReport.Estimate(zip(probed.nats, exact.nats).map { $0 - $1 })
        print("probes - exact: \(difference.value) ± \(difference.error) nats")
        #expect(difference.value.magnitude < 4 * difference.error)
        #expect(difference.error > 0)
    }
}

/// The likelihood does not depend on the path, only on its ends.
struct VectorIMMSETests {
    /// `½ ∫ Σ γ̇_i MMSE_i dt` of Gaussian data, by Gauss's rule on the smooth parts of the path.
    private func integral(_ schedule: any NoiseSchedule, _ covariance: [Double]) throws -> Double {
        let width = schedule.componentCount
        let denoiser = try GaussianDenoiser(covariance: .full(covariance), componentCount: width)
        let root = (3.0 / 5).squareRoot()
        var total = 0.0
        for (from, to) in zip(try SmoothStretches(schedule).ends, try SmoothStretches(schedule).ends.dropFirst()) {
            let parts = 400
            for part in 0..<parts {
                let h = (to - from) / Double(parts)
                let middle = from + (Double(part) + 0.5) * h
                for (place, weight) in [(-root, 5.0 / 18), (0, 8.0 / 18), (root, 5.0 / 18)] {
                    let state = try schedule.state(at: middle + 0.5 * h * place)
                    let units = (0..<width * width).map { $0 / width == $0 % width ? 1.0 : 0 }
                    let jacobian = try denoiser.pullBack(
                        units, through: [Double](repeating: 0, count: width * width), states: .shared(state)
                    ).products
                    for i in 0..<width {
                        total +=
                            h * weight * 0.5 * state.gammaRate[i] * (1 - state.sigma[i] * jacobian[i * (width + 1)])
                    }
                }
            }
        }
        return total
    }

    @Test("scalar, soft and hard autoregressive paths give ½ log det(1 + Σ/e^γ(0)) − ½ log det(1 + Σ/e^γ(1))")
    func paths() throws {
        let covariance = [2.0, 0.6, -0.3, 0.1, 0.6, 1.0, 0.4, 0.2, -0.3, 0.4, 0.7, -0.1, 0.1, 0.2, -0.1, 0.4]
        func half(_ gamma: Double) -> Double {
            var matrix = covariance.map { $0 * exp(-gamma) }
            for i in 0..<4 { matrix[5 * i] += 1 }
            var sum = 0.0
            for pivot in 0..<4 {
                sum += 0.5 * log(matrix[5 * pivot])
                for row in pivot + 1..<max(4, pivot + 1) {
                    let factor = matrix[4 * row + pivot] / matrix[5 * pivot]
                    for column in 0..<4 { matrix[4 * row + column] -= factor * matrix[4 * pivot + column] }
                }
            }
            return sum
        }
        let exact = half(-8) - half(8)
        let starts: [(String, Double)] = [("scalar", 0), ("soft", 8), ("hard", 16)]
        for (name, gap) in starts {
            let start = (0..<4).map { -8 - gap * Double(3 - $0) }
            let end = start.map { $0 + 16 + 3 * gap }
            let value = try integral(FormulaSchedule.linear(from: start, to: end, clip: -8...8), covariance)
            print("\(name): \(value) nats, exact \(exact)")
            #expect((value - exact).magnitude < 1e-6, "\(name)")
            let rate = InformationRate(
                schedule: FormulaSchedule.linear(from: start, to: end, clip: -8...8),
                denoiser: try GaussianDenoiser(covariance: .full(covariance), componentCount: 4))
            // Components begin and cease to move at fourths and fifths of the path.
            let running = try rate.runningIntegral(parts: 1000)
            #expect(((running.last ?? 0) - exact).magnitude < 1e-3, "\(name)")
            #expect(zip(running, running.dropFirst()).allSatisfy { $0 < $1 })
        }
    }
}
