import GUDSampling
import Synchronization

/// Adds up what batches cost.
final class EvaluationTally: Sendable {
    private let state = Mutex((samples: 0, evaluations: 0))

    /// Takes in a batch; returns the number of samples so far.
    func add(_ cost: SamplingCost) -> Int {
        state.withLock { state in
            state.samples += cost.samples.count
            state.evaluations += cost.evaluations
            return state.samples
        }
    }

    /// Evaluations of the denoiser so far, summed over samples.
    var evaluations: Int { state.withLock { $0.evaluations } }
}
