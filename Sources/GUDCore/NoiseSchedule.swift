/// How fast each component is noised: the negative log-SNR γ_i(t) and its rate, and nothing else.
///
/// α, σ, β and the SNR derive from γ in one place, ``NoisingState``. The process is variance preserving,
/// `z_i(t) = α_i z_i(0) + σ_i ε_i` with `α_i² = sigmoid(−γ_i)` and `σ_i² = sigmoid(γ_i)`; t runs from 0 (data) to 1 (noise),
/// and γ_i never decreases in t. `ConformanceCheckers` tests monotonicity and that the rate is the derivative.
///
/// Source: Gerdes, Welling & Cheng, arXiv:2410.02667, section 3.2.
public protocol NoiseSchedule: Sendable {
    /// The number of components, *K*.
    var componentCount: Int { get }

    /// Writes γ_i(t) for every component.
    ///
    /// - Parameters:
    ///   - time: In [0, 1].
    ///   - gamma: *K* values, overwritten; finite at every t in [0, 1], the ends included.
    /// - Throws: ``ScheduleError``, before any write.
    /// - Complexity: O(*K*).
    func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError)

    /// Writes the derivative γ̇_i(t) for every component; never negative. Where a component is clipped it is 0 outside the
    /// clip, and the slope inside and on it.
    ///
    /// - Throws: ``ScheduleError``, before any write.
    /// - Complexity: O(*K*).
    func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError)
}

/// A schedule that stands for a range of schedules, one of which is drawn for each training sample.
public protocol ScheduleFamily: NoiseSchedule {
    /// The schedule at a place in the family.
    ///
    /// - Parameter position: In [0, 1); uniform positions draw schedules as training should see them.
    func member(at position: Double) -> any NoiseSchedule
}

/// A family that can say which schedules it holds.
public protocol RangedScheduleFamily: ScheduleFamily {
    /// Whether a schedule is a member, so that a network that was trained on the family has seen it.
    ///
    /// Of another family, that is the schedule as which it acts by itself.
    func covers(_ schedule: any NoiseSchedule) -> Bool

    /// What the members are, for people: `softness 0.25 to inf`.
    var range: String { get }
}

/// What can go wrong while a schedule is evaluated.
public enum ScheduleError: GUDError, Equatable {
    /// The time is not in [0, 1], or is not a number.
    case timeOutOfRange(Double)
    /// The destination does not hold one value per component.
    case destinationCount(Int, expected: Int)
    /// The schedule cannot be made as asked.
    case configuration(String)
    /// A plugin reported a failure of its own.
    case failed(reason: String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .timeOutOfRange(let time): "time \(time) is outside [0, 1]; times run from 0 (data) to 1 (noise)"
        case .destinationCount(let count, let expected):
            "destination holds \(count) values, but the schedule has \(expected) components; allocate \(expected)"
        case .configuration(let message): message
        case .failed(let reason): "the schedule failed: \(reason)"
        }
    }

    /// Only a plugin's own failure is not the request's mistake.
    public var blame: Blame {
        if case .failed = self { .execution } else { .request }
    }
}

extension NoiseSchedule {
    /// Checks the arguments that both evaluations share.
    public func validate(time: Double, destination: Int) throws(ScheduleError) {
        guard time >= 0, time <= 1 else { throw .timeOutOfRange(time) }
        guard destination == componentCount else { throw .destinationCount(destination, expected: componentCount) }
    }

    /// γ_i(t) of every component, as an array.
    public func gamma(at time: Double) throws(ScheduleError) -> [Double] {
        var values = [Double](repeating: 0, count: componentCount)
        var span = values.mutableSpan
        try gamma(at: time, into: &span)
        return values
    }

    /// γ̇_i(t) of every component, as an array.
    public func gammaRate(at time: Double) throws(ScheduleError) -> [Double] {
        var values = [Double](repeating: 0, count: componentCount)
        var span = values.mutableSpan
        try gammaRate(at: time, into: &span)
        return values
    }

    /// Everything that derives from the schedule at one time.
    public func state(at time: Double) throws(ScheduleError) -> NoisingState {
        NoisingState(time: time, gamma: try gamma(at: time), gammaRate: try gammaRate(at: time))
    }
}
