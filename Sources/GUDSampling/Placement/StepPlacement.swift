import GUDCore

/// Where a sampler of fixed steps takes them.
public enum StepPlacement: String, ParameterChoice {
    /// Equal steps of time; see ``TimeGrid/uniform(steps:)``.
    case time
    /// Equal steps of the mean log-SNR of the components that move; see `LogSNRClock`.
    case snr
    /// The steps of least error on a few pilot samples; see `OptimisedSteps`.
    case optimised

    /// The times for a solver and a problem, and what it cost to find them.
    ///
    /// - Throws: What the schedule throws; for `optimised` also what the denoiser and ``SamplingError`` tell of the pilot.
    /// - Complexity: `time` costs nothing, `snr` some evaluations of the schedule, `optimised` evaluations of the denoiser:
    ///   see ``PlacedGrid/evaluations``.
    public func grid(steps: Int, for solver: some GridSampler, in problem: SamplingProblem) throws -> PlacedGrid {
        try problem.validate()
        switch self {
        case .time: return PlacedGrid(grid: .uniform(steps: steps))
        case .snr:
            let clock = try LogSNRClock(problem.heldSchedule(), variances: problem.variances)
            return PlacedGrid(grid: try clock.grid(steps: steps))
        case .optimised: return try OptimisedSteps(solver.stepModel).grid(steps: steps, in: problem)
        }
    }
}

/// Times that were chosen for a problem.
public struct PlacedGrid: Sendable, Equatable {
    /// The times.
    public let grid: TimeGrid
    /// How many pilot samples were followed.
    public let pilots: Int
    /// Evaluations of the denoiser, summed over the pilot samples, two where guidance acts.
    public let evaluations: Int

    /// Times, and what they cost; by default nothing.
    init(grid: TimeGrid, pilots: Int = 0, evaluations: Int = 0) {
        self.grid = grid
        self.pilots = pilots
        self.evaluations = evaluations
    }
}
