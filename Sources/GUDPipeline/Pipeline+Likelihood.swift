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

    /// Measures the negative log-likelihood of samples under this pipeline's model, without a condition.
    ///
    /// - Parameters:
    ///   - samples: What to measure.
    ///   - binWidth: The distance between neighbouring levels of the data, as ``Dataset/binWidth``; `nil` for continuous data.
    ///   - method: How to measure.
    ///   - dequantisation: Where in its bin a quantised number is taken to be.
    ///   - seed: The seed of everything random in the measurement.
    ///   - batchSize: Samples that are evaluated at once.
    ///   - progress: Is told how many samples are done.
    ///   - isCancelled: Polled between steps.
    /// - Throws: ``LikelihoodError``; what the denoiser or the schedule report.
    public func likelihood(
        of samples: LabelledSamples, binWidth: Double?, method: LikelihoodMethod,
        dequantisation: Dequantisation = .uniform, seed: UInt64 = 0, batchSize: Int = 64,
        progress: (any ProgressReporter)? = nil, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws -> LikelihoodReport {
        let problem = LikelihoodProblem(
            denoiser: denoiser, schedule: schedule, space: space, data: samples.values, binWidth: binWidth,
            dequantisation: dequantisation, seed: seed, batchSize: batchSize, isCancelled: isCancelled,
            onProgress: { done, count in progress?.advance(to: done, "samples", isMilestone: true) })
        progress?.begin(total: samples.count, at: 0)
        defer { progress?.end() }
        switch method {
        case .flow(let trace, let stepping):
            let trace = trace ?? .automatic(componentCount: space.componentCount)
            return try ProbabilityFlowLikelihood(trace: trace, stepping: stepping).measure(problem)
        case .bound(let times):
            return try DiffusionBound(times: times).measure(problem)
        }
    }
}
