import GUDCore

/// The laws that every noise schedule obeys, built in or plugged in.
public enum ScheduleLaws {
    /// Measures a schedule against all laws.
    ///
    /// - Parameters:
    ///   - schedule: The schedule; where it is a ``ScheduleFamily``, three of its members are measured as well.
    ///   - intervals: How finely [0, 1] is divided.
    /// - Returns: One finding per law, in a fixed order.
    /// - Complexity: `7 · intervals` evaluations per schedule.
    public static func findings(for schedule: any NoiseSchedule, intervals: Int = 256) -> [Finding] {
        var findings = ownFindings(for: schedule, intervals: intervals)
        if let family = schedule as? any ScheduleFamily { findings.append(members(of: family)) }
        return findings
    }

    /// The laws that a schedule obeys by itself; a member of a family may be one, too, and is not asked for its members.
    private static func ownFindings(for schedule: any NoiseSchedule, intervals: Int) -> [Finding] {
        var findings: [Finding]
        do throws(ScheduleError) {
            let table = try ScheduleTable(schedule, intervals: intervals)
            findings = [table.finiteness(), table.monotony(), table.rateSign()]
            findings += [try derivative(of: schedule, intervals: intervals), try determinism(of: schedule, table)]
        } catch {
            findings = [
                Finding(law: "γ and γ̇ exist for every t in [0, 1]", measured: 1, allowed: 0, detail: error.description)
            ]
        }
        findings.append(refusals(of: schedule))
        return findings
    }

    /// The difference quotient over a short interval lies between the rates in it, up to rounding.
    ///
    /// That is the mean value theorem; it holds across the kinks of a clip as well, where a central difference is neither of
    /// the two one-sided rates.
    private static func derivative(of schedule: any NoiseSchedule, intervals: Int) throws(ScheduleError) -> Finding {
        let halfWidth = 1e-4
        var worst = Worst()
        for step in 0..<intervals {
            let time = halfWidth + (1 - 2 * halfWidth) * (Double(step) + 0.5) / Double(intervals)
            let (before, after) = (time - halfWidth, time + halfWidth)
            let (gammaBefore, gammaAfter) = (try schedule.gamma(at: before), try schedule.gamma(at: after))
            let rates = [
                try schedule.gammaRate(at: before), try schedule.gammaRate(at: time), try schedule.gammaRate(at: after),
            ]
            for i in 0..<schedule.componentCount {
                let quotient = (gammaAfter[i] - gammaBefore[i]) / (after - before)
                let bracket = rates.map { $0[i] }
                let (low, high) = (bracket.min() ?? 0, bracket.max() ?? 0)
                let rounding = 8 * max(gammaAfter[i].magnitude, gammaBefore[i].magnitude, 1).ulp / halfWidth
                let outside = max(low - quotient, quotient - high, 0) - rounding
                worst.note(max(outside, 0) / max(1, high)) {
                    "component \(i) at t = \(time): γ rises by \(quotient) per unit of time, γ̇ is \(low) to \(high)"
                }
            }
        }
        return worst.finding("γ̇ is the derivative of γ", allowed: 1e-6)
    }

    private static func determinism(
        of schedule: any NoiseSchedule, _ table: ScheduleTable
    ) throws(ScheduleError) -> Finding {
        var worst = Worst()
        for (time, gamma) in zip(table.times, table.gammas) {
            let again = try schedule.gamma(at: time)
            for (i, pair) in zip(gamma, again).enumerated() where pair.0.bitPattern != pair.1.bitPattern {
                worst.note(1) { "component \(i) at t = \(time): \(pair.0), then \(pair.1)" }
            }
        }
        return worst.finding("the same bits come out every time", allowed: 0)
    }

    /// Counts the wrong arguments that are accepted.
    private static func refusals(of schedule: any NoiseSchedule) -> Finding {
        var worst = Worst()
        var accepted = 0.0
        func expectRefusal(_ what: String, _ body: () throws(ScheduleError) -> Void) {
            guard (try? body()) != nil else { return }
            accepted += 1
            worst.note(accepted) { "\(what) is accepted" }
        }
        for time in [-0.01, 1.01, Double.nan, .infinity] {
            expectRefusal("γ at t = \(time)") { () throws(ScheduleError) in _ = try schedule.gamma(at: time) }
            expectRefusal("γ̇ at t = \(time)") { () throws(ScheduleError) in _ = try schedule.gammaRate(at: time) }
        }
        for count in [0, schedule.componentCount - 1, schedule.componentCount + 1] {
            var values = [Double](repeating: 0, count: count)
            expectRefusal("a destination of \(count) values for γ") { () throws(ScheduleError) in
                var span = values.mutableSpan
                try schedule.gamma(at: 0.5, into: &span)
            }
            expectRefusal("a destination of \(count) values for γ̇") { () throws(ScheduleError) in
                var span = values.mutableSpan
                try schedule.gammaRate(at: 0.5, into: &span)
            }
        }
        return worst.finding("times outside [0, 1] and destinations of another size are errors", allowed: 0)
    }

    private static func members(of family: any ScheduleFamily) -> Finding {
        var worst = Worst()
        for position in [0, 0.5, 1.0.nextDown] {
            let member = family.member(at: position)
            guard member.componentCount == family.componentCount else {
                worst.note(1) { "the member at \(position) has \(member.componentCount) components" }
                continue
            }
            for finding in ownFindings(for: member, intervals: 64) where !finding.passed {
                worst.note(1) { "the member at \(position): \(finding)" }
            }
        }
        return worst.finding("every member of a family is a schedule of as many components", allowed: 0)
    }
}

/// γ and γ̇ on an even grid of times, the ends included.
private struct ScheduleTable {
    let times: [Double]
    private(set) var gammas: [[Double]] = []
    private(set) var rates: [[Double]] = []

    init(_ schedule: any NoiseSchedule, intervals: Int) throws(ScheduleError) {
        times = (0...intervals).map { Double($0) / Double(intervals) }
        for time in times {
            // A value that is not written stays NaN, and shows.
            var gamma = [Double](repeating: .nan, count: schedule.componentCount)
            var rate = gamma
            var gammaSpan = gamma.mutableSpan
            var rateSpan = rate.mutableSpan
            try schedule.gamma(at: time, into: &gammaSpan)
            try schedule.gammaRate(at: time, into: &rateSpan)
            gammas.append(gamma)
            rates.append(rate)
        }
    }

    func finiteness() -> Finding {
        var worst = Worst()
        for (time, gamma) in zip(times, gammas) {
            for (i, value) in gamma.enumerated() where !value.isFinite {
                worst.note(1) { "component \(i) at t = \(time) is \(value)" }
            }
        }
        return worst.finding("γ is finite for every t in [0, 1]", allowed: 0)
    }

    func monotony() -> Finding {
        var worst = Worst()
        for step in 1..<times.count {
            for (i, pair) in zip(gammas[step - 1], gammas[step]).enumerated() {
                worst.note(pair.0 - pair.1) {
                    "component \(i) falls from \(pair.0) to \(pair.1) between t = \(times[step - 1]) and \(times[step])"
                }
            }
        }
        return worst.finding("γ never decreases in t", allowed: 0)
    }

    func rateSign() -> Finding {
        var worst = Worst()
        for (time, rate) in zip(times, rates) {
            for (i, value) in rate.enumerated() where !(value >= 0 && value.isFinite) {
                worst.note(value.isFinite ? -value : .infinity) { "component \(i) at t = \(time) is \(value)" }
            }
        }
        return worst.finding("γ̇ is finite and never negative", allowed: 0)
    }
}
