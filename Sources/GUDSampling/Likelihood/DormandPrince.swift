/// One step of Dormand and Prince's embedded Runge–Kutta method of order 5(4).
///
/// The last stage is the first of the next step, so that a step costs six evaluations.
///
/// Source: Dormand & Prince, Journal of Computational and Applied Mathematics 6 (1980) 19, RK5(4)7M; Hairer, Nørsett & Wanner,
/// "Solving ordinary differential equations I", table II.5.2.
struct DormandPrince {
    private static let nodes = [0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1]
    private static let weights: [[Double]] = [
        [],
        [1.0 / 5],
        [3.0 / 40, 9.0 / 40],
        [44.0 / 45, -56.0 / 15, 32.0 / 9],
        [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
        [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
        [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
    ]
    /// The weights of order 5 less those of order 4.
    private static let errors = [
        71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40,
    ]

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
            combine(state, h, Self.weights[stage])
            try rate(proposal, time + h * Self.nodes[stage], &stages[stage])
        }
        // The last stage was evaluated at the proposal itself.
        for index in error.indices { error[index] = 0 }
        for (stage, weight) in Self.errors.enumerated() where weight != 0 {
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
