import GUDCore
import GUDSampling
import Synchronization

/// Tells whether any step of a sampler began while guidance acted.
///
/// An interval that lies between two steps guides nothing, and the samples do not show it.
final class GuidanceWatch: Sendable {
    private let guidance: Guidance
    private let hasActed = Atomic(false)

    /// A watch over guidance.
    init(_ guidance: Guidance) { self.guidance = guidance }

    /// Is told of every state on the way; steps begin at all of them but the last, at t = 0, where the final denoising is.
    var observer: SamplingObserver {
        SamplingObserver(onState: { [self] snapshot in
            if guidance.interval.contains(snapshot.time) { hasActed.store(true, ordering: .relaxed) }
        })
    }

    /// What to warn of, after samples were drawn.
    var warnings: [String] {
        let interval = guidance.interval
        guard !guidance.isPlain, !hasActed.load(ordering: .relaxed) else { return [] }
        return [
            "no step begins in the guidance interval from \(interval.low) to \(interval.high), so that nothing was guided; widen it, "
                + "or take more steps"
        ]
    }
}
