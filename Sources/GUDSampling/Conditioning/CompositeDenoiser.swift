import GUDCore

/// A denoiser made of another one, which may evaluate that more than once for one ε̂, and otherwise at different times.
public protocol CompositeDenoiser: Denoiser {
    /// How often the innermost denoiser is evaluated for the ε̂ of one sample at a time; ``SamplingCost/evaluations`` counts by it.
    func evaluations(at time: Double) -> Int

    /// The times at which ε̂ jumps: after one of them, `t ≤ jump`, it follows another field than before, `t > jump`.
    ///
    /// Solvers extrapolate ε̂ from earlier evaluations, and must not do so over a jump.
    var jumps: [Double] { get }
}

extension Denoiser {
    /// Evaluations of the innermost denoiser for the ε̂ of a batch.
    func evaluations(_ states: NoisingStates, samples: Int) -> Int {
        guard let composite = self as? any CompositeDenoiser else { return samples }
        switch states {
        case .shared(let state): return samples * composite.evaluations(at: state.time)
        case .perSample(let states): return states.reduce(0) { $0 + composite.evaluations(at: $1.time) }
        }
    }

    /// The times at which ε̂ jumps, in no order; none where the denoiser is not composite.
    var allJumps: [Double] { (self as? any CompositeDenoiser)?.jumps ?? [] }
}

extension [Double] {
    /// Whether none of these jumps lies between two times, `to ≤ jump < from`.
    func leaveWhole(from: Double, to: Double) -> Bool { allSatisfy { $0 < to || $0 >= from } }
}
