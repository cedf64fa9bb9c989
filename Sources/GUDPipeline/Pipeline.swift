import Foundation
import GUDBases
import GUDCore
import GUDData
import GUDSampling

/// A generative model, put together from a configuration: a space, a schedule, a denoiser, a conditioner and a sampler.
public struct Pipeline: Sendable {
    /// What it was made from.
    public let configuration: Configuration
    /// What the names in the configuration refer to.
    public let registry: Registry
    /// The number of classes in the data; 0 without labels.
    public let classCount: Int
    /// The space in which the diffusion lives.
    public let space: ComponentSpace
    /// The noise schedule.
    public let schedule: any NoiseSchedule
    /// What the denoiser was, or will be, trained with; `nil` where nobody knows.
    let trained: Configuration?
    /// The noise schedule that the denoiser was, or will be, trained with; `nil` where it cannot be made here.
    let trainedSchedule: (any NoiseSchedule)?
    /// The denoiser.
    public let denoiser: any Denoiser
    /// The conditioner.
    public let conditioner: any Conditioner
    /// The sampler.
    public let sampler: any Sampler
    /// What fitting found, for people.
    public let report: [String]

    /// Fits everything that is fitted to the training part of a data set; a trainable denoiser is made, not trained.
    ///
    /// - Parameters:
    ///   - configuration: What to make.
    ///   - dataset: Where means, variances, bases and exact denoisers come from.
    ///   - device: Where networks compute.
    /// - Returns: The pipeline.
    /// - Throws: Whatever a factory throws: ``GUDError`` of its area.
    public static func fit(
        _ configuration: Configuration, to dataset: Dataset, registry: Registry, device: String = "cpu"
    ) throws -> Pipeline {
        let fit = try fitSpace(configuration, to: dataset, registry: registry)
        return try Pipeline(
            configuration, registry: registry, classCount: dataset.classCount, space: fit.space,
            denoiserFitting: try fit.space.components(of: fit.values), denoiserState: nil, device: device,
            trained: configuration, report: fit.report)
    }

    /// Fits the basis and its scales: the space, the data that it was fitted to, and what fitting found.
    static func fitSpace(
        _ configuration: Configuration, to dataset: Dataset, registry: Registry
    ) throws -> (space: ComponentSpace, values: [Float], report: [String]) {
        var report: [String] = []
        let basisParameters = try configuration.parameters("basis", configuration.basis, kind: "basis", registry)
        let values = try configuration.augmentation(of: dataset).fitting(dataset.training)
        let centred = try CentredSamples(values, shape: dataset.shape)
        let basis = try registry.factory(.basis, named: configuration.basis.name).make(
            basisParameters,
            BasisContext(shape: dataset.shape, fitting: centred.values, registry: registry))
        if let fitted = basis as? any FittedBasis { report += fitted.fitReport }
        let fit = try SpaceFit(
            basis: basis, data: centred, whitening: basisParameters[Whitening.parameter],
            varianceFloor: basisParameters[Whitening.varianceFloor])
        return (fit.space, values, report + fit.report)
    }

    /// The schedule of a configuration for a space.
    static func schedule(
        of configuration: Configuration, in space: ComponentSpace, _ registry: Registry
    ) throws -> any NoiseSchedule {
        try registry.factory(.schedule, named: configuration.schedule.name).make(
            configuration.parameters("schedule", configuration.schedule, kind: "schedule", registry),
            ScheduleContext(space))
    }

    /// Puts a pipeline together around a space.
    ///
    /// - Parameter trained: What the denoiser was, or will be, trained with; `nil` where nobody knows.
    init(
        _ configuration: Configuration, registry: Registry, classCount: Int, space: ComponentSpace,
        denoiserFitting: [Float]?, denoiserState: StateArrays?, device: String, trained: Configuration?,
        report: [String] = []
    ) throws {
        self.configuration = configuration
        self.registry = registry
        self.classCount = classCount
        self.space = space
        self.report = report
        self.trained = trained
        let schedule = try Self.schedule(of: configuration, in: space, registry)
        self.schedule = schedule
        trainedSchedule =
            trained?.schedule == configuration.schedule
            ? schedule : trained.flatMap { try? Self.schedule(of: $0, in: space, registry) }
        conditioner = try registry.factory(.conditioner, named: configuration.conditioner.name).make(
            configuration.parameters("conditioner", configuration.conditioner, kind: "conditioner", registry),
            classCount)
        denoiser = try registry.factory(.denoiser, named: configuration.denoiser.name).make(
            configuration.parameters("denoiser", configuration.denoiser, kind: "denoiser", registry),
            DenoiserContext(
                space: space, fitting: denoiserFitting, state: denoiserState,
                embeddingWidth: conditioner.embeddingWidth, seed: configuration.seed, device: device))
        guard conditioner.embeddingWidth == 0 || denoiser.embeddingWidth == conditioner.embeddingWidth else {
            throw ParameterError.rule(
                "conditioner", .string(configuration.conditioner.name),
                "makes conditions of width \(conditioner.embeddingWidth), but denoiser '\(configuration.denoiser.name)' takes "
                    + (denoiser.embeddingWidth == 0 ? "none" : "those of width \(denoiser.embeddingWidth)")
                    + "; choose 'conditioner: none', or a denoiser that takes them")
        }
        sampler = try Self.sampler(configuration.sampler, registry)
    }

    /// The sampler of a choice.
    public static func sampler(_ choice: Configuration.Choice, _ registry: Registry) throws -> any Sampler {
        let factory = try registry.factory(.sampler, named: choice.name)
        return try factory.make(try factory.descriptor.schema.resolve(choice.parameters, at: "sampler"))
    }

    /// The row that stands for each class, in their order.
    ///
    /// - Throws: `ConditionerError` where the conditioner knows no classes.
    func classEmbeddings() throws(ConditionerError) -> [[Float]] {
        var rows: [[Float]] = []
        for index in 0..<classCount {
            rows.append(try conditioner.condition(ConditionRequest(classIndex: index), in: space).embedding ?? [])
        }
        return rows
    }

    /// Draws samples.
    ///
    /// - Parameters:
    ///   - indices: Which samples of the seed's endless sequence; the same index gives the same sample in any batch.
    ///   - seed: The seed.
    ///   - request: What they must satisfy.
    ///   - sampler: Another sampler than the configuration's.
    ///   - evaluation: How much of ε̂ the sampler asks for; the samples are the same.
    ///   - observer: Is told of every state on the way.
    ///   - isCancelled: Polled between steps.
    /// - Returns: Row-major `[indices, D]`, in data units.
    public func sample(
        _ indices: Range<Int>, seed: UInt64, request: ConditionRequest = ConditionRequest(),
        sampler: (any Sampler)? = nil, batchSize: Int = 64, evaluation: EvaluationScope = .active,
        observer: SamplingObserver? = nil,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws -> [Float] {
        let problem = SamplingProblem(
            denoiser: denoiser, schedule: schedule, variances: space.variances, samples: indices, seed: seed,
            condition: try condition(request), batchSize: batchSize, evaluation: evaluation,
            isCancelled: isCancelled)
        return try space.samples(of: try (sampler ?? self.sampler).sample(problem, observer: observer))
    }
}
