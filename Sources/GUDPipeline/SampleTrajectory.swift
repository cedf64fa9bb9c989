import GUDCore
import GUDSampling
import Synchronization

/// The states of samples on their way from noise to data, in data units.
public struct SampleTrajectory: Sendable {
    /// The times of the states, from 1 (noise) to 0 (data).
    public let times: [Double]
    /// The states `x(t) = Uᵀ (s z(t)) + μ` at each time, row-major `[samples, D]`.
    public let states: [[Float]]
    /// The samples that they end in, after the final denoising, row-major `[samples, D]`.
    public let samples: [Float]
}

extension Pipeline {
    /// Draws samples and keeps some of the states on their way.
    ///
    /// - Parameters:
    ///   - indices: Which samples; the same as ``sample(_:seed:request:sampler:batchSize:observer:isCancelled:)`` draws.
    ///   - frames: How many states are kept, evenly over the sampler's steps, first and last among them; at least 2, at most one
    ///     more than there are steps.
    public func trajectory(
        _ indices: Range<Int>, seed: UInt64, frames: Int, request: ConditionRequest = ConditionRequest(),
        sampler: (any Sampler)? = nil, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws -> SampleTrajectory {
        let kept = Mutex<[(time: Double, components: [Float])]>([])
        let observer = SamplingObserver(onState: { snapshot in
            let intervals = max(min(frames - 1, snapshot.stepCount), 1)
            // The steps that lie nearest to equal parts.
            let isKept = (0...intervals).contains {
                (2 * $0 * snapshot.stepCount + intervals) / (2 * intervals) == snapshot.step
            }
            if isKept { kept.withLock { $0.append((snapshot.time, snapshot.components)) } }
        })
        let samples = try sample(
            indices, seed: seed, request: request, sampler: sampler, batchSize: max(indices.count, 1),
            observer: observer, isCancelled: isCancelled)
        let states = kept.withLock { $0 }
        return SampleTrajectory(
            times: states.map(\.time), states: try states.map { try space.samples(of: $0.components) },
            samples: samples)
    }
}
