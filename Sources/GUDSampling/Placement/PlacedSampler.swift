import GUDCore

/// A sampler of fixed steps whose times are chosen once the schedule and the denoiser are known.
///
///     let sampler = PlacedSampler(DDIM(grid: .uniform(steps: 10)), placement: .optimised)
///     let ready = try sampler.placed(in: problem)  // to pay for the pilot once
///
/// The times are a function of solver, schedule, denoiser, variances and condition, not of the samples that are asked for, their seed
/// or batch size: the same sample comes out however a request is split.
public struct PlacedSampler<Solver: GridSampler>: Sampler {
    /// The sampler; of its grid only the number of steps counts.
    public let solver: Solver
    /// How the times are chosen.
    public let placement: StepPlacement

    /// A sampler, with its steps to be placed.
    public init(_ solver: Solver, placement: StepPlacement) {
        self.solver = solver
        self.placement = placement
    }

    /// Draws samples, as ``Sampler/sample(_:observer:)`` does.
    ///
    /// The observer is told of the times first.
    ///
    /// - Complexity: That of the solver, and that of the placement once: see ``StepPlacement/grid(steps:for:in:)``.
    public func sample(_ problem: SamplingProblem, observer: SamplingObserver?) throws -> [Float] {
        try placed(in: problem, observer: observer).sample(problem, observer: observer)
    }

    /// The solver on the times that suit a problem.
    public func placed(in problem: SamplingProblem, observer: SamplingObserver? = nil) throws -> Solver {
        let placed = try placement.grid(steps: solver.grid.stepCount, for: solver, in: problem)
        observer?.onPlacement(placed)
        var solver = solver
        solver.grid = placed.grid
        return solver
    }
}
