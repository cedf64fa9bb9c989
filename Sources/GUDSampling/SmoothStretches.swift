import GUDCore

/// The parts of [0, 1] within which a schedule is smooth: it is cut where a component begins or ceases to move.
///
/// An integrator of high order needs a smooth right-hand side; a clipped schedule has a jump in γ̇ at the ends of every
/// component's window. They are found by bisection of the schedule itself, so that any schedule will do, a plugin's too.
struct SmoothStretches {
    /// The ends of the parts: 0, the kinks in order, 1.
    private(set) var ends: [Double]

    /// Kinks are known to this distance.
    private static let resolution = 1e-13
    /// Parts that the search begins with; a component that is active for less than that shows in its γ.
    private static let first = 64

    /// Searches a schedule.
    ///
    /// - Complexity: O(*K*) for each of about 45 evaluations per kink; never more than 10,000 + 100 *K* evaluations, after
    ///   which the kinks that remain are left to the integrator.
    init(_ schedule: any NoiseSchedule) throws(ScheduleError) {
        var kinks: [Double] = []
        var budget = 10_000 + 100 * schedule.componentCount
        var left = try Point(0, schedule)
        for part in 1...Self.first {
            let right = try Point(Double(part) / Double(Self.first), schedule)
            try Self.search(left, right, schedule, into: &kinks, &budget)
            left = right
        }
        ends = [0]
        // Windows that meet end to end give the same kink twice.
        for kink in kinks where kink > (ends.last ?? 0) + 1e-11 && kink < 1 - 1e-11 { ends.append(kink) }
        ends.append(1)
    }

    private static func search(
        _ left: Point, _ right: Point, _ schedule: any NoiseSchedule, into kinks: inout [Double],
        _ budget: inout Int
    ) throws(ScheduleError) {
        if budget <= 0 || left.isSmooth(upTo: right) { return }
        let middle = 0.5 * (left.time + right.time)
        guard right.time - left.time > resolution, middle > left.time, middle < right.time else {
            kinks.append(middle)
            return
        }
        budget -= 1
        let point = try Point(middle, schedule)
        try search(left, point, schedule, into: &kinks, &budget)
        try search(point, right, schedule, into: &kinks, &budget)
    }

    /// A schedule at one time.
    private struct Point {
        let time: Double
        let gamma: [Double]
        let isActive: [Bool]

        init(_ time: Double, _ schedule: any NoiseSchedule) throws(ScheduleError) {
            self.time = time
            gamma = try schedule.gamma(at: time)
            isActive = try schedule.gammaRate(at: time).map { $0 > 0 }
        }

        /// Whether the same components move at both ends, and those that do not stay where they are.
        func isSmooth(upTo right: Point) -> Bool {
            for index in gamma.indices {
                if isActive[index] != right.isActive[index] { return false }
                if !isActive[index], (gamma[index] - right.gamma[index]).magnitude > 1e-9 { return false }
            }
            return true
        }
    }
}
