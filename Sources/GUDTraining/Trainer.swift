import Foundation
import GUDCore

/// Trains a denoiser on whitened components by ε-matching.
///
/// The objective is the mean of `(ε̂ − ε)²` over components, samples and stratified times; components that are held do not count. A run is a function of its data,
/// options and seed: resumed at any checkpoint it gives, bit for bit, what it would have given without the break.
public struct Trainer {
    private let denoiser: any TrainableDenoiser
    private let options: TrainingOptions
    private let seed: UInt64
    private let validation: ValidationLoss?
    private var source: BatchSource

    /// A loss above this means divergence: the Gaussian fit, where training begins, has a loss of at most 1 on average.
    static let divergence = 1e3

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - denoiser: What is trained; its state says where a resumed run stands.
    ///   - schedule: The noise schedule, or a family of them.
    ///   - samples: The training data.
    ///   - validation: Data to validate with wherever a checkpoint is due; `nil` for none.
    ///   - condition: How classes condition the denoiser; `nil` for an unconditional one.
    ///   - parts: Which components are held; `nil` for none.
    /// - Throws: ``TrainingError/noData``, or a ``DenoiserError`` where the optimiser cannot be made.
    public init(
        _ denoiser: any TrainableDenoiser, schedule: any NoiseSchedule, samples: TrainingSamples,
        validation: TrainingSamples? = nil, condition: TrainingCondition? = nil, parts: HeldParts? = nil,
        options: TrainingOptions, seed: UInt64
    ) throws {
        guard samples.count > 0 else { throw TrainingError.noData }
        self.denoiser = denoiser
        self.options = options
        self.seed = seed
        source = BatchSource(
            samples, batchSize: options.batchSize, schedule: schedule, condition: condition, parts: parts, seed: seed)
        self.validation = validation.map {
            ValidationLoss(
                $0, schedule: schedule, condition: condition, parts: parts, batchSize: options.batchSize, seed: seed)
        }
        try denoiser.beginTraining(options.optimiser)
    }

    /// Takes the steps `first + 1 ... options.stepCount`.
    ///
    /// - Parameters:
    ///   - first: Steps that were already taken.
    ///   - observer: Is told of every step, and of every point at which a checkpoint is due.
    ///   - shouldStop: Polled between steps; a run that is stopped leaves a checkpoint.
    /// - Returns: How the run ended.
    /// - Throws: ``TrainingError/diverged(step:loss:)`` after a checkpoint of the last good state;
    ///   whatever the observer, the schedule or the denoiser throw.
    public mutating func run(
        after first: Int = 0, observer: any TrainingObserver, shouldStop: () -> Bool = { false }
    ) throws -> TrainingOutcome {
        var step = first
        while step < options.stepCount {
            if shouldStop() {
                try observer.checkpointDue(step: step)
                return .stopped(step: step)
            }
            let learningRate = options.learningRate(step: step + 1)
            let report = try denoiser.trainingStep(
                try source.batch(step: step + 1), learningRate: learningRate,
                randomSeed: seed &+ UInt64(step + 1) &* 0x9E37_79B9_7F4A_7C15)
            guard report.loss.isFinite, report.gradientNorm.isFinite, report.loss < Self.divergence else {
                try observer.checkpointDue(step: step)
                throw TrainingError.diverged(step: step + 1, loss: report.loss)
            }
            step += 1
            let isDue = step % options.checkpointInterval == 0 || step == options.stepCount
            if isDue, let loss = try validation?.measure(denoiser) { try observer.validated(step, loss: loss) }
            try observer.stepTaken(step, report: report, learningRate: learningRate)
            if isDue { try observer.checkpointDue(step: step) }
            if options.sampleInterval > 0, step % options.sampleInterval == 0 { try observer.samplesDue(step: step) }
        }
        return .finished(step: step)
    }
}

/// How a run ended.
public enum TrainingOutcome: Sendable, Equatable {
    /// All steps were taken.
    case finished(step: Int)
    /// It was asked to stop after this step; a checkpoint holds its state.
    case stopped(step: Int)
}

/// Is told what happens in a run.
public protocol TrainingObserver: AnyObject {
    /// A step was taken.
    func stepTaken(_ step: Int, report: TrainingStepReport, learningRate: Double) throws
    /// The state after this step was validated: told before the step itself, where a checkpoint is due.
    func validated(_ step: Int, loss: Double) throws
    /// The state after this step should be kept.
    func checkpointDue(step: Int) throws
    /// Samples from the state after this step should be shown.
    func samplesDue(step: Int) throws
}

/// What can go wrong in training.
public enum TrainingError: GUDError, Equatable {
    /// There is not one sample to train on.
    case noData
    /// The loss or its gradient is not finite, or far above that of the Gaussian fit.
    case diverged(step: Int, loss: Double)

    /// The text of the message.
    public var description: String {
        switch self {
        case .noData: "there is nothing to train on: the training set is empty"
        case .diverged(let step, let loss):
            "training diverged at step \(step): the loss is \(loss); the state before it is kept as a checkpoint. "
                + "Lower training.learningRate, or raise training.warmup"
        }
    }

    /// Missing data is the request's mistake.
    public var blame: Blame { self == .noData ? .request : .execution }
}
