import Foundation
import GUDCore

/// What to sample from, which samples, and under which condition; everything but how.
public struct SamplingProblem: Sendable {
    /// Estimates the noise.
    public var denoiser: any Denoiser
    /// The path from noise to data.
    public var schedule: any NoiseSchedule
    /// v_i of the `ComponentSpace`: they set the matched prior and the Gaussian anchor.
    public var variances: [Double]
    /// Global indices of the samples.
    ///
    /// All noise is a function of (seed, index, step, component), so that splitting a range into several problems gives the
    /// same samples.
    public var samples: Range<Int>
    /// The seed.
    public var seed: UInt64
    /// What the samples must satisfy.
    public var condition: Condition
    /// How many samples are evaluated at once.
    ///
    /// It changes speed and memory; the sampler's own arithmetic gives the same bits for any.
    public var batchSize: Int
    /// How much of ε̂ is asked for.
    ///
    /// The samples are the same for either; see ``EvaluationScope``.
    public var evaluation: EvaluationScope
    /// Asked between steps; once true, the sampler stops with ``SamplingError/cancelled(sampler:step:of:)``.
    public var isCancelled: @Sendable () -> Bool

    /// A problem; by default without condition, in batches of 64, evaluated where components are active, never cancelled.
    public init(
        denoiser: any Denoiser, schedule: any NoiseSchedule, variances: [Double], samples: Range<Int>, seed: UInt64 = 0,
        condition: Condition = Condition(), batchSize: Int = 64, evaluation: EvaluationScope = .active,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.denoiser = denoiser
        self.schedule = schedule
        self.variances = variances
        self.samples = samples
        self.seed = seed
        self.condition = condition
        self.batchSize = batchSize
        self.evaluation = evaluation
        self.isCancelled = isCancelled
    }

    /// The number of components, *K*.
    public var componentCount: Int { denoiser.componentCount }

    /// The most numbers that are drawn into one array: a quarter of the machine's memory, for components, samples and the file that
    /// is made of them are there at once.
    public static let numberLimit = Int(clamping: ProcessInfo.processInfo.physicalMemory / 16)

    /// The most resamplings of a step: more of them than that are better spent on steps.
    public static let resamplingLimit = 1000

    /// The index ranges of the batches, in order.
    var batches: [Range<Int>] {
        stride(from: samples.lowerBound, to: samples.upperBound, by: batchSize).map {
            $0..<$0 + min(batchSize, samples.upperBound - $0)
        }
    }

    /// The components that are held clean, as an observation may call for; `nil` where none are.
    ///
    /// - Throws: ``SamplingError/observation(_:)`` where the denoiser cannot do what the method asks.
    public var heldComponents: [Bool]? { get throws(SamplingError) { try plan().held?.mask } }

    /// How the observation is met.
    func plan() throws(SamplingError) -> ConditioningPlan { try ConditioningPlan(condition, for: denoiser) }

    /// The schedule, with the components that the plan holds.
    func heldSchedule() throws -> any NoiseSchedule {
        guard let given = try plan().held else { return schedule }
        return try PinnedSchedule(schedule, holding: given.mask)
    }

    /// Checks that the parts fit together.
    ///
    /// - Throws: ``SamplingError/count(_:expected:what:)``, ``SamplingError/variance(_:component:)``,
    ///   ``SamplingError/samples(_:limit:)``, ``SamplingError/resamplings(_:)`` or ``SamplingError/batchSize(_:)``.
    func validate() throws(SamplingError) {
        let count = componentCount
        guard batchSize > 0 else { throw .batchSize(batchSize) }
        guard samples.lowerBound >= 0 else { throw .index(samples.lowerBound) }
        guard samples.count <= Self.numberLimit / max(1, count) else {
            throw .samples(samples.count, limit: Self.numberLimit / max(1, count))
        }
        if let resamplings = condition.observed?.resamplings, !(1...Self.resamplingLimit).contains(resamplings) {
            throw .resamplings(resamplings)
        }
        guard schedule.componentCount == count else {
            throw .count(schedule.componentCount, expected: count, what: "the schedule")
        }
        guard variances.count == count else {
            throw .count(variances.count, expected: count, what: "the list of variances")
        }
        for (component, variance) in variances.enumerated() where !(variance >= 0 && variance.isFinite) {
            throw .variance(variance, component: component)
        }
        if let given = condition.given, given.mask.count != count {
            throw .count(given.mask.count, expected: count, what: "the mask of given components")
        }
        if let observed = condition.observed, observed.all.componentCount != count {
            throw .count(observed.all.componentCount, expected: count, what: "the observation")
        }
    }
}
