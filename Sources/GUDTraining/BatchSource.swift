import Foundation
import GUDCore

/// Draws noised batches: which samples, at which times, with which noise.
///
/// Everything is a function of (seed, step), so that a resumed run sees what an uninterrupted one sees.
public struct BatchSource {
    private let samples: TrainingSamples
    private let componentCount: Int
    private let batchSize: Int
    private let schedule: any NoiseSchedule
    private let condition: TrainingCondition?
    private let parts: HeldParts?
    private let seed: UInt64
    private var order: ShuffledEpochs

    /// A source of batches.
    ///
    /// - Parameters:
    ///   - samples: The training data, at least one sample.
    ///   - schedule: The noise schedule, or a family of them: then each sample draws a member.
    ///   - condition: How classes condition the denoiser; `nil` for an unconditional one.
    ///   - parts: Which components are held; `nil` for none.
    public init(
        _ samples: TrainingSamples, batchSize: Int, schedule: any NoiseSchedule, condition: TrainingCondition?,
        parts: HeldParts? = nil, seed: UInt64
    ) {
        self.samples = samples
        componentCount = schedule.componentCount
        self.batchSize = batchSize
        self.schedule = schedule
        self.condition = condition
        self.parts = parts
        self.seed = seed
        order = ShuffledEpochs(count: samples.count, seed: seed)
    }

    /// The batch of a step, counted from 1.
    ///
    /// - Throws: What the schedule or the samples report.
    public mutating func batch(step: Int) throws -> NoisedBatch {
        let chosen = (0..<batchSize).map { order.index(at: (step - 1) * batchSize + $0) }
        let components = try samples.components(TrainingSamples.Draw(step: step, samples: chosen))
        let noise = CounterNoise(seed: seed, purpose: .training)
            .normals(samples: 0..<batchSize, count: componentCount, step: step)
        let roles = (0..<batchSize).map { parts?.roles(.trainingSets, sample: $0, step: step) }
        return NoisedBatch(
            components, noise: noise, states: try states(step: step, roles), embeddings: embeddings(chosen, step: step),
            roles: roles)
    }

    /// One state per sample at stratified times: sample *b* of *B* has t uniform in [b/B, (b+1)/B).
    private func states(step: Int, _ roles: [[HeldParts.Role]?]) throws(ScheduleError) -> [NoisingState] {
        let times = CounterNoise(seed: seed, purpose: .trainingTime)
        var states: [NoisingState] = []
        states.reserveCapacity(batchSize)
        for row in 0..<batchSize {
            let time = (Double(row) + times.uniform(sample: row, step: step)) / Double(batchSize)
            states.append(
                try schedule.trainingState(
                    at: time, member: times.uniform(sample: row, step: step, component: 1), roles: roles[row]))
        }
        return states
    }

    private func embeddings(_ chosen: [Int], step: Int) -> Embeddings? {
        guard let condition, let labels = samples.labels else { return nil }
        let drops = CounterNoise(seed: seed, purpose: .augmentation)
        let values = chosen.enumerated().flatMap { row, sample in
            drops.uniform(sample: row, step: step) < condition.dropProbability
                ? [Float](repeating: 0, count: condition.width) : condition.embedding(labels[sample])
        }
        return Embeddings(width: condition.width, values: values)
    }
}

extension NoisedBatch {
    /// Clean components with noise added: `z_i = α_i z_i(0) + σ_i ε_i`, each sample at its own state; those that are held do not
    /// count.
    init(
        _ clean: [Float], noise: [Float], states: [NoisingState], embeddings: Embeddings?, roles: [[HeldParts.Role]?]
    ) {
        var noised = clean
        for (row, state) in states.enumerated() {
            for component in 0..<state.componentCount {
                let place = row * state.componentCount + component
                noised[place] =
                    Float(state.alpha[component]) * clean[place] + Float(state.sigma[component]) * noise[place]
            }
        }
        var excluded: [Bool]?
        if roles.contains(where: { $0 != nil }) {
            excluded = zip(roles, states).flatMap { roles, state in
                roles?.map { $0 != .free } ?? [Bool](repeating: false, count: state.componentCount)
            }
        }
        self.init(
            noised: noised, noise: noise, states: .perSample(states), embeddings: embeddings, excluded: excluded)
    }
}

/// How labels condition training.
public struct TrainingCondition: Sendable {
    /// The width of an embedding.
    public let width: Int
    /// How often a condition is dropped, so that the model also learns to do without.
    public let dropProbability: Double
    /// The embedding of a class.
    public let embedding: @Sendable (Int) -> [Float]

    /// A condition.
    public init(width: Int, dropProbability: Double, embedding: @escaping @Sendable (Int) -> [Float]) {
        self.width = width
        self.dropProbability = dropProbability
        self.embedding = embedding
    }
}

/// `cos(π x)`.
func halfTurnCosine(_ x: Double) -> Double { cos(.pi * x) }
