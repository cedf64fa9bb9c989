import GUDCore

/// One batch on its way from noise to data: the state, and what all samplers do to it apart from their steps.
struct SamplingRun {
    let problem: SamplingProblem
    /// Global indices of the batch's samples.
    let batch: Range<Int>
    /// How the problem's observation is met.
    let plan: ConditioningPlan
    /// The problem's schedule, with the given components held.
    let schedule: any NoiseSchedule
    /// z(t), row-major `[batch, K]`.
    var components: [Float]
    /// The noising state at t.
    var state: NoisingState
    /// ε̂ at t, after ``predictNoise()``.
    private(set) var noise: [Float]
    /// What it has cost so far.
    var cost: SamplingCost

    private let sampler: String
    private let stepCount: Int
    let observer: SamplingObserver?
    private let denoiser: ConditionedDenoiser
    /// The times at which ε̂ jumps.
    var jumps: [Double] { denoiser.jumps }

    /// A batch at t = 1; its components are zeros.
    init(
        _ problem: SamplingProblem, batch: Range<Int>, sampler: String, stepCount: Int, observer: SamplingObserver?
    ) throws {
        self.problem = problem
        self.batch = batch
        self.sampler = sampler
        self.observer = observer
        self.stepCount = stepCount
        plan = try problem.plan()
        schedule = try problem.heldSchedule()
        state = try schedule.state(at: 1)
        components = [Float](repeating: 0, count: batch.count * problem.componentCount)
        noise = components
        cost = SamplingCost(samples: batch)
        denoiser = try ConditionedDenoiser(problem, plan, batch: batch)
    }

    /// Draws all samples of a problem, batch by batch: prior, integration from t = 1 to t = 0, final denoising.
    ///
    /// - Parameter replaces: Whether the sampler knows how to replace what is observed.
    static func sample(
        _ problem: SamplingProblem, sampler: String, stepCount: Int, observer: SamplingObserver?,
        replaces: Bool = false,
        _ integrate: (inout SamplingRun) throws -> Void
    ) throws -> [Float] {
        try problem.validate()
        if case .replacement = try problem.plan().correction, !replaces {
            throw SamplingError.observation(
                "sampler '\(sampler)' cannot replace what is observed; use 'ancestral' or 'ddim', or the method 'moments'"
            )
        }
        var samples: [Float] = []
        samples.reserveCapacity(problem.samples.count * problem.componentCount)
        for batch in problem.batches {
            var run = try SamplingRun(
                problem, batch: batch, sampler: sampler, stepCount: stepCount, observer: observer)
            try run.drawPrior()
            try integrate(&run)
            samples += try run.cleanEstimate()
            observer?.onBatch(run.cost)
        }
        return samples
    }

    /// Draws the state from the matched prior `z_i ~ N(0, α_i² v_i + σ_i²)`, which is exact for Gaussian data at any γ_i;
    /// given components are noised from their values, `z_i ~ N(α_i z_i(0), σ_i²)`.
    ///
    /// Under an observation the prior is centred on `α_i x̂0_i`, the denoiser's estimate where nothing but the observation is known:
    /// what is left of the data at t = 1 is left of those that were observed.
    mutating func drawPrior(_ purpose: CounterNoise.Purpose = .prior) throws {
        let count = problem.componentCount
        let held = plan.held
        let isHeld = held?.mask ?? [Bool](repeating: false, count: count)
        let (state, batch) = (state, batch)
        if let held {
            for (row, sample) in batch.enumerated() {
                for i in 0..<count where isHeld[i] {
                    components[row * count + i] = Float(state.alpha[i]) * held.value(i, sample: sample)
                }
            }
        }
        var centres = components
        if plan.isConditional {
            try predictNoise()
            for index in centres.indices where !isHeld[index % count] {
                let i = index % count
                let visible = problem.variances[i] > 0 && state.alpha[i] > ComponentState.smallestVisibleSignal
                centres[index] = visible ? -Float(state.sigma[i]) * noise[index] : 0
            }
        }
        let deviations = (0..<count).map {
            isHeld[$0] ? state.sigma[$0] : state.marginalVariance($0, clean: problem.variances[$0]).squareRoot()
        }
        CounterNoise(seed: problem.seed, purpose: purpose).fill(&components, samples: batch, step: 0)
        Parallel.forEachRow(of: &components, width: count) { [centres] row, z in
            for i in z.indices { z[i] = Float(Double(centres[row * count + i]) + deviations[i] * Double(z[i])) }
        }
    }

    /// Evaluates the denoiser at the current state.
    mutating func predictNoise() throws {
        cost.evaluations += try denoiser.predictNoise(in: components, states: .shared(state), into: &noise)
    }

    /// Evaluates the denoiser for some samples of the batch, each in a noising state of its own.
    mutating func predictNoise(
        in components: [Float], samples: [Int], states: [NoisingState], into noise: inout [Float]
    ) throws {
        cost.evaluations += try denoiser.predictNoise(
            in: components, samples: samples, states: .perSample(states), into: &noise)
    }

    /// The final denoising step: `x̂0 = (z − σ ε̂)/α`, given components as they were given, and 0 where data never vary.
    ///
    /// Where too little of a component is signal for ε̂ to tell, it is the Gaussian fit's `α v z / (α² v + σ²)`.
    mutating func cleanEstimate() throws -> [Float] {
        try predictNoise()
        let weights = (0..<problem.componentCount).map { component -> ComponentUpdate.Slope in
            let (variance, at) = (problem.variances[component], ComponentState(state, component: component))
            if variance == 0 { return ComponentUpdate.Slope(state: 0, noise: 0) }
            if at.showsSignal { return .cleanEstimate(at) }
            return ComponentUpdate.Slope(
                state: at.alpha * variance / state.marginalVariance(component, clean: variance), noise: 0)
        }
        let (noise, plan, batch) = (noise, plan, batch)
        var clean = components
        Parallel.forEachRow(of: &clean, width: weights.count) { row, z in
            let start = row * z.count
            for i in z.indices {
                z[i] = Float(weights[i].state * Double(z[i]) + weights[i].noise * Double(noise[start + i]))
            }
            plan.constrain(&z, sample: batch.lowerBound + row)
        }
        try checkFinite(clean, step: stepCount)
        return clean
    }

    /// Between two steps: stops a run that has gone wrong or is no longer wanted, and tells the observer.
    ///
    /// - Throws: ``SamplingError/notFinite(sampler:step:of:time:sample:component:)`` or
    ///   ``SamplingError/cancelled(sampler:step:of:)``.
    func report(step: Int) throws(SamplingError) {
        try checkFinite(components, step: step)
        observer?.onState(
            SamplingSnapshot(
                samples: batch, step: step, stepCount: stepCount, time: state.time, components: components))
        try stopIfCancelled(step: step)
    }

    /// Stops a run that is no longer wanted.
    func stopIfCancelled(step: Int) throws(SamplingError) {
        if problem.isCancelled() { throw .cancelled(sampler: sampler, step: step, of: stepCount) }
    }

    /// The error that names a scalar of a sample, counted in the batch.
    func notFinite(step: Int, time: Double, sample: Int, component: Int) -> SamplingError {
        .notFinite(
            sampler: sampler, step: step, of: stepCount, time: time, sample: batch.lowerBound + sample,
            component: component)
    }

    private func checkFinite(_ values: [Float], step: Int) throws(SamplingError) {
        // An integer maximum over the exponent bits; unlike a search, the compiler vectorises it.
        let exponent: UInt32 = 0x7F80_0000
        let largest = values.reduce(into: UInt32(0)) { $0 = max($0, $1.bitPattern & exponent) }
        guard largest == exponent, let index = values.firstIndex(where: { !$0.isFinite }) else { return }
        let count = problem.componentCount
        throw notFinite(step: step, time: state.time, sample: index / count, component: index % count)
    }
}
