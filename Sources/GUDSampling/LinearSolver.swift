import GUDCore

/// A sampler that consists of one formula: each step is linear in what is known, component by component.
///
/// What is known are the state, the estimated noise, the two slopes before and fresh noise. Batches, prior, guidance, given
/// components and checks are shared.
///
///     struct Halving: LinearSolver {
///         static let name = "halving"
///         var grid = TimeGrid.uniform(steps: 10)
///         var stepModel: StepModel { StepModel(of: self, history: 0) }
///         func update(_ step: ComponentStep) -> ComponentUpdate { ComponentUpdate(keep: 0.5) }
///     }
public protocol LinearSolver: GridSampler {
    /// What one step does to one component whose γ changes in it.
    ///
    /// - Complexity: Called once per component, step and batch; the result serves all samples of the batch.
    func update(_ step: ComponentStep) -> ComponentUpdate
}

extension LinearSolver {
    /// Draws samples: see ``Sampler/sample(_:observer:)``.
    ///
    /// - Complexity: One evaluation of the denoiser per step in which components change, and one for the final denoising; twice where
    ///   guidance acts.
    public func sample(_ problem: SamplingProblem, observer: SamplingObserver?) throws -> [Float] {
        try SamplingRun.sample(
            problem, sampler: Self.name, stepCount: grid.stepCount, observer: observer, replaces: true, integrate)
    }

    /// Takes a batch from the state at t = 1 to the state at t = 0.
    func integrate(_ run: inout SamplingRun) throws { try integrate(&run) { _ in } }

    /// The same, with a closure that is told of the run at the beginning of every step, when ε̂ is known as far as it is asked for.
    func integrate(_ run: inout SamplingRun, onEvaluation: (SamplingRun) -> Void) throws {
        let variances = run.problem.variances
        let normals = CounterNoise(seed: run.problem.seed, purpose: .sampler)
        var slopes = SlopeHistory(count: run.components.count)
        var fresh = slopes.current
        var earlier: [NoisingState] = []
        let repetitions = run.plan.repetitions
        try run.report(step: 0)
        for step in 0..<grid.stepCount {
            let from = run.state
            let to = try run.schedule.state(at: grid.times[step + 1])
            let update = StateUpdate(from: from, to: to, earlier: earlier, variances: variances, formula: update)
            for repetition in 0..<repetitions {
                let draw = step * repetitions + repetition
                if repetition > 0 {
                    try run.stopIfCancelled(step: step)
                    run.renoise(to: from, draw: draw)
                }
                try run.predictNoise(of: update.asked)
                onEvaluation(run)
                slopes.shift()
                update.writeSlopes(&slopes.current, components: run.components, noise: run.noise)
                if update.isStochastic { normals.fill(&fresh, samples: run.batch, step: draw) }
                update.advance(&run.components, slopes: slopes, fresh: fresh)
                run.state = to
                try run.replaceObserved(draw: draw)
            }
            // A state that was replaced has no history, and ε̂ has none over the end of a guidance interval.
            let isSmooth = !run.plan.replaces && run.jumps.leaveWhole(from: from.time, to: to.time)
            earlier = isSmooth ? [from] + earlier.prefix(1) : []
            try run.report(step: step + 1)
        }
    }
}

extension CounterNoise {
    /// Overwrites a row-major `[samples, count]` array with standard normals.
    func fill(_ values: inout [Float], samples: Range<Int>, step: Int) {
        Parallel.forEachRow(of: &values, width: values.count / samples.count) { row, span in
            fillNormals(&span, sample: samples.lowerBound + row, step: step)
        }
    }
}
