import Foundation
import GUDBases
import GUDCore
import GUDDenoisers
import GUDSchedules
import Testing

@testable import GUDSampling

/// Dequantisation, breakdowns, batches, and where a schedule has kinks.
struct LikelihoodReportTests {
    @Test("Densities of dequantisation integrate to 1 over the bin", arguments: [0.01, 0.1, 0.3, 5])
    func normalised(deviation: Double) {
        for shape in [Dequantisation.uniform, .truncatedNormal] {
            let bin = Bin(width: 0.4, shape: shape, deviation: deviation)
            // Draws have density q, so that 1/q integrates to the width; the tails of a narrow q take fine strata.
            let count = 20_000
            let places = (0..<count).map { bin.place((Double($0) + 0.5) / Double(count)) }
            #expect(places.allSatisfy { $0.offset.magnitude <= 0.2 })
            let mass = zip(places, places.dropFirst()).reduce(0.0) { sum, pair in
                sum + (pair.1.offset - pair.0.offset) * 0.5 * (exp(pair.0.logDensity) + exp(pair.1.logDensity))
            }
            #expect((mass - 1).magnitude < 2e-3, "\(shape), \(deviation): \(mass)")
        }
    }

    @Test("Either dequantisation bounds the probability of quantised numbers, closely")
    func quantised() throws {
        let (variance, bin) = (0.25, 0.125)
        let space = try ComponentSpace(
            basis: PixelBasis(shape: .vector(1)), mean: [0], scale: [1], variances: [variance])
        let normals = CounterNoise(seed: 4, purpose: .checking).normals(samples: 0..<400, count: 1)
        let data = normals.map { Float((Double($0) * variance.squareRoot() / bin).rounded() * bin) }
        var problem = LikelihoodProblem(
            denoiser: try GaussianDenoiser(covariance: .diagonal([variance]), componentCount: 1),
            schedule: FormulaSchedule.scalar(from: -10, to: 12, count: 1), space: space, data: data, binWidth: bin)
        let spread = (2 * (variance + exp(-10))).squareRoot()
        let exact = data.map { x in
            -log(0.5 * (erf((Double(x) + bin / 2) / spread) - erf((Double(x) - bin / 2) / spread)))
        }
        for shape in [Dequantisation.uniform, .truncatedNormal] {
            problem.dequantisation = shape
            let report = try ProbabilityFlowLikelihood(trace: .exact).measure(problem)
            let gap = LikelihoodReport.Estimate(zip(report.nats, exact).map { $0 - $1 })
            print("\(shape): bound - exact \(gap.value) ± \(gap.error) nats")
            #expect(gap.value > -4 * gap.error && gap.value < 0.1, "\(shape)")
            if shape == .uniform { #expect(gap.value.magnitude < 4 * gap.error + 0.01) }
            let recipe = Dictionary(uniqueKeysWithValues: report.recipe.map { ($0.name, $0.value) })
            #expect(recipe["dequantisation"] == "\(shape.rawValue), one draw per sample")
            #expect(recipe["quantisation"] == "17 levels in [-1, 1], bin width 0.125")
        }
    }

    @Test("Parts sum to the whole; on a hard path each component's is its conditional likelihood given those before")
    func chainRule() throws {
        let images = try GaussianImages(basis: "pixel", whitened: false, count: 6)
        let problem = images.problem(try images.schedule("hard"))
        let report = try ProbabilityFlowLikelihood(trace: .exact, stepping: .adaptive(rtol: 1e-6, atol: 1e-6))
            .measure(problem)
        let whole = report.meanNats.value / log(2)
        for order in [NaturalOrder.row, .column] {
            let parts = try report.by(order, of: problem.space.basis)
            #expect(parts.map(\.label) == [0, 1, 2, 3])
            #expect(parts.allSatisfy { $0.componentCount == 4 })
            #expect((parts.reduce(0) { $0 + $1.bits.value } - whole).magnitude < 1e-4)
        }
        let parts = report.byComponent()
        #expect(parts.count == 16)
        guard case .full(let covariance) = images.denoiser.distribution.covariances[0] else { return }
        let exact = try conditionals(problem, covariance)
        for i in 0..<16 {
            #expect((parts[i].bits.value * log(2) - exact[i]).magnitude < 2e-3, "component \(i)")
        }
    }

    /// `−log p(x_i | x_0 … x_(i−1))`, averaged over the data, of data with the noise that is left at t = 0.
    private func conditionals(_ problem: LikelihoodProblem, _ covariance: [Double]) throws -> [Double] {
        let (width, state) = (problem.componentCount, try problem.schedule.state(at: 0))
        let clean = try problem.space.components(of: problem.data).map(Double.init)
        var lower = covariance
        for i in 0..<width { lower[i * (width + 1)] += exp(state.gamma[i]) }
        var whitened = clean
        for i in 0..<width {
            for j in 0...i {
                var sum = lower[i * width + j]
                for k in 0..<j { sum -= lower[i * width + k] * lower[j * width + k] }
                lower[i * width + j] = i == j ? sum.squareRoot() : sum / lower[j * width + j]
            }
        }
        var totals = [Double](repeating: 0, count: width)
        let rows = clean.count / width
        for row in 0..<rows {
            for i in 0..<width {
                var value = clean[row * width + i]
                for k in 0..<i { value -= lower[i * width + k] * whitened[row * width + k] }
                value /= lower[i * (width + 1)]
                whitened[row * width + i] = value
                let logDensity = -0.5 * value * value - 0.5 * log(2 * Double.pi) - log(lower[i * (width + 1)])
                totals[i] -= logDensity / Double(rows)
            }
        }
        return totals
    }

    @Test("Other batches give the same bound, and the same flow within its tolerance")
    func batches() throws {
        let plane = try MixturePlane(count: 21)
        var problem = plane.problem(MixturePlane.path("soft"))
        let flow = ProbabilityFlowLikelihood(trace: .hutchinson(probes: 2), stepping: .adaptive(rtol: 1e-6, atol: 1e-6))
        let (bound, probed) = (try DiffusionBound().measure(problem), try flow.measure(problem))
        problem.batchSize = 5
        #expect(largestDifference(try DiffusionBound().measure(problem).nats, bound.nats) < 1e-6)
        #expect(largestDifference(try flow.measure(problem).nats, probed.nats) < 1e-3)
        problem.seed = 1
        #expect(largestDifference(try DiffusionBound().measure(problem).nats, bound.nats) > 1e-3)
        #expect(largestDifference(try flow.measure(problem).nats, probed.nats) > 1e-3)
    }

    @Test("A schedule is cut at the ends of its windows, and nowhere else")
    func segments() throws {
        #expect(try SmoothStretches(FormulaSchedule.scalar(from: -6, to: 6, count: 2)).ends == [0, 1])
        let labels = (0..<5).map(Double.init)
        let schedule = try SoftSchedule(
            labels: labels, variances: labels.map { $0 + 1 }, gammaDenoise: -6, gammaNoise: 6, steepness: 1.7,
            clip: -6...6)
        let windows = (0..<5).map { schedule.window($0) }
        let expected = Set(windows.flatMap { [$0.lowerBound, $0.upperBound] }).sorted()
        #expect(largestDifference(try SmoothStretches(schedule).ends, expected) < 1e-12)
        // Windows far narrower than the search's first parts.
        let many = try SoftSchedule(
            labels: (0..<500).map(Double.init), variances: (0..<500).map { _ in 1 }, gammaDenoise: -6, gammaNoise: 6,
            steepness: 12, clip: -6...6)
        #expect(largestDifference(try SmoothStretches(many).ends, (0...500).map { Double($0) / 500 }) < 1e-11)
    }
}
