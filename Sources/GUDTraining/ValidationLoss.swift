import GUDCore

/// The loss on samples that training never sees, for choosing when to stop.
///
/// The mean of `(ε̂ − ε)²` as in training, with the averaged weights. Each sample is seen at ``repeats`` stratified times; times, noise
/// and held components are the same whenever it is measured, so that two values differ by what was learnt in between.
public struct ValidationLoss: Sendable {
    /// How often each sample is seen.
    public static let repeats = 8

    private let samples: TrainingSamples
    private let schedule: any NoiseSchedule
    private let condition: TrainingCondition?
    private let parts: HeldParts?
    private let batchSize: Int
    private let seed: UInt64

    /// The loss on some samples.
    ///
    /// - Parameters:
    ///   - samples: At least one.
    ///   - schedule: The noise schedule, or a family of them: then each look draws a member.
    ///   - condition: How classes condition the denoiser; `nil` for an unconditional one.
    ///   - parts: Which components are held; `nil` for none.
    ///   - batchSize: Samples that are evaluated at once.
    public init(
        _ samples: TrainingSamples, schedule: any NoiseSchedule, condition: TrainingCondition?,
        parts: HeldParts? = nil, batchSize: Int, seed: UInt64
    ) {
        self.samples = samples
        self.schedule = schedule
        self.condition = condition
        self.parts = parts
        self.batchSize = batchSize
        self.seed = seed
    }

    /// Measures a denoiser.
    ///
    /// - Throws: What the denoiser, the schedule or the samples report.
    /// - Complexity: ``repeats`` evaluations of the denoiser per sample.
    public func measure(_ denoiser: any Denoiser) throws -> Double {
        let (noise, times) = (
            CounterNoise(seed: seed, purpose: .validation), CounterNoise(seed: seed, purpose: .validationTime)
        )
        var (sum, counted) = (0.0, 0)
        for start in stride(from: 0, to: samples.count, by: batchSize) {
            let rows = start..<min(start + batchSize, samples.count)
            let clean = try samples.components(TrainingSamples.Draw(step: 0, samples: Array(rows)))
            let embeddings = condition.flatMap { condition in
                samples.labels.map { labels in
                    Embeddings(width: condition.width, values: rows.flatMap { condition.embedding(labels[$0]) })
                }
            }
            for look in 0..<Self.repeats {
                let roles = rows.map { parts?.roles(.validationSets, sample: $0, step: look) }
                let states = try rows.map { row in
                    let time = (Double(look) + times.uniform(sample: row, step: look)) / Double(Self.repeats)
                    return try schedule.trainingState(
                        at: time, member: times.uniform(sample: row, step: look, component: 1),
                        roles: roles[row - rows.lowerBound])
                }
                let batch = NoisedBatch(
                    clean, noise: noise.normals(samples: rows, count: schedule.componentCount, step: look),
                    states: states, embeddings: embeddings, roles: roles)
                var estimate = [Float](repeating: 0, count: clean.count)
                var span = estimate.mutableSpan
                try denoiser.predictNoise(
                    in: batch.noised.span, states: batch.states, embeddings: batch.embeddings, into: &span)
                let (errors, count) = try batch.errors(of: estimate)
                for error in errors { sum += Double(error) * Double(error) }
                counted += count
            }
        }
        return sum / Double(counted)
    }
}
