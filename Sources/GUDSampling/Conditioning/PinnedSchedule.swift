import GUDCore

/// A schedule of which some components do not take part: they stay as clean as data get, or as noisy, and their rate is 0.
///
/// A solver leaves components whose γ does not change untouched, so nothing else has to know which are pinned; and the denoiser sees in
/// their noising state what they are: given, at γ_i(0), or absent, at γ_i(1).
public struct PinnedSchedule: NoiseSchedule {
    /// What becomes of a component.
    public enum Pin: Sendable {
        /// It follows the schedule.
        case free
        /// It is given: clean throughout.
        case clean
        /// It is absent: noise throughout.
        case noise
    }

    /// One pin per component.
    public let pins: [Pin]
    private let base: any NoiseSchedule
    private let ends: (clean: [Double], noise: [Double])

    /// Pins components of a schedule.
    ///
    /// - Parameter pins: One per component.
    /// - Throws: ``ScheduleError/destinationCount(_:expected:)`` where there are not as many as components.
    public init(_ base: any NoiseSchedule, pins: [Pin]) throws(ScheduleError) {
        guard pins.count == base.componentCount else {
            throw .destinationCount(pins.count, expected: base.componentCount)
        }
        self.base = base
        self.pins = pins
        ends = (try base.gamma(at: 0), try base.gamma(at: 1))
    }

    /// Holds the components of a mask clean.
    init(_ base: any NoiseSchedule, holding mask: [Bool]) throws(ScheduleError) {
        try self.init(base, pins: mask.map { $0 ? .clean : .free })
    }

    /// The number of components, *K*.
    public var componentCount: Int { base.componentCount }

    /// Writes γ_i(t).
    public func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
        try base.gamma(at: time, into: &gamma)
        for (component, pin) in pins.enumerated() {
            switch pin {
            case .free: break
            case .clean: gamma[component] = ends.clean[component]
            case .noise: gamma[component] = ends.noise[component]
            }
        }
    }

    /// Writes γ̇_i(t), 0 where a component is pinned.
    public func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
        try base.gammaRate(at: time, into: &rate)
        for (component, pin) in pins.enumerated() where pin != .free { rate[component] = 0 }
    }
}
