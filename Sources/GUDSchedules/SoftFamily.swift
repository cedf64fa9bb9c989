import GUDCore

/// Soft conditioning over a range of softnesses, and of orders, one of which is drawn for each training sample.
///
/// A position *u* in [0, 1) picks one of *n* orders, `⌊n u⌋`, and with what is left of it the softness at which
/// `w = softness/(1 + softness)` lies that fraction of the way between its values at the two ends. For a sequence *w* is the width of
/// a component's window, so uniform positions draw uniform widths; and the range may end at ∞, where all components go together.
///
/// As a schedule by itself it acts in one stated order at one stated softness; what lies outside the range is allowed, and
/// ``covers(_:)`` tells.
public struct SoftFamily: RangedScheduleFamily {
    /// The schedules of one order.
    struct Order {
        /// What people call it.
        let name: String
        /// One of its schedules; the others differ in the steepness alone.
        let schedule: SoftSchedule
        /// `1/(1 + a)` at the two ends of the range.
        let widths: ClosedRange<Double>

        /// The schedules of an order between two softnesses, positive; the larger may be ∞.
        ///
        /// - Throws: ``ScheduleError/configuration(_:)`` where the range begins at or below 0.
        init(_ name: String, _ schedule: SoftSchedule, softness: ClosedRange<Double>) throws(ScheduleError) {
            guard softness.lowerBound > 0 else {
                throw .configuration("softness \(softness.lowerBound) is not above 0")
            }
            // The steepest member exists, therefore so do all.
            _ = try schedule.with(steepness: 1 / softness.lowerBound)
            self.name = name
            self.schedule = schedule
            widths = SoftFamily.width(softness.lowerBound)...SoftFamily.width(softness.upperBound)
        }

        func member(at position: Double) -> SoftSchedule {
            let width = widths.lowerBound + (widths.upperBound - widths.lowerBound) * position
            return (try? schedule.with(steepness: (1 - width) / width)) ?? schedule
        }

        /// Whether a schedule is a member; one part in 10⁹ forgives the rounding of 1/a.
        func covers(_ other: SoftSchedule) -> Bool {
            let width = 1 / (1 + other.steepness)
            guard widths.lowerBound * (1 - 1e-9) <= width, width <= widths.upperBound * (1 + 1e-9) else { return false }
            return schedule.differsInSteepnessAlone(from: other)
        }
    }

    private let base: SoftSchedule
    private let orders: [Order]

    /// A family of one order.
    ///
    /// - Parameters:
    ///   - schedule: The schedule as which the family acts by itself; its members differ in the steepness alone.
    ///   - softness: The range, positive; it may end at ∞.
    /// - Throws: ``ScheduleError/configuration(_:)`` where the range begins at or below 0.
    public init(_ schedule: SoftSchedule, softness: ClosedRange<Double>) throws(ScheduleError) {
        try self.init(schedule, orders: [Order("", schedule, softness: softness)])
    }

    /// A family of several orders, which acts by itself as a schedule of its own.
    init(_ schedule: SoftSchedule, orders: [Order]) throws(ScheduleError) {
        guard !orders.isEmpty else { throw .configuration("a family needs at least one order") }
        base = schedule
        self.orders = orders
    }

    /// The number of components, *K*.
    public var componentCount: Int { base.componentCount }

    /// Writes γ_i(t) in the stated order at the stated softness.
    public func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
        try base.gamma(at: time, into: &gamma)
    }

    /// Writes γ̇_i(t) in the stated order at the stated softness.
    public func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
        try base.gammaRate(at: time, into: &rate)
    }

    /// The member at a position; costs O(1).
    public func member(at position: Double) -> any NoiseSchedule {
        let place = min(max(position, 0), 1) * Double(orders.count)
        let index = min(Int(place), orders.count - 1)
        return orders[index].member(at: place - Double(index))
    }

    /// Whether a soft schedule, or that as which another family acts, is one of the members.
    public func covers(_ schedule: any NoiseSchedule) -> Bool {
        guard let soft = (schedule as? SoftFamily)?.base ?? schedule as? SoftSchedule else { return false }
        return orders.contains { $0.covers(soft) }
    }

    /// The softnesses, by order.
    public var range: String {
        orders.map { order in
            func softness(_ width: Double) -> String { width >= 1 ? "∞" : "\(Float(1 / (1 / width - 1)))" }
            return "softness \(softness(order.widths.lowerBound)) to \(softness(order.widths.upperBound))"
                + (order.name.isEmpty ? "" : " by \(order.name)")
        }.joined(separator: ", ")
    }

    private static func width(_ softness: Double) -> Double { 1 / (1 + 1 / softness) }
}

extension SoftFamily {
    static let softnessMin = Parameter<Softness?>(
        "softnessMin", default: nil,
        "The smallest softness that training draws; by default 0.25, hard where that would leave dead time, or softnessMax where that is smaller."
    )
    static let softnessMax = Parameter(
        "softnessMax", default: Softness.value(.infinity), "The largest softness that training draws.")
    static let orders = Parameter<[WeightedOrders]?>(
        "orders", default: nil, "The orders that training draws from, each as for 'order'; by default that one alone.")

    static var factory: ScheduleFactory {
        ScheduleFactory(
            Descriptor(
                name: "family",
                summary: "Soft conditioning with a softness, and an order, drawn from a range at training time.",
                schema: ParameterSchema(
                    SoftRecipe.specifications + [
                        softnessMin.specification, softnessMax.specification, orders.specification,
                    ]))
        ) { parameters, context in
            let orderKey = parameters[orders] == nil ? SoftRecipe.order.name : Self.orders.name
            let orders = parameters[orders] ?? [parameters[SoftRecipe.order]]
            guard !orders.isEmpty else {
                throw ParameterError.rule(
                    "\(parameters.path).orders", .list([]), "is empty; name one or more, or leave it out")
            }
            let members = try orders.map { order in
                let recipe = try SoftRecipe(parameters, context, order: order, of: orderKey)
                let smallest = parameters[softnessMin] ?? .value(max(0.25, recipe.smallestSoftness))
                let largest = parameters[softnessMax]
                let high = try recipe.schedule(largest, of: softnessMax.name)
                var low = try recipe.schedule(smallest, of: softnessMin.name)
                if parameters[softnessMin] == nil, low.softness > high.softness { low = high }
                guard low.softness <= high.softness else {
                    throw ParameterError.rule(
                        "\(parameters.path).softnessMin", smallest.parameterValue,
                        "is above softnessMax, which is \(largest.parameterValue)")
                }
                return try Order(
                    order.parameterValue.description, low, softness: low.softness...high.softness)
            }
            let stated = try SoftRecipe(parameters, context)
                .schedule(parameters[SoftRecipe.softness], of: SoftRecipe.softness.name)
            return try SoftFamily(stated, orders: members)
        }
    }
}
