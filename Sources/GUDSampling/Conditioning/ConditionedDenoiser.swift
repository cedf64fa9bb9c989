import GUDCore

/// The denoiser of one batch under everything that its problem asks for: class, guidance and observation.
struct ConditionedDenoiser {
    private enum Kind {
        case plain(any CompositeDenoiser)
        /// One denoiser per row of observed values, which samples take in turn.
        case exact([any CompositeDenoiser])
        case moments(any CompositeDenoiser & DifferentiableDenoiser, MomentCorrection)
    }

    private let kind: Kind
    /// The times at which ε̂ jumps: the ends of a guidance interval.
    let jumps: [Double]
    /// Global indices of the batch's samples.
    private let batch: Range<Int>

    /// The denoiser of a batch.
    ///
    /// - Throws: What the denoiser says about the condition.
    init(_ problem: SamplingProblem, _ plan: ConditioningPlan, batch: Range<Int>) throws {
        self.batch = batch
        let guided = try problem.denoiser.guided(by: problem.condition)
        jumps = guided.jumps
        switch plan.correction {
        case .none, .replacement: kind = .plain(guided)
        case .moments(let observed):
            guard let guided = guided as? any CompositeDenoiser & DifferentiableDenoiser else {
                throw DenoiserError.failed(reason: "it offers no Jacobian products")
            }
            kind = .moments(guided, MomentCorrection(observed: observed, variances: problem.variances))
        case .exact(let denoiser, let observed):
            kind = .exact(
                try (0..<min(observed.rowCount, batch.count)).map { place in
                    let row = (batch.lowerBound + place) % observed.rowCount
                    return try denoiser.conditioned(on: observed, row: row).guided(by: problem.condition)
                })
        }
    }

    /// Writes ε̂ of some samples of the batch.
    ///
    /// - Parameters:
    ///   - z: Row-major `[samples, K]`.
    ///   - samples: Which of the batch's samples, counted from its beginning; all where it is left out.
    ///   - noise: Overwritten with ε̂; of the same count.
    /// - Returns: Evaluations of the denoiser, summed over the samples.
    func predictNoise(
        in z: [Float], samples: [Int]? = nil, states: NoisingStates, into noise: inout [Float]
    ) throws(DenoiserError) -> Int {
        switch kind {
        case .plain(let denoiser): return try Self.predict(denoiser, z, states, &noise)
        case .exact(let denoisers):
            if denoisers.count == 1 { return try Self.predict(denoisers[0], z, states, &noise) }
            let places = samples ?? Array(0..<batch.count)
            let width = noise.count / places.count
            var evaluations = 0
            for (row, place) in places.enumerated() {
                var part = [Float](repeating: 0, count: width)
                let range = row * width..<(row + 1) * width
                evaluations += try Self.predict(
                    denoisers[place % denoisers.count], Array(z[range]), states.slice(row..<row + 1), &part)
                noise.replaceSubrange(range, with: part)
            }
            return evaluations
        case .moments(let denoiser, let correction):
            let places = samples ?? Array(0..<batch.count)
            return denoiser.evaluations(states, samples: places.count)
                * (try correction.predictNoise(
                    denoiser, samples: places.map { batch.lowerBound + $0 }, in: z, states: states, into: &noise))
        }
    }

    private static func predict(
        _ denoiser: any CompositeDenoiser, _ z: [Float], _ states: NoisingStates, _ noise: inout [Float]
    ) throws(DenoiserError) -> Int {
        var span = noise.mutableSpan
        try denoiser.predictNoise(in: z.span, states: states, embeddings: nil, into: &span)
        return denoiser.evaluations(states, samples: noise.count / denoiser.componentCount)
    }
}
