/// Watches a sampler at work: progress, trajectories, previews.
public struct SamplingObserver: Sendable {
    /// Called with the times that a placement chose, before the first batch, where a sampler leaves its times to one.
    public var onPlacement: @Sendable (PlacedGrid) -> Void
    /// Called with the state at t = 1 and after every step, batch by batch, on the thread that samples.
    public var onState: @Sendable (SamplingSnapshot) -> Void
    /// Called with what each batch has cost, after its final denoising, on the thread that samples.
    public var onBatch: @Sendable (SamplingCost) -> Void

    /// An observer that works through closures.
    public init(
        onState: @escaping @Sendable (SamplingSnapshot) -> Void,
        onBatch: @escaping @Sendable (SamplingCost) -> Void = { _ in },
        onPlacement: @escaping @Sendable (PlacedGrid) -> Void = { _ in }
    ) {
        self.onPlacement = onPlacement
        self.onState = onState
        self.onBatch = onBatch
    }
}

/// What it took to draw a batch; what a placement cost before is told by ``PlacedGrid/evaluations``.
public struct SamplingCost: Sendable, Equatable {
    /// Global indices of the batch's samples.
    public let samples: Range<Int>
    /// Evaluations of the denoiser, summed over the samples: each counts once, twice where
    /// guidance compares two, the final denoising included.
    public internal(set) var evaluations = 0
    /// Steps that an adaptive solver tried and took back, summed over the samples.
    public internal(set) var rejectedSteps = 0

    /// Evaluations per sample.
    public var evaluationsPerSample: Double { Double(evaluations) / Double(max(samples.count, 1)) }
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
