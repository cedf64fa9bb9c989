import GUDCore

/// How the observation of a problem is met: which components are held, and what is done about the rest.
struct ConditioningPlan: Sendable {
    /// What is done beyond holding components.
    enum Correction: Sendable {
        /// Nothing: the held components tell everything, or nothing is observed.
        case none
        /// The denoiser's own conditional distribution stands for it.
        case exact(any ConditionableDenoiser, ObservedComponents)
        /// Its estimate is corrected, see ``MomentCorrection``.
        case moments(ObservedComponents)
        /// The state is, see ``Replacement``.
        case replacement(ObservedComponents, resamplings: Int)
    }

    /// Components that are held clean.
    let held: GivenComponents?
    /// What is done about what they do not tell.
    let correction: Correction
    /// What a clean estimate must satisfy to the last digit.
    let constraint: ObservedComponents?

    /// Whether anything is given.
    var isConditional: Bool { held != nil || constraint != nil || !correction.isNone }

    /// The plan of a condition.
    ///
    /// - Throws: ``SamplingError/observation(_:)`` where the denoiser cannot do what the method asks.
    init(_ condition: Condition, for denoiser: any Denoiser) throws(SamplingError) {
        guard let observed = condition.observed else {
            (held, correction, constraint) = (condition.given, .none, nil)
            return
        }
        let given = condition.given
        if let given, !given.mask.contains(false) {
            // Everything is given: there is nothing to draw, whatever the method.
            (held, correction, constraint) = (given, .none, nil)
            return
        }
        var (held, correction): (GivenComponents?, Correction) = (nil, .none)
        switch observed.method {
        case .auto:
            if let given, observed.remainder == nil, Self.knowsEveryGamma(denoiser) {
                held = given
            } else if let exact = denoiser as? any ConditionableDenoiser {
                correction = .exact(exact, observed.all)
            } else if let given, Self.knowsEveryGamma(denoiser) {
                held = given
                correction = Self.zeroShot(observed.remainder, denoiser, observed.resamplings)
            } else {
                correction = Self.zeroShot(observed.all, denoiser, observed.resamplings)
            }
        case .exact:
            guard let exact = denoiser as? any ConditionableDenoiser else {
                throw .observation(
                    "method 'exact' is for denoisers that have a closed form of the conditional distribution, 'gaussian' and "
                        + "'mixture'; use 'moments', or 'auto'")
            }
            correction = .exact(exact, observed.all)
        case .held:
            guard observed.all.isExact else {
                throw .observation(
                    "method 'held' holds components clean, and what is given has noise; leave out --noise, or use the method 'auto'"
                )
            }
            guard let given else {
                throw .observation(
                    "the \(observed.all.count) given numbers determine no component of this basis, whose vectors reach beyond "
                        + "them; use the method 'moments', or a basis of local vectors, such as 'pixel' or 'haar'")
            }
            if let rest = observed.remainder {
                throw .observation(
                    "the \(given.mask.count { $0 }) components that are determined tell \(observed.all.count - rest.count) of the "
                        + "\(observed.all.count) given numbers; use the method 'auto', which takes care of the rest")
            }
            held = given
        case .moments:
            guard denoiser is any DifferentiableDenoiser else {
                throw .observation(
                    "method 'moments' needs a denoiser with Jacobian products, and this one offers none; use 'replacement'"
                )
            }
            correction = .moments(observed.all)
        case .replacement: correction = .replacement(observed.all, resamplings: observed.resamplings)
        }
        self.held = held
        self.correction = correction
        // Held components that single numbers determine need no further correction.
        let isPlain = correction.isNone && observed.all.isSelection
        constraint = isPlain || !observed.all.isExact ? nil : observed.all
    }

    /// Whether what is observed of the state is replaced at every step.
    var replaces: Bool {
        if case .replacement = correction { true } else { false }
    }

    /// How often every step is taken.
    var repetitions: Int {
        if case .replacement(_, let resamplings) = correction { resamplings } else { 1 }
    }

    /// Makes a clean estimate agree with what is known without noise: held components as they were given, and `z ← z + Hᵀ (y − H z)`.
    func constrain(_ z: inout MutableSpan<Float>, sample: Int) {
        if let held {
            for i in z.indices where held.mask[i] { z[i] = held.value(i, sample: sample) }
        }
        if let constraint {
            let (known, width) = (constraint.values(of: sample), constraint.componentCount)
            let misses = (0..<constraint.count).map { line in
                z.indices.reduce(known[known.startIndex + line]) {
                    $0 - constraint.weights[line * width + $1] * Double(z[$1])
                }
            }
            for i in z.indices {
                z[i] += Float(misses.indices.reduce(0.0) { $0 + constraint.weights[$1 * width + i] * misses[$1] })
            }
        }
    }

    private static func knowsEveryGamma(_ denoiser: any Denoiser) -> Bool {
        (denoiser as? any ComponentAwareDenoiser)?.knowsEveryGamma ?? true
    }

    /// What a denoiser can do about an observation that it was not made for.
    private static func zeroShot(
        _ observed: ObservedComponents?, _ denoiser: any Denoiser, _ resamplings: Int
    ) -> Correction {
        guard let observed else { return .none }
        return denoiser is any DifferentiableDenoiser
            ? .moments(observed) : .replacement(observed, resamplings: resamplings)
    }
}

extension ObservedComponents {
    /// Whether each number is one component's, and no other's.
    fileprivate var isSelection: Bool { weights.count { $0 != 0 } == count }
}

extension ConditioningPlan.Correction {
    /// Whether nothing is done.
    var isNone: Bool {
        if case .none = self { true } else { false }
    }
}
