import Foundation
import GUDCore
import GUDData
import GUDSampling

extension Pipeline {
    /// How to measure a likelihood.
    public enum LikelihoodMethod: Sendable {
        /// By the probability-flow ODE; the trace is exact for few components where it is `nil`.
        case flow(trace: FlowTrace?, stepping: FlowStepping)
        /// By the diffusion bound, at so many random times per sample.
        case bound(times: Int)
    }

    /// What a likelihood knows of the samples' classes.
    public enum LikelihoodClasses: Sendable {
        /// Nothing: that of the unconditional model.
        case none
        /// Each sample's own class: −log p(x|c).
        case given
        /// That classes have these probabilities: −log Σ_c P(c) p(x|c), see `ClassMarginal`.
        case marginal(priors: [Double])
    }

    /// Measures the negative log-likelihood of samples under this pipeline's model.
    ///
    /// - Parameters:
    ///   - samples: What to measure.
    ///   - binWidth: The distance between neighbouring levels of the data, as ``Dataset/binWidth``; `nil` for continuous data.
    ///   - classes: What is known of the samples' classes.
    ///   - part: The part of each sample that is measured; `nil` for all of it.
    ///   - method: How to measure.
    ///   - dequantisation: Where in its bin a quantised number is taken to be.
    ///   - seed: The seed of everything random in the measurement.
    ///   - batchSize: Samples that are evaluated at once.
    ///   - progress: Is told how many samples are done.
    ///   - isCancelled: Polled between steps.
    /// - Throws: ``LikelihoodError``; what the denoiser or the schedule report.
    public func likelihood(
        of samples: LabelledSamples, binWidth: Double?, classes: LikelihoodClasses = .none,
        part: LikelihoodPart? = nil, method: LikelihoodMethod,
        dequantisation: Dequantisation = .uniform, seed: UInt64 = 0, batchSize: Int = 64,
        progress: (any ProgressReporter)? = nil, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws -> LikelihoodReport {
        var problem = LikelihoodProblem(
            denoiser: denoiser, schedule: schedule, space: space, data: samples.values, binWidth: binWidth,
            dequantisation: dequantisation, seed: seed, batchSize: batchSize, isCancelled: isCancelled)
        problem.part = part
        /// Measures under one choice of classes, so many samples having been measured under others.
        func measure(_ rows: [[Float]]?, after done: Int = 0) throws -> LikelihoodReport {
            problem.embeddings = rows.map { Embeddings(width: denoiser.embeddingWidth, values: $0.flatMap(\.self)) }
            problem.onProgress = { part, _ in progress?.advance(to: done + part, "samples", isMilestone: true) }
            switch method {
            case .flow(let trace, let stepping):
                let trace = trace ?? .automatic(componentCount: space.componentCount)
                return try ProbabilityFlowLikelihood(trace: trace, stepping: stepping).measure(problem)
            case .bound(let times):
                return try DiffusionBound(times: times).measure(problem)
            }
        }
        let count = samples.count
        switch classes {
        case .none:
            progress?.begin(total: count, at: 0)
            defer { progress?.end() }
            return try measure(nil)
        case .given:
            let rows = try likelihoodRows()
            guard let labels = samples.labels else { throw LikelihoodError.noClasses(conditional: true) }
            for label in labels where !rows.indices.contains(label) {
                throw ConditionerError.classOutOfRange(label, count: rows.count)
            }
            progress?.begin(total: count, at: 0)
            defer { progress?.end() }
            return try measure(labels.map { rows[$0] }).adding("classes", "each sample's own")
        case .marginal(let priors):
            let (rows, marginal) = (try likelihoodRows(), try ClassMarginal(priors: priors))
            guard priors.count == rows.count else {
                throw LikelihoodError.count(
                    priors.count, expected: rows.count, what: "the list of classes' probabilities")
            }
            progress?.begin(total: count * marginal.possible.count, at: 0)
            defer { progress?.end() }
            let reports = try marginal.possible.enumerated().map { place, index in
                try measure([[Float]](repeating: rows[index], count: count), after: place * count)
            }
            return marginal.report(reports, labels: samples.labels)
        }
    }

    /// The row of every class.
    private func likelihoodRows() throws -> [[Float]] {
        guard conditioner.embeddingWidth > 0, classCount > 0 else {
            throw LikelihoodError.noClasses(conditional: false)
        }
        return try classEmbeddings()
    }
}

extension LabelledSamples {
    /// The fraction of samples of each class.
    ///
    /// - Throws: ``LikelihoodError/noClasses(conditional:)`` where there are no labels.
    public func classFrequencies(of classCount: Int) throws(LikelihoodError) -> [Double] {
        guard let labels, !labels.isEmpty else { throw .noClasses(conditional: true) }
        var counts = [Double](repeating: 0, count: classCount)
        for label in labels where counts.indices.contains(label) { counts[label] += 1 }
        return counts.map { $0 / Double(labels.count) }
    }
}
