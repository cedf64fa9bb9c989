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
    private let beforePrevious: [Double]
    private let jitter: [Double]
    /// Whether any component draws fresh noise.
    let isStochastic: Bool
    /// The components whose slope, of this step or as the previous one of steps to come, depends on ε̂.
    let asked: [Bool]

    /// Asks the formula for every component; those whose γ does not change are left out, and keep their bits.
    ///
    /// - Parameters:
    ///   - earlier: The states at the evaluations before, the latest first; the first two count.
    ///   - formula: What the step does to one component.
    init(
        from: NoisingState, to: NoisingState, earlier: [NoisingState] = [], variances: [Double],
        formula: (ComponentStep) -> ComponentUpdate
    ) {
        let updates = variances.indices.map { component -> ComponentUpdate in
            guard from.gamma[component] > to.gamma[component] else { return .hold }
            let before = earlier.map { ComponentState($0, component: component) }
            return formula(
                ComponentStep(
                    variance: variances[component], from: ComponentState(from, component: component),
                    to: ComponentState(to, component: component), earlier: before.first,
                    beforeEarlier: before.dropFirst().first))
        }
        moves = updates.map { $0 != .hold }
        keep = updates.map(\.keep)
        slopeState = updates.map(\.slope.state)
        slopeNoise = updates.map(\.slope.noise)
        current = updates.map(\.current)
        previous = updates.map(\.previous)
        beforePrevious = updates.map(\.beforePrevious)
        jitter = updates.map(\.jitter)
        isStochastic = jitter.contains { $0 != 0 }
        asked = slopeNoise.map { $0 != 0 }
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
    ///   - slopes: D at t and at the two evaluations before; finite numbers where there was none.
    ///   - fresh: Standard normals ξ; finite numbers where the step is not stochastic.
    func advance(_ components: inout [Float], slopes: SlopeHistory, fresh: [Float]) {
        Parallel.forEachRow(of: &components, width: keep.count) { [self] row, z in
            let start = row * z.count
            let (moves, a, b, c, d, e) =
                (moves.span, keep.span, current.span, previous.span, beforePrevious.span, jitter.span)
            let (now, before, longBefore) = (slopes.current.span, slopes.previous.span, slopes.beforePrevious.span)
            let fresh = fresh.span
            for i in z.indices where moves[i] {
                let drift = b[i] * Double(now[start + i]) + c[i] * Double(before[start + i])
                let far = d[i] * Double(longBefore[start + i]) + e[i] * Double(fresh[start + i])
                z[i] = Float(a[i] * Double(z[i]) + drift + far)
            }
        }
    }
}

/// The slopes D of a batch at the last three evaluations, each row-major `[batch, K]`.
struct SlopeHistory: Sendable {
    var current: [Float]
    var previous: [Float]
    var beforePrevious: [Float]

    /// Zeros, before any evaluation.
    init(count: Int) {
        current = [Float](repeating: 0, count: count)
        (previous, beforePrevious) = (current, current)
    }

    /// Makes room for the slopes of the next evaluation: those of the last one become the previous ones.
    mutating func shift() {
        swap(&beforePrevious, &previous)
        swap(&previous, &current)
    }
}
