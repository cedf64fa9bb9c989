import GUDCore

/// The steps of least error on a few pilot samples.
///
/// A few samples are followed on a fine grid (`PilotPath`), on which the error of any step is known (`StepErrors`). Of all ways
/// to go from noise to data in n steps of that grid, dynamic programming finds the one with the least sum of errors,
///
///     C_m(j, k) = min_i C_{m−1}(i, j) + e(i, j, k),
///
/// where (j, k) is the last step and i the evaluation before it, which a multistep formula looks back to. The sum bounds the
/// error at the end, in first order and as far as the flow of the Gaussian fit tells how errors are carried along.
///
/// More than ``largestCount`` steps are laid between the optimal ones by monotone interpolation (`MonotoneCubic`): there each step is
/// small, and how densely they should lie no longer depends on how many there are.
///
/// Source: Watson, Ho, Norouzi & Chan, "Learning to efficiently sample from diffusion probabilistic models", arXiv:2106.03802,
/// algorithm 1, with the errors of Xue et al., "Accelerating diffusion sampling with optimized time steps",
/// arXiv:2402.17376: what a given solver misses of the flow.
struct OptimisedSteps {
    /// Steps that dynamic programming places.
    static let largestCount = 20
    private let model: StepModel

    /// The steps of a solver.
    init(_ model: StepModel) { self.model = model }

    /// The times for a problem.
    ///
    /// - Complexity: 49 to 81 evaluations of the denoiser for each pilot sample, and some 20,000 errors of steps.
    func grid(steps: Int, in problem: SamplingProblem) throws -> PlacedGrid {
        let count = min(steps, Self.largestCount)
        let clock = try LogSNRClock(problem.heldSchedule(), variances: problem.variances)
        let lattice = try clock.grid(steps: max(48, 4 * count))
        let path = try PilotPath(problem, grid: lattice)
        let chosen = Self.leastError(StepErrors(path, of: model), count: count, lattice: lattice.stepCount)
        let times = chosen.map { lattice.times[$0] }
        let grid = steps == count ? TimeGrid(times: times) : MonotoneCubic(times).grid(steps: steps)
        return PlacedGrid(
            grid: grid ?? .uniform(steps: steps), pilots: PilotPath.pilots, evaluations: path.evaluations)
    }

    /// Which of the times of the lattice to visit.
    private static func leastError(_ errors: StepErrors, count: Int, lattice last: Int) -> [Int] {
        // Longer steps than six times the mean are not considered.
        let reach = min(last, (6 * last + count - 1) / count)
        let pairs = (0..<last).flatMap { start in (start + 1...min(last, start + reach)).map { (start, $0) } }
        let table = Parallel.map(pairs.count) { index in
            let (start, end) = pairs[index]
            return errors.earlier(than: start, reach: reach).map { errors(from: start, to: end, after: $0) }
        }
        let width = last + 1
        // The costs of all ways of m steps that end in the step (j, k), and where the step before began.
        var costs = [Double](repeating: .infinity, count: width * width)
        for (pair, errors) in zip(pairs, table) where pair.0 == 0 { costs[pair.1] = errors[0] }
        var origins: [[Int]] = []
        for _ in 1..<max(count, 1) {
            var next = [Double](repeating: .infinity, count: width * width)
            var origin = [Int](repeating: 0, count: width * width)
            for ((start, end), errors) in zip(pairs, table) where start > 0 {
                let first = max(0, start - reach)
                for earlier in first..<start {
                    let error = errors.count == 1 ? errors[0] : errors[earlier - first]
                    let cost = costs[earlier * width + start] + error
                    if cost < next[start * width + end] {
                        (next[start * width + end], origin[start * width + end]) = (cost, earlier)
                    }
                }
            }
            costs = next
            origins.append(origin)
        }
        var start = (0..<last).min { costs[$0 * width + last] < costs[$1 * width + last] } ?? 0
        var (end, visited) = (last, [last])
        for origin in origins.reversed() {
            visited.append(start)
            (start, end) = (origin[start * width + end], start)
        }
        return (visited + [0]).reversed()
    }
}
