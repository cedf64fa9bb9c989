import GUDCore

/// A few samples followed from noise to data on a fine grid: states and slopes at every time, for one solver.
///
/// The path is that of the anchored `dpm++3m`. The samples have noise of their own (`CounterNoise.Purpose.pilot`, seed 0), so that the
/// path is a function of schedule, denoiser, variances and condition alone.
struct PilotPath: Sendable {
    /// How many samples are followed.
    static let pilots = 8
    /// At most so many components are looked at, evenly spread; the errors of the others go by them.
    static let largestWidth = 128

    /// The noising states at the times of the grid.
    let states: [NoisingState]
    /// The components that are looked at.
    let components: [Int]
    /// v of each of them.
    let variances: [Double]
    /// z at every time, `[components, pilots]`.
    private(set) var values: [[Double]] = []
    /// Evaluations that it took, summed over the samples.
    let evaluations: Int
    /// The times at which ε̂ jumps.
    private let jumps: [Double]
    /// ε̂ at every time, `[components, pilots]`.
    private var noise: [[Double]] = []

    /// Follows the pilot samples of a problem, under its condition.
    init(_ problem: SamplingProblem, grid: TimeGrid) throws {
        var problem = problem
        (problem.samples, problem.seed, problem.batchSize) = (0..<Self.pilots, 0, Self.pilots)
        // A path of fresh noise is no reference for steps: replacement is left out.
        if try problem.plan().replaces { problem.condition.observed = nil }
        // Steps that are weighed start where the fine grid's components may still be at rest.
        problem.evaluation = .full
        let solver = DPMSolverPlusPlus3M(grid: grid)
        var run = try SamplingRun(
            problem, batch: problem.samples, sampler: "optimised placement", stepCount: grid.stepCount, observer: nil)
        jumps = run.jumps
        try run.drawPrior(.pilot)
        let (width, schedule) = (problem.componentCount, run.schedule)
        let (first, last) = (run.state, try schedule.state(at: 0))
        let moving = (0..<width).filter { problem.variances[$0] > 0 && first.gamma[$0] > last.gamma[$0] }
        let stride = max(1, (moving.count + Self.largestWidth - 1) / Self.largestWidth)
        let components = Swift.stride(from: 0, to: moving.count, by: stride).map { moving[$0] }
        self.components = components
        variances = components.map { problem.variances[$0] }
        states = try grid.times.map { try schedule.state(at: $0) }

        var (values, noise): ([[Double]], [[Double]]) = ([], [])
        func gathered(_ rows: [Float]) -> [Double] {
            components.flatMap { component in (0..<Self.pilots).map { Double(rows[$0 * width + component]) } }
        }
        func record(_ run: SamplingRun) {
            values.append(gathered(run.components))
            noise.append(gathered(run.noise))
        }
        try solver.integrate(&run, onEvaluation: record)
        try run.predictNoise(of: [Bool](repeating: true, count: width))
        record(run)
        (self.values, self.noise, evaluations) = (values, noise, run.cost.evaluations)
    }

    /// A component at a time.
    func state(_ time: Int, _ index: Int) -> ComponentState {
        ComponentState(states[time], component: components[index])
    }

    /// Whether ε̂ follows one field between two times of the grid.
    func isWhole(from start: Int, to end: Int) -> Bool {
        jumps.leaveWhole(from: states[start].time, to: states[end].time)
    }

    /// The slopes D at a time as a solver sees them, `[components, pilots]`.
    func slopes(at time: Int, of model: StepModel) -> [Double] {
        var slopes = noise[time]
        for index in components.indices {
            let step = ComponentStep(
                variance: variances[index], from: state(time, index), to: state(states.count - 1, index), earlier: nil)
            let slope = model.slope(step)
            for row in index * Self.pilots..<(index + 1) * Self.pilots {
                slopes[row] = slope.state * values[time][row] + slope.noise * slopes[row]
            }
        }
        return slopes
    }
}
