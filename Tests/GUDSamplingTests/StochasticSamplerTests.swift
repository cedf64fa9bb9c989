import Foundation
import GUDCore
import Testing

@testable import GUDSampling

/// The stochastic samplers on Gaussian data: their own coefficients in closed form, and actual samples.
struct StochasticSamplerTests {
    private static let data = (means: [0.4, -0.7, 0.2], variances: [1.5, 0.3, 0.02])
    private static let denoiser = FormulaDenoiser.gaussian(means: data.means, variances: data.variances)
    private static let schedules = [
        FormulaSchedule.scalar(from: -6, to: 5, count: 3),
        FormulaSchedule.linear(from: [-8, -6, -5], to: [4, 6, 7]),
    ]
    private static let solvers: [@Sendable (TimeGrid) -> any LinearSolver] = [
        { EulerMaruyama(grid: $0) }, { Ancestral(grid: $0) }, { DPMSolverPlusPlus2MSDE(grid: $0, isAnchored: false) },
        { DPMSolverPlusPlus2MSDE(grid: $0) },
    ]

    /// Starts from the exact marginal at t = 1, so that the error at t = 0 is the solver's alone.
    private func moments(
        _ solver: some LinearSolver, _ schedule: FormulaSchedule
    ) throws -> (error: Double, mean: [Double], variance: [Double]) {
        let (start, end) = (try schedule.state(at: 1), try schedule.state(at: 0))
        let moments = try solver.moments(
            mean: (0..<3).map { start.alpha[$0] * Self.data.means[$0] },
            variance: (0..<3).map { start.marginalVariance($0, clean: Self.data.variances[$0]) }, data: Self.data,
            schedule: schedule)
        let means = (0..<3).map { end.alpha[$0] * Self.data.means[$0] }
        let variances = (0..<3).map { end.marginalVariance($0, clean: Self.data.variances[$0]) }
        return (
            max(largestDifference(moments.mean, means), largestDifference(moments.variance, variances)),
            moments.mean, moments.variance
        )
    }

    @Test("Weak order of convergence: 1, and 2 for the multistep solver", arguments: [0, 1, 2, 3], [0, 1])
    func weakOrder(solver: Int, schedule: Int) throws {
        let errors = try [200, 400, 800, 1600].map { steps in
            let error = try moments(Self.solvers[solver](.uniform(steps: steps)), Self.schedules[schedule]).error
            return (x: log(1 / Double(steps)), y: log(error))
        }
        print("solver \(solver), schedule \(schedule): order \(slope(errors)), errors \(errors.map { exp($0.y) })")
        #expect(abs(slope(errors) - (solver < 2 ? 1 : 2)) < 0.1)
    }

    @Test(
        "The anchored SDE solver is exact in law for centred Gaussian data, in any number of steps", arguments: [0, 1])
    func anchored(schedule: Int) throws {
        let schedule = Self.schedules[schedule]
        let (start, end) = (try schedule.state(at: 1), try schedule.state(at: 0))
        for steps in [1, 2, 9] {
            let moments = try DPMSolverPlusPlus2MSDE(grid: .uniform(steps: steps)).moments(
                mean: [0, 0, 0], variance: (0..<3).map { start.marginalVariance($0, clean: Self.data.variances[$0]) },
                data: ([0, 0, 0], Self.data.variances), schedule: schedule)
            for component in 0..<3 {
                let exact = end.marginalVariance(component, clean: Self.data.variances[component])
                #expect(abs(moments.mean[component]) < 1e-14)
                #expect(abs(moments.variance[component] - exact) < 1e-12 * exact)
            }
        }
    }

    @Test("Ancestral steps are exact in law where the clean component is known")
    func ancestralIsExactForPoints() throws {
        let schedule = FormulaSchedule.scalar(from: -6, to: 5, count: 1)
        let (start, end) = (try schedule.state(at: 1), try schedule.state(at: 0))
        for steps in [1, 7] {
            let moments = try Ancestral(grid: .uniform(steps: steps)).moments(
                mean: [start.alpha[0] * 0.8], variance: [start.sigma[0] * start.sigma[0]], data: ([0.8], [0]),
                schedule: schedule)
            #expect(abs(moments.mean[0] - end.alpha[0] * 0.8) < 1e-14)
            #expect(abs(moments.variance[0] - end.sigma[0] * end.sigma[0]) < 1e-15)
        }
    }

    @Test("Samples have the moments that the coefficients promise, within standard errors", arguments: [0, 1, 2, 3])
    func samples(solver: Int) throws {
        let (seed, count) = (UInt64(20), 20_000)
        print("seed \(seed)")
        let schedule = Self.schedules[1]
        let sampler = Self.solvers[solver](.uniform(steps: 40))
        let start = try schedule.state(at: 1)
        // The data are not centred here, and the matched prior is: it starts at mean 0.
        let expected = try sampler.moments(
            mean: [0, 0, 0], variance: (0..<3).map { start.marginalVariance($0, clean: Self.data.variances[$0]) },
            data: Self.data, schedule: schedule)
        let states = Collected()
        _ = try sampler.sample(
            SamplingProblem(
                denoiser: Self.denoiser, schedule: schedule, variances: Self.data.variances, samples: 0..<count,
                seed: seed, batchSize: 5_000),
            observer: SamplingObserver { if $0.step == $0.stepCount { states.append($0.components) } })
        let values = states.values
        for component in 0..<3 {
            let column = stride(from: component, to: values.count, by: 3).map { Double(values[$0]) }
            let mean = column.reduce(0, +) / Double(count)
            let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
            let exact = expected.variance[component]
            #expect(abs(mean - expected.mean[component]) < 4 * (exact / Double(count)).squareRoot())
            #expect(abs(variance - exact) < 4 * exact * (2 / Double(count)).squareRoot())
        }
    }
}
