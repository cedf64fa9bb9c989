import Foundation
import GUDBases
import GUDCore
import GUDDenoisers
import TestSupport
import Testing

@testable import GUDSampling

/// Likelihoods of Gaussian data against the exact density, in every basis and for every kind of schedule.
struct LikelihoodGaussianTests {
    static let bases = ["pixel", "pca", "dct", "fourier", "haar"]
    static let schedules = ["linear", "softness inf", "softness 1", "softness 0.1", "hard"]

    @Test("the flow's bits per dimension are exact to 1e-4, sample by sample", arguments: bases, [false, true])
    func flow(basis: String, whitened: Bool) throws {
        let images = try GaussianImages(basis: basis, whitened: whitened, count: 8)
        for name in Self.schedules {
            let problem = images.problem(try images.schedule(name))
            let exact = try exactNats(problem, images.denoiser, isClean: false)
            for stepping in [FlowStepping.adaptive(rtol: 1e-6, atol: 1e-6), .fixed(steps: 400)] {
                let report = try ProbabilityFlowLikelihood(trace: .exact, stepping: stepping).measure(problem)
                let worst = largestDifference(report.nats, exact) / 16 / log(2)
                print(
                    "\(basis) whitened \(whitened) \(name), \(stepping.text): error \(worst) bits/dim, "
                        + "\(report.evaluationsPerSample) evaluations, \(report.productsPerSample) products")
                #expect(worst < 1e-4, "\(name), \(stepping)")
            }
        }
    }

    @Test(
        "the bound equals the exact density within 4 standard errors of the paired difference", arguments: bases,
        [false, true])
    func bound(basis: String, whitened: Bool) throws {
        let images = try GaussianImages(basis: basis, whitened: whitened, count: 64)
        for name in Self.schedules {
            let problem = images.problem(try images.schedule(name))
            let exact = try exactNats(problem, images.denoiser, isClean: true)
            let report = try DiffusionBound(times: 256).measure(problem)
            let difference = LikelihoodReport.Estimate(zip(report.nats, exact).map { $0 - $1 })
            print("\(basis) whitened \(whitened) \(name): bound - exact \(difference.value) ± \(difference.error) nats")
            #expect(difference.error < 0.5)
            #expect(difference.value.magnitude < 4 * difference.error, "\(name)")
        }
    }

    @Test(
        "all golden cases, from the matched prior, agree to 1e-4 bits per dimension",
        .enabled(if: SharedData.isAvailable, "set GUD_SHARED"))
    func golden() throws {
        let cases = try Golden("analytic_gaussian").cases
        #expect(cases.count == 60)
        var worst = 0.0
        for golden in cases {
            let (inputs, exact) = (golden["inputs"], golden["exact"])
            let (path, cap) = (inputs["schedule"], inputs["schedule"]["cap"].elements.compactMap(\.number))
            let schedule = FormulaSchedule.linear(
                from: path["gamma_at_0"].data, to: path["gamma_at_1"].data,
                clip: cap.count == 2 ? cap[0]...cap[1] : nil)
            let width = exact["m"].data.count
            let (first, last) = (try schedule.state(at: 0), try schedule.state(at: 1))
            let variances = golden.diagonalData.variances
            let space = try ComponentSpace(
                basis: PixelBasis(shape: .vector(width)), mean: [Float](repeating: 0, count: width),
                scale: [Float](repeating: 1, count: width), variances: variances)
            // The file gives z(0); the flow starts from α times the data.
            let points = inputs["w"].data
            let problem = LikelihoodProblem(
                denoiser: try GaussianDenoiser(
                    covariance: .full(exact["C"].data), mean: exact["m"].data, componentCount: width),
                schedule: schedule, space: space,
                data: points.indices.map { Float(points[$0] / first.alpha[$0 % width]) })
            let report = try ProbabilityFlowLikelihood(trace: .exact, stepping: .adaptive(rtol: 1e-6, atol: 1e-6))
                .measure(problem)
            let (end, volume) = (exact["pf_forward_0_to_1"].data, exact["pf_logdet_0_to_1"].data)
            for (row, nats) in report.nats.enumerated() {
                let expected = (0..<width).reduce(volume[row]) { sum, i in
                    let (z, variance) = (end[row * width + i], last.marginalVariance(i, clean: variances[i]))
                    return sum - 0.5 * (z * z / variance + log(2 * Double.pi * variance)) + log(first.alpha[i])
                }
                worst = max(worst, (nats + expected).magnitude / Double(width) / log(2))
            }
        }
        print("golden flows: largest error \(worst) bits/dim")
        #expect(worst < 1e-4)
    }
}
