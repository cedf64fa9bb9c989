import GUDCore

/// One batch on its way from noise to data: the state, and what all samplers do to it apart from their steps.
struct SamplingRun {
    let problem: SamplingProblem
    /// Global indices of the batch's samples.
    let batch: Range<Int>
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
    private let denoiser: any Denoiser
    /// The times at which ε̂ jumps.
    let jumps: [Double]

    /// A batch at t = 1; its components are zeros.
    init(
        _ problem: SamplingProblem, batch: Range<Int>, sampler: String, stepCount: Int, observer: SamplingObserver?
    ) throws {
        self.problem = problem
        self.batch = batch
        self.sampler = sampler
        self.observer = observer
        self.stepCount = stepCount
        schedule = try problem.heldSchedule()
        state = try schedule.state(at: 1)
        components = [Float](repeating: 0, count: batch.count * problem.componentCount)
        noise = components
        cost = SamplingCost(samples: batch)
        denoiser = try problem.denoiser.guided(by: problem.condition)
        jumps = denoiser.allJumps
    }

    /// Draws all samples of a problem, batch by batch: prior, integration from t = 1 to t = 0, final denoising.
    static func sample(
        _ problem: SamplingProblem, sampler: String, stepCount: Int, observer: SamplingObserver?,
        _ integrate: (inout SamplingRun) throws -> Void
    ) throws -> [Float] {
        try problem.validate()
        var samples: [Float] = []
        samples.reserveCapacity(problem.samples.count * problem.componentCount)
        for batch in problem.batches {
            var run = try SamplingRun(
                problem, batch: batch, sampler: sampler, stepCount: stepCount, observer: observer)
            run.drawPrior()
            try integrate(&run)
            samples += try run.cleanEstimate()
            observer?.onBatch(run.cost)
        }
        return samples
    }

    /// Draws the state from the matched prior `z_i ~ N(0, α_i² v_i + σ_i²)`, which is exact for Gaussian data at any γ_i;
    /// given components are noised from their values, `z_i ~ N(α_i z_i(0), σ_i²)`.
    mutating func drawPrior(_ purpose: CounterNoise.Purpose = .prior) {
        let count = problem.componentCount
        let given = problem.condition.given
        let isGiven = given?.mask ?? [Bool](repeating: false, count: count)
        let means = (0..<count).map { isGiven[$0] ? state.alpha[$0] * Double(given?.values[$0] ?? 0) : 0 }
        let deviations = (0..<count).map {
            isGiven[$0] ? state.sigma[$0] : state.marginalVariance($0, clean: problem.variances[$0]).squareRoot()
        }
        CounterNoise(seed: problem.seed, purpose: purpose).fill(&components, samples: batch, step: 0)
        Parallel.forEachRow(of: &components, width: count) { _, z in
            for i in z.indices { z[i] = Float(means[i] + deviations[i] * Double(z[i])) }
        }
    }

    /// Evaluates the denoiser at the current state.
    mutating func predictNoise() throws {
        cost.evaluations += try denoiser.predict(components, .shared(state), samples: batch.count, into: &noise)
    }

    /// Evaluates the denoiser at other states than the current one, of as many samples as there are noising states.
    mutating func predictNoise(in components: [Float], states: [NoisingState], into noise: inout [Float]) throws {
        cost.evaluations += try denoiser.predict(components, .perSample(states), samples: states.count, into: &noise)
    }

    /// The final denoising step: `x̂0 = (z − σ ε̂)/α`, given components as they were given, and 0 where data never vary.
    ///
    /// Where too little of a component is signal for ε̂ to tell, it is the Gaussian fit's `α v z / (α² v + σ²)`.
    mutating func cleanEstimate() throws -> [Float] {
        try predictNoise()
        let given = problem.condition.given
        let weights = (0..<problem.componentCount).map {
            component -> (state: Double, noise: Double, constant: Double) in
            if let given, given.mask[component] { return (0, 0, Double(given.values[component])) }
            let (variance, at) = (problem.variances[component], ComponentState(state, component: component))
            if variance == 0 { return (0, 0, 0) }
            if at.showsSignal {
                let slope = ComponentUpdate.Slope.cleanEstimate(at)
                return (slope.state, slope.noise, 0)
            }
            return (at.alpha * variance / state.marginalVariance(component, clean: variance), 0, 0)
        }
        let noise = noise
        var clean = components
        Parallel.forEachRow(of: &clean, width: weights.count) { row, z in
            let start = row * z.count
            for i in z.indices {
                let weight = weights[i]
                z[i] = Float(weight.constant + weight.state * Double(z[i]) + weight.noise * Double(noise[start + i]))
            }
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

extension Denoiser {
    /// Writes ε̂ of a batch; returns the evaluations that it took, summed over the samples.
    fileprivate func predict(
        _ components: [Float], _ states: NoisingStates, samples: Int, into noise: inout [Float]
    ) throws(DenoiserError) -> Int {
        var span = noise.mutableSpan
        try predictNoise(in: components.span, states: states, embeddings: nil, into: &span)
        return evaluations(states, samples: samples)
    }
}
