import GUDCore

@testable import GUDSampling

/// A solver that takes a batch from t = 1 to t = 0.
protocol Integrator: Sampler {
    static var name: String { get }
    func integrate(_ run: inout SamplingRun) throws
}

extension Ancestral: Integrator {}
extension EulerMaruyama: Integrator {}
extension DDIM: Integrator {}
extension DPMSolverPlusPlus2M: Integrator {}
extension DPMSolverPlusPlus2MSDE: Integrator {}
extension DPMSolverPlusPlus3M: Integrator {}
extension Heun: Integrator {}
extension DormandPrince: Integrator {}

extension Integrator {
    /// The state at t = 0 that the solver reaches from given components at t = 1, before the final denoising.
    func flow(
        _ start: [Float], denoiser: any Denoiser, schedule: any NoiseSchedule, variances: [Double], seed: UInt64 = 0
    ) throws -> [Double] {
        let batch = 0..<start.count / variances.count
        let problem = SamplingProblem(
            denoiser: denoiser, schedule: schedule, variances: variances, samples: batch, seed: seed)
        var run = try SamplingRun(problem, batch: batch, sampler: Self.name, stepCount: 1, observer: nil)
        run.components = start
        try integrate(&run)
        return run.components.map(Double.init)
    }
}

extension LinearSolver {
    /// The mean and variance of each component at t = 0 that the solver's own coefficients propagate.
    ///
    /// For Gaussian components with the exact denoiser, in closed form and in Double; stochastic solvers included.
    func moments(
        mean: [Double], variance: [Double], data: (means: [Double], variances: [Double]), schedule: any NoiseSchedule
    ) throws -> (mean: [Double], variance: [Double]) {
        let states = try grid.times.map { try schedule.state(at: $0) }
        var result = (mean: mean, variance: variance)
        for component in mean.indices {
            let (m, v) = (data.means[component], data.variances[component])
            let path = states.map { ComponentState($0, component: component) }
            // The state and the last two slopes: their means, and their covariance.
            var means = [mean[component], 0, 0]
            var covariance = [[variance[component], 0, 0], [0, 0, 0], [0, 0, 0]]
            for step in 0..<grid.stepCount where path[step].gamma > path[step + 1].gamma {
                let update = update(
                    ComponentStep(
                        variance: v, from: path[step], to: path[step + 1],
                        earlier: step > 0 ? path[step - 1] : nil, beforeEarlier: step > 1 ? path[step - 2] : nil))
                let (alpha, sigma) = (path[step].alpha, path[step].sigma)
                let gain = update.slope.noise * sigma / (alpha * alpha * v + sigma * sigma)
                let response = update.slope.state + gain
                // Rows: what the new state and slopes take from the old ones; the slope is `response · z − gain α m`.
                let rows = [
                    [update.keep + update.current * response, update.previous, update.beforePrevious],
                    [response, 0, 0], [0, 1, 0],
                ]
                let shifts = [-update.current * gain * alpha * m, -gain * alpha * m, 0]
                func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
                means = (0..<3).map { dot(rows[$0], means) + shifts[$0] }
                let half = rows.map { row in (0..<3).map { dot(row, covariance[$0]) } }
                covariance = half.map { line in rows.map { dot($0, line) } }
                covariance[0][0] += update.jitter * update.jitter
            }
            result.mean[component] = means[0]
            result.variance[component] = covariance[0][0]
        }
        return result
    }
}
