/// A sampler of fixed steps: it visits times that are known before it starts.
public protocol GridSampler: Sampler {
    /// The name, for messages and the registry.
    static var name: String { get }
    /// The times that it visits.
    var grid: TimeGrid { get set }
    /// How one of its steps errs; a placement may choose times by it.
    var stepModel: StepModel { get }
}

/// A step of a solver on a path that is known: what it takes to tell the step's error without evaluating the denoiser.
///
/// A stochastic solver is modelled by the deterministic one that treats the drift alike: noise is not an error.
public struct StepModel: Sendable {
    /// How many evaluations before t the formula makes use of: 0, 1 or 2.
    let history: Int
    /// Whether the current slope is that at the end of the step, and the previous one that at its start.
    let endsInSlope: Bool
    /// The slope D at the start of a step.
    let slope: @Sendable (ComponentStep) -> ComponentUpdate.Slope
    /// What the step does to one component; its jitter does not count.
    let update: @Sendable (ComponentStep) -> ComponentUpdate

    /// The steps of a solver that is one formula.
    ///
    /// - Parameters:
    ///   - solver: A deterministic solver.
    ///   - history: How many evaluations before t its formula makes use of: 0, 1 or 2.
    public init(of solver: some LinearSolver, history: Int) {
        self.init(history: history) { solver.update($0) }
    }

    /// A formula of which the slope belongs to the start of the step.
    init(history: Int, update: @escaping @Sendable (ComponentStep) -> ComponentUpdate) {
        self.init(history: history, endsInSlope: false, slope: { update($0).slope }, update: update)
    }

    /// A formula in two slopes of a step, one at either end.
    init(
        slope: @escaping @Sendable (ComponentStep) -> ComponentUpdate.Slope,
        correction: @escaping @Sendable (ComponentStep) -> ComponentUpdate
    ) {
        self.init(history: 0, endsInSlope: true, slope: slope, update: correction)
    }

    private init(
        history: Int, endsInSlope: Bool, slope: @escaping @Sendable (ComponentStep) -> ComponentUpdate.Slope,
        update: @escaping @Sendable (ComponentStep) -> ComponentUpdate
    ) {
        self.history = history
        self.endsInSlope = endsInSlope
        self.slope = slope
        self.update = update
    }
}
