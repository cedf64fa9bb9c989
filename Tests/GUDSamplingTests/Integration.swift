import GUDCore

@testable import GUDSampling

extension LinearSolver {
    /// The state at t = 0 that the solver reaches from given components at t = 1, before the final denoising.
    func flow(
        _ start: [Float], denoiser: any Denoiser, schedule: any NoiseSchedule, variances: [Double], seed: UInt64 = 0
    ) throws -> [Double] {
        let batch = 0..<start.count / variances.count
        let problem = SamplingProblem(
            denoiser: denoiser, schedule: schedule, variances: variances, samples: batch, seed: seed)
        var run = try SamplingRun(problem, batch: batch, sampler: Self.name, grid: grid, observer: nil)
        run.components = start
        try integrate(&run)
        return run.components.map(Double.init)
    }

    /// The mean and variance at t = 0 that the solver's own coefficients propagate for Gaussian components with the exact
    /// denoiser, in closed form and in Double; stochastic solvers included. One pair per component.
    func moments(
        mean: [Double], variance: [Double], data: (means: [Double], variances: [Double]), schedule: any NoiseSchedule
    ) throws -> (mean: [Double], variance: [Double]) {
        let states = try grid.times.map { try schedule.state(at: $0) }
        var result = (mean: mean, variance: variance)
        for component in mean.indices {
            let (m, v) = (data.means[component], data.variances[component])
            let path = states.map { ComponentState($0, component: component) }
            // State and last slope as (mean, response to the state at t = 1); fresh noise adds up for first-order solvers.
            var (center, spread, noise) = (mean[component], variance[component].squareRoot(), 0.0)
            var previous = (center: 0.0, spread: 0.0)
            for step in 0..<grid.stepCount where path[step].gamma > path[step + 1].gamma {
                let update = update(
                    ComponentStep(
                        variance: v, from: path[step], to: path[step + 1],
                        earlier: step > 0 ? path[step - 1] : nil))
                let (alpha, sigma) = (path[step].alpha, path[step].sigma)
                let gain = sigma / (alpha * alpha * v + sigma * sigma)
                let response = update.slope.state + update.slope.noise * gain
                let slope = (
                    center: update.slope.state * center + update.slope.noise * gain * (center - alpha * m),
                    spread: response * spread
                )
                let total = update.keep + update.current * response
                noise = total * total * noise + update.jitter * update.jitter
                center = update.keep * center + update.current * slope.center + update.previous * previous.center
                spread = update.keep * spread + update.current * slope.spread + update.previous * previous.spread
                previous = slope
            }
            result.mean[component] = center
            result.variance[component] = spread * spread + noise
        }
        return result
    }
}
