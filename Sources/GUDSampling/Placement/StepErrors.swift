import GUDCore

/// What single steps of a solver would miss, starting from the path of the pilot samples.
///
/// A step from t_j to t_k, with the evaluation before it at t_i, ends at z'(t_k) where the path is at z(t_k). The flow of the Gaussian
/// fit carries the miss to t = 0 in proportion to the component's own deviation τ, so in units of that the miss `(z' − z)/τ(t_k)` keeps
/// its size, whatever the component's scale: whitened or not, the grid is the same. The error of the step is its root mean square,
///
///     e(i, j, k) = √( mean over pilots of Σ_components ((z' − z) / τ(t_k))² ).
///
/// Nothing is evaluated: the slopes at t_i, t_j and t_k are those of the path. A formula that looks back twice is given the time as
/// far before t_i as t_i is before t_j.
struct StepErrors: Sendable {
    private let path: PilotPath
    private let model: StepModel
    /// D at every time.
    private let slopes: [[Double]]
    /// 1/τ at every time, by component.
    private let effects: [[Double]]

    /// The errors of a solver's steps on a path.
    init(_ path: PilotPath, of model: StepModel) {
        self.path = path
        self.model = model
        slopes = path.states.indices.map { path.slopes(at: $0, of: model) }
        effects = path.states.indices.map { time in
            path.components.indices.map { index in
                1 / path.state(time, index).deviation(clean: path.variances[index])
            }
        }
    }

    /// The evaluations before a step that starts at a time: how far back an index may lie, or none.
    func earlier(than start: Int, reach: Int) -> [Int?] {
        start == 0 || model.history == 0 ? [nil] : (max(0, start - reach)..<start).map { $0 }
    }

    /// The error of a step between two times of the grid, with the evaluation before it at another.
    func callAsFunction(from start: Int, to end: Int, after earlier: Int?) -> Double {
        // Over a jump of ε̂ a step looks neither back nor ahead, as the solver does.
        let slopeTime = model.endsInSlope && path.isWhole(from: start, to: end) ? end : start
        let before = earlier.flatMap { path.isWhole(from: $0, to: start) ? $0 : nil }
        let beforeEarlier = beforeEarlier(before, start)
        let pilots = PilotPath.pilots
        let (z, target) = (path.values[start], path.values[end])
        let current = slopes[slopeTime]
        let previous = slopes[model.endsInSlope ? start : before ?? start]
        let longBefore = slopes[beforeEarlier ?? start]
        var sum = 0.0
        for index in path.components.indices {
            let (from, to) = (path.state(start, index), path.state(end, index))
            guard from.gamma > to.gamma else { continue }
            let update = model.update(
                ComponentStep(
                    variance: path.variances[index], from: from, to: to, earlier: before.map { path.state($0, index) },
                    beforeEarlier: beforeEarlier.map { path.state($0, index) }))
            let effect = effects[end][index]
            for row in index * pilots..<(index + 1) * pilots {
                let slopes = update.current * current[row] + update.previous * previous[row]
                let end = update.keep * z[row] + slopes + update.beforePrevious * longBefore[row]
                let miss = (end - target[row]) * effect
                sum += miss * miss
            }
        }
        return (sum / Double(pilots)).squareRoot()
    }

    private func beforeEarlier(_ earlier: Int?, _ start: Int) -> Int? {
        guard model.history > 1, let earlier, earlier > 0 else { return nil }
        let longBefore = max(0, 2 * earlier - start)
        return path.isWhole(from: longBefore, to: earlier) ? longBefore : nil
    }
}
