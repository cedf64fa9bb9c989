import GUDCore

/// The updates of all components in one step, laid out for the loop over a batch.
///
/// Coefficients and sums are in Double, states and slopes in Float, so that a step rounds each scalar once.
struct StateUpdate: Sendable {
    /// Whether a component changes at all.
    private let moves: [Bool]
    private let keep: [Double]
    private let slopeState: [Double]
    private let slopeNoise: [Double]
    private let current: [Double]
    private let previous: [Double]
    private let jitter: [Double]
    /// Whether any component draws fresh noise.
    let isStochastic: Bool

    /// Asks the solver for every component; those whose γ does not change are left out, and keep their bits.
    init<Solver: LinearSolver>(
        _ solver: Solver, from: NoisingState, to: NoisingState, earlier: NoisingState?, variances: [Double]
    ) {
        let updates = variances.indices.map { component -> ComponentUpdate in
            guard from.gamma[component] > to.gamma[component] else { return .hold }
            return solver.update(
                ComponentStep(
                    variance: variances[component], from: ComponentState(from, component: component),
                    to: ComponentState(to, component: component),
                    earlier: earlier.map { ComponentState($0, component: component) }))
        }
        moves = updates.map { $0 != .hold }
        keep = updates.map(\.keep)
        slopeState = updates.map(\.slope.state)
        slopeNoise = updates.map(\.slope.noise)
        current = updates.map(\.current)
        previous = updates.map(\.previous)
        jitter = updates.map(\.jitter)
        isStochastic = jitter.contains { $0 != 0 }
    }

    /// Writes the slopes D of a batch.
    ///
    /// - Parameters:
    ///   - slopes: Row-major `[batch, K]`, overwritten.
    ///   - components: z(t), of the same shape.
    ///   - noise: ε̂, of the same shape.
    func writeSlopes(_ slopes: inout [Float], components: [Float], noise: [Float]) {
        Parallel.forEachRow(of: &slopes, width: keep.count) { [self] row, slopes in
            let start = row * slopes.count
            let (z, e) = (components.span, noise.span)
            let (p, q) = (slopeState.span, slopeNoise.span)
            for i in slopes.indices {
                slopes[i] = Float(p[i] * Double(z[start + i]) + q[i] * Double(e[start + i]))
            }
        }
    }

    /// Takes the step: turns z(t) into z(s).
    ///
    /// - Parameters:
    ///   - components: Row-major `[batch, K]`, updated.
    ///   - slopes: D at t.
    ///   - previousSlopes: D at the evaluation before; finite numbers where there is none.
    ///   - fresh: Standard normals ξ; finite numbers where the step is not stochastic.
    func advance(_ components: inout [Float], slopes: [Float], previousSlopes: [Float], fresh: [Float]) {
        Parallel.forEachRow(of: &components, width: keep.count) { [self] row, z in
            let start = row * z.count
            let (moves, a, b, c, d) = (moves.span, keep.span, current.span, previous.span, jitter.span)
            let (slopes, previousSlopes, fresh) = (slopes.span, previousSlopes.span, fresh.span)
            for i in z.indices where moves[i] {
                let drift = b[i] * Double(slopes[start + i]) + c[i] * Double(previousSlopes[start + i])
                z[i] = Float(a[i] * Double(z[i]) + drift + d[i] * Double(fresh[start + i]))
            }
        }
    }
}
