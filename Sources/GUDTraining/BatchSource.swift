import Foundation
import GUDCore

/// Draws noised batches: which samples, at which times, with which noise.
///
/// Everything is a function of (seed, step), so that a resumed run sees what an uninterrupted one sees.
public struct BatchSource {
    private let components: [Float]
    private let labels: [Int]?
    private let componentCount: Int
    private let batchSize: Int
    private let schedule: any NoiseSchedule
    private let condition: TrainingCondition?
    private let seed: UInt64
    private var order: ShuffledEpochs

    /// A source of batches.
    ///
    /// - Parameters:
    ///   - components: Whitened components of the training data, row-major `[count, K]`, at least one row.
    ///   - labels: The class of each sample, where there are classes.
    ///   - schedule: The noise schedule, or a family of them: then each sample draws a member.
    ///   - condition: How classes condition the denoiser; `nil` for an unconditional one.
    public init(
        components: [Float], labels: [Int]?, batchSize: Int, schedule: any NoiseSchedule,
        condition: TrainingCondition?, seed: UInt64
    ) {
        self.components = components
        self.labels = labels
        componentCount = schedule.componentCount
        self.batchSize = batchSize
        self.schedule = schedule
        self.condition = condition
        self.seed = seed
        order = ShuffledEpochs(count: components.count / schedule.componentCount, seed: seed)
    }

    /// The batch of a step, counted from 1.
    public mutating func batch(step: Int) throws(ScheduleError) -> NoisedBatch {
        let chosen = (0..<batchSize).map { order.index(at: (step - 1) * batchSize + $0) }
        let noise = CounterNoise(seed: seed, purpose: .training)
            .normals(samples: 0..<batchSize, count: componentCount, step: step)
        let states = try states(step: step)
        var noised = [Float](repeating: 0, count: batchSize * componentCount)
        for (row, sample) in chosen.enumerated() {
            let state = states[row]
            for component in 0..<componentCount {
                let place = row * componentCount + component
                noised[place] =
                    Float(state.alpha[component]) * components[sample * componentCount + component]
                    + Float(state.sigma[component]) * noise[place]
            }
        }
        return NoisedBatch(
            noised: noised, noise: noise, states: .perSample(states), embeddings: embeddings(chosen, step: step))
    }

    /// One state per sample at stratified times: sample *b* of *B* has t uniform in [b/B, (b+1)/B).
    private func states(step: Int) throws(ScheduleError) -> [NoisingState] {
        let times = CounterNoise(seed: seed, purpose: .trainingTime)
        var states: [NoisingState] = []
        states.reserveCapacity(batchSize)
        for row in 0..<batchSize {
            let time = (Double(row) + times.uniform(sample: row, step: step)) / Double(batchSize)
            let family = schedule as? any ScheduleFamily
            let member = family?.member(at: times.uniform(sample: row, step: step, component: 1)) ?? schedule
            states.append(try member.state(at: time))
        }
        return states
    }

    private func embeddings(_ chosen: [Int], step: Int) -> Embeddings? {
        guard let condition, let labels else { return nil }
        let drops = CounterNoise(seed: seed, purpose: .augmentation)
        let values = chosen.enumerated().flatMap { row, sample in
            drops.uniform(sample: row, step: step) < condition.dropProbability
                ? [Float](repeating: 0, count: condition.width) : condition.embedding(labels[sample])
        }
        return Embeddings(width: condition.width, values: values)
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
