import Foundation
import GUDCore

/// Soft conditioning: components are noised one after the other, with an overlap between "all together" and "one at a time".
///
/// With `R = γ_noise − γ_denoise`, labels *l* of range `L = l_max − l_min`, component variances *v* and steepness `a = 1/softness`,
///
///     γ_i(t) = γ_denoise + log v_i + a (l_i − l_max) + (R + a L) t.
///
/// A lower label is generated first. Its data SNR, `v_i e^(−γ_i)`, is at least `e^(−γ_denoise)` at t = 0 for every component, and at
/// most `e^(−γ_noise)` at t = 1. With a clip, the data's `γ_i − log v_i` is held within bounds, so that a component is active during a
/// window of width `R/(R + aL)` and still outside it.
///
/// | steepness | labels | what it is |
/// |---|---|---|
/// | a = 0 | any | all components the same data SNR, linear in t |
/// | a = 1 | −log Σ, whitened | standard diffusion of the unwhitened data |
/// | a → ∞ | any | autoregression in the order of the labels |
///
/// Goals, in order: the formula to the last bits, also where γ reaches thousands; no allocation per evaluation; cheap copies with
/// another steepness, for families.
///
/// Source: Gerdes, Welling & Cheng, arXiv:2410.02667, equations 18–20.
public struct SoftSchedule: NoiseSchedule {
    /// γ of the data at t = 0, for the component generated last.
    public let gammaDenoise: Double
    /// γ of the data at t = 1, for the component generated first.
    public let gammaNoise: Double
    /// The steepness `a = 1/softness`, not negative.
    public let steepness: Double
    /// The bounds of the data's `γ_i − log v_i`, or `nil` where it runs free.
    public let clip: ClosedRange<Double>?
    /// The common slope `R + a L`, per unit of time.
    public let slope: Double
    /// The range of the labels, `L`.
    public let labelRange: Double

    /// l_i − l_max, at most 0.
    let placement: [Double]
    private let logVariances: [Double]

    /// A schedule from labels and variances.
    ///
    /// - Parameters:
    ///   - labels: l_i, one finite number per component.
    ///   - variances: v_i, the variances of the whitened components, positive.
    ///   - gammaDenoise: γ of the data at t = 0, below `gammaNoise`.
    ///   - gammaNoise: γ of the data at t = 1.
    ///   - steepness: `a = 1/softness`, not negative. Nothing here keeps it from leaving dead time; see
    ///     ``largestSteepness(labels:range:)``.
    ///   - clip: Bounds of the data's `γ_i − log v_i`; `nil` lets it run free. An end may be infinite.
    /// - Throws: ``ScheduleError/configuration(_:)`` naming what is wrong.
    public init(
        labels: [Double], variances: [Double], gammaDenoise: Double, gammaNoise: Double, steepness: Double,
        clip: ClosedRange<Double>? = nil
    ) throws(ScheduleError) {
        guard let last = labels.max(), let first = labels.min(), labels.allSatisfy(\.isFinite) else {
            throw .configuration("labels must be finite numbers, one per component")
        }
        guard variances.count == labels.count, variances.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw .configuration("variances must be positive, one for each of the \(labels.count) labels")
        }
        guard gammaDenoise.isFinite, gammaNoise.isFinite, gammaDenoise < gammaNoise else {
            throw .configuration("gammaDenoise \(gammaDenoise) is not below gammaNoise \(gammaNoise)")
        }
        try self.init(
            placement: labels.map { $0 - last }, logVariances: variances.map { log($0) }, labelRange: last - first,
            gammaDenoise: gammaDenoise, gammaNoise: gammaNoise, steepness: steepness, clip: clip)
    }

    private init(
        placement: [Double], logVariances: [Double], labelRange: Double, gammaDenoise: Double, gammaNoise: Double,
        steepness: Double, clip: ClosedRange<Double>?
    ) throws(ScheduleError) {
        guard steepness >= 0, (steepness * labelRange).isFinite else {
            throw .configuration(
                "steepness \(steepness) times the labels' range \(labelRange) is not a finite, non-negative number")
        }
        self.placement = placement
        self.logVariances = logVariances
        self.labelRange = labelRange
        self.gammaDenoise = gammaDenoise
        self.gammaNoise = gammaNoise
        self.steepness = steepness
        self.clip = clip
        slope = gammaNoise - gammaDenoise + steepness * labelRange
    }

    /// The number of components, *K*.
    public var componentCount: Int { placement.count }

    /// The softness `1/a`, infinite where all components go together.
    public var softness: Double { 1 / steepness }

    /// The same schedule at another steepness; shares the labels, so that it costs O(1).
    ///
    /// - Throws: ``ScheduleError/configuration(_:)`` where the steepness is negative, or overflows.
    public func with(steepness: Double) throws(ScheduleError) -> SoftSchedule {
        try SoftSchedule(
            placement: placement, logVariances: logVariances, labelRange: labelRange, gammaDenoise: gammaDenoise,
            gammaNoise: gammaNoise, steepness: steepness, clip: clip)
    }

    /// Whether another schedule is this one at some steepness; at 0 labels and clip make no difference.
    func differsInSteepnessAlone(from other: SoftSchedule) -> Bool {
        guard logVariances == other.logVariances, gammaDenoise == other.gammaDenoise, gammaNoise == other.gammaNoise
        else { return false }
        return other.steepness == 0 || (placement == other.placement && clip == other.clip)
    }

    /// Writes γ_i(t) for every component.
    public func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
        try validate(time: time, destination: gamma.count)
        let (placement, logVariances) = (placement.span, logVariances.span)
        let start = gammaDenoise + slope * time
        let (low, high) = (clip?.lowerBound ?? -.infinity, clip?.upperBound ?? .infinity)
        for index in 0..<gamma.count {
            let data = start + steepness * placement[index]
            gamma[index] = min(max(data, low), high) + logVariances[index]
        }
    }

    /// Writes γ̇_i(t): the common slope, or 0 outside the clip.
    public func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
        try validate(time: time, destination: rate.count)
        guard let clip else {
            rate.update(repeating: slope)
            return
        }
        let placement = placement.span
        let start = gammaDenoise + slope * time
        // A component on the bound counts as inside; rounding must not decide otherwise.
        let slack = slope * 1e-14
        let (low, high) = (clip.lowerBound - slack, clip.upperBound + slack)
        for index in 0..<rate.count {
            let data = start + steepness * placement[index]
            rate[index] = data >= low && data <= high ? slope : 0
        }
    }
}
