import GUDCore

/// Which components of a training sample are held, clean or at noise.
///
/// A sample is trained with a part of it held with ``GivenTrainingOptions/probability``. The part is given, held at γ_i(0); or, in a
/// share of the cases, absent, held at γ_i(1), and then half of the time another part is given. So a model learns
/// conditionals p(x_rest | x_given), marginals p(x_rest), and p(x_rest | x_given) of less than everything.
public struct HeldParts: Sendable, CustomStringConvertible {
    /// What becomes of a component.
    enum Role: Sendable, Equatable {
        /// It is noised as the schedule says.
        case free
        /// It is held at γ_i(0).
        case given
        /// It is held at γ_i(1).
        case absent
    }

    /// The sets that parts are drawn from.
    public let sets: ComponentSets
    private let options: GivenTrainingOptions
    private let seed: UInt64

    /// Parts of samples in a space.
    ///
    /// - Throws: As ``ComponentSets/init(_:space:path:)``.
    public init(_ options: GivenTrainingOptions, space: ComponentSpace, seed: UInt64) throws {
        sets = try ComponentSets(options.sets, space: space)
        self.options = options
        self.seed = seed
    }

    /// What is held how often, for people.
    public var description: String {
        "\(options.probability) of the samples, \(options.absentShare) of those at noise: "
            + sets.kinds.map(\.rawValue).joined(separator: ", ")
    }

    /// The roles of a sample's components; `nil` where all are free.
    ///
    /// A function of the seed, the purpose, the sample and the step.
    func roles(_ purpose: CounterNoise.Purpose, sample: Int, step: Int) -> [Role]? {
        let noise = CounterNoise(seed: seed, purpose: purpose)
        func uniform(_ index: Int) -> Double { noise.uniform(sample: sample, step: step, component: index) }
        let isAbsent = uniform(1) < options.absentShare
        guard uniform(0) < options.probability,
            let part = sets.draw(noise, sample: sample, step: step, rank: 1, isAbsent: isAbsent)
        else { return nil }
        guard isAbsent else { return part.map { $0 ? .given : .free } }
        let other = uniform(2) < 0.5 ? sets.draw(noise, sample: sample, step: step, rank: 2) : nil
        let roles = part.indices.map { index -> Role in part[index] ? .absent : other?[index] == true ? .given : .free }
        // The other part may be all that is left.
        return roles.contains(.free) ? roles : part.map { $0 ? .absent : .free }
    }
}

extension NoiseSchedule {
    /// The noising state of a sample in training: the schedule's own, or that of a family's member, drawn by `member` in [0, 1);
    /// some components may be held at one of the ends.
    func trainingState(
        at time: Double, member: Double, roles: [HeldParts.Role]? = nil
    ) throws(ScheduleError) -> NoisingState {
        let schedule = (self as? any ScheduleFamily)?.member(at: member) ?? self
        guard let roles else { return try schedule.state(at: time) }
        var (gamma, rate) = (try schedule.gamma(at: time), try schedule.gammaRate(at: time))
        let (clean, noise) = (try schedule.gamma(at: 0), try schedule.gamma(at: 1))
        for (index, role) in roles.enumerated() where role != .free {
            gamma[index] = role == .given ? clean[index] : noise[index]
            rate[index] = 0
        }
        return NoisingState(time: time, gamma: gamma, gammaRate: rate)
    }
}
