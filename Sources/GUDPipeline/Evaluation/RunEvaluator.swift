import Foundation
import GUDBases
import GUDCore
import GUDData
import GUDEvaluation
import GUDSampling
import GUDTraining

/// Measures a trained pipeline: draws samples, compares them with held-out data, and measures the likelihood of those.
public struct RunEvaluator: Sendable {
    /// What to measure, and how.
    public struct Options: Sendable {
        /// Samples of each set; as many as there are reference images by default, at most ``countLimit``.
        public var count: Int?
        /// The most reference images, and the default limit of samples.
        public var countLimit = 10_000
        /// The seed of the samples.
        public var seed: UInt64 = 0
        /// Samples that are drawn at once.
        public var batchSize = 250
        /// How to guide samples that each have a class, equally many of every class; none draws samples without a class.
        public var guidances: [Guidance] = []
        /// Which components guidance acts in, in words: `level:0,1`; `nil` for all.
        public var guidedComponents: String?
        /// The samplers to draw with; the run's own where there are none.
        public var samplers: [Configuration.Choice] = []
        /// What turns images into features.
        public var extractors: [any FeatureExtractor] = []
        /// Exact denoisers, fitted in the same space under the same schedule, to compare with: `gaussian`, `mixture`.
        public var baselines: [String] = []
        /// How to measure the likelihood; `nil` for not at all.
        public var likelihood: Pipeline.LikelihoodMethod?
        /// The most held-out samples whose likelihood is measured.
        public var likelihoodCount = 500
        /// Whether a likelihood that this pipeline does not allow is a warning in place of an error.
        public var toleratesNoLikelihood = false
        /// Counts and seeds of the measures.
        public var measures = QualityRecipe()

        /// What a class-conditional model is asked.
        var classUses: Set<Pipeline.ClassUse> {
            if guidances.isEmpty { return [.without] }
            return guidances.allSatisfy { $0 == .plain } ? [.with] : [.with, .without]
        }

        /// The customary options.
        public init() {}
    }

    private let pipeline: Pipeline
    private let dataset: Dataset
    private let options: Options
    private let progress: any ProgressReporter
    private let isCancelled: @Sendable () -> Bool

    /// An evaluator.
    ///
    /// - Parameters:
    ///   - pipeline: What to measure.
    ///   - dataset: The data that it was trained on and, in the test part, that it is compared with.
    ///   - isCancelled: Polled between steps.
    public init(
        _ pipeline: Pipeline, dataset: Dataset, options: Options = Options(),
        progress: any ProgressReporter = SilentProgress(), isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.pipeline = pipeline
        self.dataset = dataset
        self.options = options
        self.progress = progress
        self.isCancelled = isCancelled
    }

    /// Measures everything.
    ///
    /// - Parameters:
    ///   - name: The run's name.
    ///   - step: The training steps that the pipeline has had.
    ///   - trainingSeconds: What they took, where it is known.
    /// - Throws: ``EvaluationError``, ``SamplingError``, ``LikelihoodError``, or what an extractor or denoiser throws.
    public func evaluate(name: String, step: Int, trainingSeconds: Double? = nil) throws -> RunEvaluation {
        let comparison = try Comparison(dataset, options: options)
        let count = comparison.count
        var warnings = comparison.warnings + (try pipeline.trainingCaveats(classes: options.classUses))
        var entries: [RunEvaluation.Entry] = []
        let samplers = options.samplers.isEmpty ? [pipeline.configuration.sampler] : options.samplers
        for choice in samplers {
            let label = try pipeline.samplerLabel(choice)
            for guidance in options.guidances {
                entries.append(try guidedEntry(guidance, choice, label, comparison))
            }
            guard options.guidances.isEmpty else { continue }
            progress.note("drawing \(count) samples by \(label)")
            let (samples, sampling) = try draw(count, from: pipeline, by: choice)
            entries.append(try comparison.entry(.model, label, samples: samples, sampling: sampling))
        }
        if !options.guidances.isEmpty, !comparison.classifies {
            warnings.append(
                "class accuracy was not measured: no extractor classifies these data; train one with 'gud extractor train'"
            )
        }
        entries.append(try comparison.floor(classified: !options.guidances.isEmpty))
        for baseline in options.baselines {
            progress.note("drawing \(count) samples of the baseline '\(baseline)'")
            let (samples, sampling) = try draw(
                count, from: try exact(baseline), by: pipeline.configuration.sampler)
            entries.append(try comparison.entry(.baseline, baseline, samples: samples, sampling: sampling))
        }
        var likelihood: RunEvaluation.Likelihood?
        do {
            likelihood = try measureLikelihood()
        } catch let error as LikelihoodError where options.toleratesNoLikelihood && error != .cancelled {
            warnings.append("the likelihood was not measured: \(error)")
        }
        return RunEvaluation(
            run: name, step: step, configuration: try pipeline.configuration.yaml(pipeline.registry),
            recipe: comparison.recipe, entries: entries, likelihood: likelihood,
            parameterCount: (pipeline.denoiser as? any TrainableDenoiser)?.parameterCount,
            trainingSeconds: trainingSeconds, warnings: warnings)
    }

    /// Samples of classes, equally many of each, under guidance.
    private func guidedEntry(
        _ guidance: Guidance, _ choice: Configuration.Choice, _ sampler: String, _ comparison: Comparison
    ) throws -> RunEvaluation.Entry {
        let guiding = RunEvaluation.Guiding(
            scale: guidance.scale, low: guidance.interval.low, high: guidance.interval.high,
            components: options.guidedComponents)
        let (label, count, classes) = ("\(sampler), \(guiding.name)", comparison.count, max(pipeline.classCount, 1))
        progress.note("drawing \(count) samples by \(label)")
        let parts = (0..<classes).map { $0 * count / classes..<($0 + 1) * count / classes }.enumerated().map {
            (range: $1, request: ConditionRequest(classIndex: $0, guidance: guidance))
        }
        let (samples, sampling) = try draw(count, from: pipeline, by: choice, parts: parts)
        let labels = parts.flatMap { part in part.range.map { _ in part.request.classIndex ?? 0 } }
        var entry = try comparison.entry(.model, label, samples: samples, labels: labels, sampling: sampling)
        entry.guiding = guiding
        return entry
    }

    /// Draws samples, and says what it took.
    ///
    /// - Parameter parts: Ranges of samples with a request each; by default all of them under none.
    private func draw(
        _ count: Int, from pipeline: Pipeline, by choice: Configuration.Choice,
        parts: [(range: Range<Int>, request: ConditionRequest)]? = nil
    ) throws -> (samples: [Float], sampling: RunEvaluation.Sampling) {
        let sampler = try Pipeline.sampler(choice, pipeline.registry)
        let parameters = try pipeline.samplerParameters(choice)
        let tally = EvaluationTally()
        progress.begin(total: count, at: 0)
        defer { progress.end() }
        let observer = SamplingObserver(
            onState: { _ in },
            onBatch: { [progress] cost in
                progress.advance(to: tally.add(cost), "samples", isMilestone: true)
            })
        let began = Date()
        let samples = try (parts ?? [(0..<count, ConditionRequest())]).flatMap { part in
            try pipeline.sample(
                part.range, seed: options.seed, request: part.request, sampler: sampler, batchSize: options.batchSize,
                observer: observer, isCancelled: isCancelled)
        }
        let sampling = RunEvaluation.Sampling(
            sampler: choice.name, parameters: parameters.mapValues(\.description),
            steps: parameters["steps"].flatMap { Int($0) },
            evaluationsPerSample: Double(tally.evaluations) / Double(max(count, 1)),
            seconds: Date().timeIntervalSince(began))
        return (samples, sampling)
    }

    /// An exact denoiser in the same space, under the same schedule.
    private func exact(_ denoiser: String) throws -> Pipeline {
        var configuration = pipeline.configuration
        configuration.choices["denoiser"] = Configuration.Choice(denoiser)
        configuration.choices["conditioner"] = nil
        return try Pipeline.fit(configuration, to: dataset, registry: pipeline.registry)
    }

    private func measureLikelihood() throws -> RunEvaluation.Likelihood? {
        guard let method = options.likelihood else { return nil }
        let samples = dataset.test.prefix(options.likelihoodCount)
        progress.note("measuring the likelihood of \(samples.count) held-out samples")
        let began = Date()
        let report = try pipeline.likelihood(
            of: samples, binWidth: dataset.binWidth, method: method, seed: options.seed, progress: progress,
            isCancelled: isCancelled)
        return try RunEvaluation.Likelihood(
            report, basis: pipeline.space.basis, seconds: Date().timeIntervalSince(began))
    }
}

extension RunEvaluation.Likelihood {
    /// What a record keeps of a report; grouped by the first natural order that the basis has.
    init(_ report: LikelihoodReport, basis: any Basis, seconds: Double) throws {
        func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
        let order = NaturalOrder.allCases.first { basis.labels($0) != nil }
        let parts = try order.map { try report.by($0, of: basis) } ?? []
        self.init(
            method: report.method.rawValue, count: report.count, bitsPerDimension: report.bitsPerDimension.value,
            standardError: finite(report.bitsPerDimension.error), evaluationsPerSample: report.evaluationsPerSample,
            seconds: seconds, recipe: Dictionary(report.recipe.map { ($0.name, $0.value) }) { $1 },
            order: order?.rawValue,
            parts: parts.map {
                Part(
                    label: $0.label, componentCount: $0.componentCount, bits: $0.bits.value,
                    standardError: finite($0.bits.error))
            })
    }
}
