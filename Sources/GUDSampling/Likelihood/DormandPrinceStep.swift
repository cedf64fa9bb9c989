/// One step of Dormand and Prince's embedded Runge–Kutta method of order 5(4).
///
/// The last stage is the first of the next step, so that a step costs six evaluations. The numbers are ``DormandPrinceTableau``'s.
struct DormandPrinceStep {
    private var stages: [[Double]]
    private var isFirstStageKnown = false
    /// The state that the last step proposes.
    private(set) var proposal: [Double]
    /// Its estimated error.
    private(set) var error: [Double]

    init(count: Int) {
        proposal = [Double](repeating: 0, count: count)
        error = proposal
        stages = [[Double]](repeating: proposal, count: 7)
    }

    /// The right-hand side is no longer continuous: the next step evaluates all its stages.
    mutating func restart() { isFirstStageKnown = false }

    /// Takes a step, into ``proposal`` and ``error``.
    mutating func step(
        _ state: [Double], at time: Double, by h: Double,
        _ rate: (_ state: [Double], _ time: Double, _ result: inout [Double]) throws -> Void
    ) rethrows {
        if !isFirstStageKnown { try rate(state, time, &stages[0]) }
        isFirstStageKnown = true
        for stage in 1..<7 {
            combine(state, h, DormandPrinceTableau.stages[stage])
            try rate(proposal, time + h * DormandPrinceTableau.nodes[stage], &stages[stage])
        }
        // The last stage was evaluated at the proposal itself.
        for index in error.indices { error[index] = 0 }
        for (stage, weight) in DormandPrinceTableau.error.enumerated() where weight != 0 {
            for index in error.indices { error[index] += h * weight * stages[stage][index] }
        }
    }

    /// The step was taken: its last stage is the first of the next.
    mutating func accept() { stages.swapAt(0, 6) }

    private mutating func combine(_ state: [Double], _ h: Double, _ weights: [Double]) {
        for index in state.indices { proposal[index] = state[index] }
        for (stage, weight) in weights.enumerated() where weight != 0 {
            for index in state.indices { proposal[index] += h * weight * stages[stage][index] }
        }
    }
}
