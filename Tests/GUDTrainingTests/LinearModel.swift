import GUDCore

@testable import GUDTraining

/// A trainable denoiser in plain Swift: ε̂_i = w_i z_i, trained by plain gradient descent.
///
/// Under a schedule that is constant in time and data of variance v its optimum is known: `w = σ / (α² v + σ²)`.
final class LinearModel: TrainableDenoiser, @unchecked Sendable {
    let componentCount: Int
    let embeddingWidth = 0
    var parameterCount: Int { componentCount }
    var weights: [Float]
    /// A step at which the loss becomes NaN, for tests of what happens then.
    var breaksAt: Int?
    private var stepCount = 0

    init(componentCount: Int) {
        self.componentCount = componentCount
        weights = [Float](repeating: 0, count: componentCount)
    }

    var state: StateArrays { StateArrays(["w": .init(axes: [componentCount], values: .float(weights))]) }

    func beginTraining(_ options: OptimiserOptions) throws(DenoiserError) {}

    func trainingStep(
        _ batch: NoisedBatch, learningRate: Double, randomSeed: UInt64
    ) throws(DenoiserError) -> TrainingStepReport {
        stepCount += 1
        if stepCount == breaksAt { return TrainingStepReport(loss: .nan, gradientNorm: .nan) }
        var (loss, norm) = (0.0, 0.0)
        for index in 0..<componentCount {
            var gradient: Float = 0
            for place in stride(from: index, to: batch.noised.count, by: componentCount) {
                if batch.excluded?[place] == true { continue }
                let difference = weights[index] * batch.noised[place] - batch.noise[place]
                loss += Double(difference * difference) / Double(batch.noised.count)
                gradient += 2 * difference * batch.noised[place] / Float(batch.noised.count / componentCount)
            }
            weights[index] -= Float(learningRate) * gradient
            norm += Double(gradient * gradient)
        }
        return TrainingStepReport(loss: loss, gradientNorm: norm.squareRoot())
    }

    func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        for place in 0..<noised.count { noise[place] = weights[place % componentCount] * noised[place] }
    }
}

/// γ is the same at all times and in all components.
struct ConstantSchedule: NoiseSchedule {
    let componentCount: Int
    var level = 0.0

    func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
        for index in gamma.indices { gamma[index] = level }
    }

    func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
        for index in rate.indices { rate[index] = 0 }
    }
}

/// Notes what it is told.
final class Notes: TrainingObserver {
    var losses: [Double] = []
    var rates: [Double] = []
    var checkpoints: [Int] = []
    var samples: [Int] = []
    var validation: [(step: Int, loss: Double)] = []
    func stepTaken(_ step: Int, report: TrainingStepReport, learningRate: Double) {
        losses.append(report.loss)
        rates.append(learningRate)
    }
    func validated(_ step: Int, loss: Double) { validation.append((step, loss)) }
    func checkpointDue(step: Int) { checkpoints.append(step) }
    func samplesDue(step: Int) { samples.append(step) }
}

extension TrainingOptions {
    /// Options from a few values, the rest by default.
    static func of(_ values: [String: ParameterValue]) throws -> TrainingOptions {
        try TrainingOptions(values)
    }
}
