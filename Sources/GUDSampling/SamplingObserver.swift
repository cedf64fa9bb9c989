/// Watches a sampler at work: progress, trajectories, previews.
public struct SamplingObserver: Sendable {
    /// Called with the state at t = 1 and after every step, batch by batch, on the thread that samples.
    public var onState: @Sendable (SamplingSnapshot) -> Void

    /// An observer that works through a closure.
    public init(onState: @escaping @Sendable (SamplingSnapshot) -> Void) { self.onState = onState }
}

/// The state of one batch between two steps.
public struct SamplingSnapshot: Sendable {
    /// Global indices of the batch's samples.
    public let samples: Range<Int>
    /// Steps taken so far: 0 for the prior at t = 1.
    public let step: Int
    /// Steps to take in all.
    public let stepCount: Int
    /// The time of the state.
    public let time: Double
    /// z(t), row-major `[samples, K]`.
    public let components: [Float]
}
