import GUDCore

/// Whose likelihood to measure, and under which model; everything but how.
///
/// The result is the negative log-likelihood of data *x* under the model of a denoiser: of the quantised data where the bin
/// width is known (an upper bound on it, by dequantisation), else of the continuous density.
public struct LikelihoodProblem: Sendable {
    /// Estimates the noise.
    public var denoiser: any Denoiser
    /// The path from data to noise.
    public var schedule: any NoiseSchedule
    /// From data to whitened components, and the variances v_i of the matched prior.
    public var space: ComponentSpace
    /// The data, row-major `[count, D]`, in data units.
    public var data: [Float]
    /// What each sample is conditioned on, one row per sample; `nil` for no condition.
    public var embeddings: Embeddings?
    /// The distance between neighbouring levels of quantised data, in data units; `nil` for continuous data.
    public var binWidth: Double?
    /// Where in its bin a quantised number is taken to be.
    public var dequantisation: Dequantisation
    /// The part of each sample that is measured; `nil` for all of it.
    public var part: LikelihoodPart?
    /// The seed of dequantisation, probes, times and noise.
    public var seed: UInt64
    /// How many samples are evaluated at once.
    public var batchSize: Int
    /// Asked between steps; once true, the measurement stops with ``LikelihoodError/cancelled``.
    public var isCancelled: @Sendable () -> Bool
    /// Is told how many of the samples are done.
    public var onProgress: @Sendable (_ done: Int, _ count: Int) -> Void

    /// A problem; by default of continuous data, in batches of 64, never cancelled.
    public init(
        denoiser: any Denoiser, schedule: any NoiseSchedule, space: ComponentSpace, data: [Float],
        embeddings: Embeddings? = nil, binWidth: Double? = nil, dequantisation: Dequantisation = .uniform,
        seed: UInt64 = 0, batchSize: Int = 64,
        isCancelled: @escaping @Sendable () -> Bool = { false },
        onProgress: @escaping @Sendable (_ done: Int, _ count: Int) -> Void = { _, _ in }
    ) {
        self.denoiser = denoiser
        self.schedule = schedule
        self.space = space
        self.data = data
        self.embeddings = embeddings
        self.binWidth = binWidth
        self.dequantisation = dequantisation
        self.seed = seed
        self.batchSize = batchSize
        self.isCancelled = isCancelled
        self.onProgress = onProgress
    }

    /// The number of samples.
    public var count: Int { data.count / space.dimension }
    /// The number of components, *K*.
    public var componentCount: Int { space.componentCount }

    /// The number of components that are measured.
    var measuredCount: Int { part?.freeCount ?? componentCount }

    /// The same problem, with components that are given or absent pinned in its schedule.
    func pinned() throws(ScheduleError) -> LikelihoodProblem {
        guard let part else { return self }
        var problem = self
        problem.schedule = try PinnedSchedule(schedule, pins: part.pins)
        return problem
    }

    /// The most random probes of a divergence.
    public static let probeLimit = 10_000
    /// The most fixed steps of the flow, and random times of the bound.
    public static let stepLimit = 100_000

    /// The index ranges of the batches, in order.
    var batches: [Range<Int>] {
        stride(from: 0, to: count, by: batchSize).map { $0..<$0 + min(batchSize, count - $0) }
    }

    /// The conditions of some samples, in their order; a sample may occur more than once.
    func embeddings(of samples: some Sequence<Int>) -> Embeddings? {
        embeddings.map { all in
            Embeddings(
                width: all.width,
                values: samples.flatMap { all.values[$0 * all.width..<($0 + 1) * all.width] })
        }
    }

    /// The whitened components of dequantised data, and the density of the numbers that were added.
    ///
    /// - Returns: `z` row-major `[samples, K]`, and `log q(u)` per sample, 0 for continuous data.
    func whitened(_ samples: Range<Int>) throws -> (components: [Double], logDensities: [Double]) {
        let width = space.dimension
        var rows = Array(data[samples.lowerBound * width..<samples.upperBound * width])
        var densities = [Double](repeating: 0, count: samples.count)
        if let binWidth, dequantisation != .discrete {
            let deviation = try max(remainingNoise(), 0.5 * binWidth)
            let bin = Bin(width: binWidth, shape: dequantisation, deviation: deviation)
            densities = bin.dequantise(&rows, samples: samples, seed: seed)
        }
        return (try space.components(of: rows).map(Double.init), densities)
    }

    /// The root mean square, in data units, of the noise `s_i σ_i(0)/α_i(0)` that data still carry at t = 0.
    func remainingNoise() throws(ScheduleError) -> Double {
        let gamma = try schedule.gamma(at: 0)
        let sum = gamma.indices.reduce(0.0) {
            $0 + Double(space.scale[$1]) * Double(space.scale[$1]) / NoisingState.signalToNoise(gamma[$1])
        }
        return (sum / Double(gamma.count)).squareRoot()
    }

    /// Checks that the parts fit together, before any work.
    ///
    /// - Throws: ``LikelihoodError``.
    func validate() throws(LikelihoodError) {
        let components = componentCount
        guard components == space.dimension else {
            throw .incompleteBasis(components: components, dimension: space.dimension)
        }
        guard batchSize > 0 else { throw .option("the batch size is \(batchSize); it must be 1 or more") }
        guard !data.isEmpty else { throw .noData }
        guard data.count.isMultiple(of: space.dimension) else {
            throw .count(data.count % space.dimension, expected: space.dimension, what: "the last sample")
        }
        guard denoiser.componentCount == components else {
            throw .count(denoiser.componentCount, expected: components, what: "the denoiser")
        }
        guard schedule.componentCount == components else {
            throw .count(schedule.componentCount, expected: components, what: "the schedule")
        }
        if let embeddings {
            guard embeddings.width == denoiser.embeddingWidth else {
                throw .count(embeddings.width, expected: denoiser.embeddingWidth, what: "a condition")
            }
            guard embeddings.values.count == count * embeddings.width else {
                throw .count(
                    embeddings.values.count / embeddings.width, expected: count, what: "the list of conditions")
            }
        }
        if let part {
            guard part.pins.count == components else {
                throw .count(part.pins.count, expected: components, what: "the list of given and absent components")
            }
        }
        if let binWidth, !(binWidth > 0 && binWidth.isFinite) {
            throw .option("the bin width is \(binWidth); it must be a positive number")
        }
        if dequantisation == .discrete, binWidth == nil {
            throw .option("--dequantisation discrete is for quantised data, and these are continuous; leave it out")
        }
        if let index = data.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite("the data", sample: index / space.dimension, component: index % space.dimension, time: nil)
        }
    }
}
