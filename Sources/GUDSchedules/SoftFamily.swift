import GUDCore

/// Soft conditioning over a range of softnesses, one of which is drawn for each training sample.
///
/// A position *u* in [0, 1) picks the softness at which `w = softness/(1 + softness)` lies a fraction *u* of the way between its
/// values at the two ends. For a sequence *w* is the width of a component's window, so uniform positions draw uniform widths; and the
/// range may end at ∞, where all components go together.
///
/// As a schedule by itself it acts at one stated softness, within the range.
public struct SoftFamily: ScheduleFamily {
    private let base: SoftSchedule
    /// `1/(1 + a)` at the two ends of the range.
    private let widths: ClosedRange<Double>

    /// A family.
    ///
    /// - Parameters:
    ///   - schedule: The schedule as which the family acts by itself; its members differ in the steepness alone.
    ///   - softness: The range, positive; it may end at ∞.
    /// - Throws: ``ScheduleError/configuration(_:)`` where the range begins at or below 0, or does not hold the schedule's softness.
    public init(_ schedule: SoftSchedule, softness: ClosedRange<Double>) throws(ScheduleError) {
        guard softness.lowerBound > 0 else {
            throw .configuration("softness \(softness.lowerBound) is not above 0")
        }
        // One part in 10⁹ forgives the rounding of 1/a.
        let tolerant = softness.lowerBound * (1 - 1e-9)...softness.upperBound * (1 + 1e-9)
        guard tolerant.contains(schedule.softness) else {
            throw .configuration(
                "softness \(schedule.softness) is outside the range \(softness.lowerBound) to \(softness.upperBound) that "
                    + "training covers")
        }
        // The steepest member exists, therefore so do all.
        _ = try schedule.with(steepness: 1 / softness.lowerBound)
        base = schedule
        widths = Self.width(softness.lowerBound)...Self.width(softness.upperBound)
    }

    /// The number of components, *K*.
    public var componentCount: Int { base.componentCount }

    /// Writes γ_i(t) at the stated softness.
    public func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
        try base.gamma(at: time, into: &gamma)
    }

    /// Writes γ̇_i(t) at the stated softness.
    public func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
        try base.gammaRate(at: time, into: &rate)
    }

    /// The member at a position; costs O(1).
    public func member(at position: Double) -> any NoiseSchedule {
        let width = widths.lowerBound + (widths.upperBound - widths.lowerBound) * min(max(position, 0), 1)
        return (try? base.with(steepness: (1 - width) / width)) ?? base
    }

    private static func width(_ softness: Double) -> Double { 1 / (1 + 1 / softness) }
}

extension SoftFamily {
    static let softnessMin = Parameter(
        "softnessMin", default: Softness.value(0.25), "The smallest softness that training draws.")
    static let softnessMax = Parameter(
        "softnessMax", default: Softness.value(.infinity), "The largest softness that training draws.")

    static var factory: ScheduleFactory {
        ScheduleFactory(
            Descriptor(
                name: "family", summary: "Soft conditioning with a softness drawn from a range at training time.",
                schema: ParameterSchema(
                    SoftRecipe.specifications + [softnessMin.specification, softnessMax.specification]))
        ) { parameters, context in
            let recipe = try SoftRecipe(parameters, context)
            let (low, high) = (try recipe.schedule(softnessMin).softness, try recipe.schedule(softnessMax).softness)
            guard low <= high else {
                throw ParameterError.rule(
                    "\(parameters.path).softnessMin", parameters[softnessMin].parameterValue,
                    "is above softnessMax, which is \(parameters[softnessMax].parameterValue)")
            }
            let stated = try recipe.schedule(SoftRecipe.softness)
            guard low * (1 - 1e-9) <= stated.softness, stated.softness <= high * (1 + 1e-9) else {
                throw ParameterError.rule(
                    "\(parameters.path).softness", parameters[SoftRecipe.softness].parameterValue,
                    "is outside softnessMin to softnessMax (\(low) to \(high)), where training never goes")
            }
            return try SoftFamily(stated, softness: low...high)
        }
    }
}
