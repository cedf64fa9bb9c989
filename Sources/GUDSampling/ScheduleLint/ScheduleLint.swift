import Foundation
import GUDCore

/// Checks of a noise schedule against the data that it acts on, each with a verdict, a reason and a remedy.
///
/// All are closed forms of the schedule and the components' variances: nothing is trained or sampled.
public struct ScheduleLint {
    /// What a schedule acts on.
    public struct Data: Sendable {
        /// v_i of the whitened components.
        public var variances: [Double]
        /// s_i, which takes whitened components back to data units.
        public var scale: [Double]
        /// D, the number of scalars in a sample.
        public var dimension: Int
        /// The distance between neighbouring levels of the data; `nil` where they are continuous or unknown.
        public var binWidth: Double?

        /// Components without a data set: variances alone.
        public init(variances: [Double]) {
            self.variances = variances
            scale = [Double](repeating: 1, count: variances.count)
            dimension = variances.count
        }

        /// The components of a space.
        public init(_ space: ComponentSpace, binWidth: Double?) {
            variances = space.variances
            scale = space.scale.map(Double.init)
            dimension = space.dimension
            self.binWidth = binWidth
        }
    }

    /// The schedule.
    public let schedule: any NoiseSchedule
    /// What it acts on.
    public let data: Data

    /// How much a plain sampler may leave on the Gaussian fit, in nats, for ``steps()`` to call its steps enough.
    public static let allowedDivergence = 0.01

    /// A schedule to check.
    ///
    /// - Precondition: There is a variance and a scale for each component.
    public init(_ schedule: any NoiseSchedule, data: Data) {
        precondition(
            data.variances.count == schedule.componentCount && data.scale.count == schedule.componentCount,
            "one variance and scale per component")
        self.schedule = schedule
        self.data = data
    }

    /// All findings.
    ///
    /// Where γ is not monotone, the rest would mean nothing and is left out.
    public func findings() throws(ScheduleError) -> [ScheduleFinding] {
        let monotone = try monotonicity()
        guard monotone.verdict != .error else { return [monotone] }
        let ends = try ScheduleEnds(
            schedule, variances: data.variances, scale: data.scale, dimension: data.dimension)
        let activity = try ScheduleActivity(schedule, variances: data.variances)
        return [
            monotone, dataEnd(ends), noiseEnd(ends), deadTime(activity), overlap(activity), try stiffness(),
            try steps(),
        ]
    }

    /// Whether γ is finite, never decreases, and moves every component.
    func monotonicity() throws(ScheduleError) -> ScheduleFinding {
        let resolution = 1024
        let first = try schedule.gamma(at: 0)
        var last = first
        for index in 0...resolution {
            let time = Double(index) / Double(resolution)
            let (gamma, rate) = (try schedule.gamma(at: time), try schedule.gammaRate(at: time))
            for component in gamma.indices {
                let (value, slope) = (gamma[component], rate[component])
                // Rounding may take back the last bits of a clipped γ.
                if value.isFinite, slope.isFinite, slope >= 0,
                    value >= last[component] - 1e-12 * max(1, value.magnitude)
                {
                    continue
                }
                return ScheduleFinding(
                    "monotone", .error,
                    "component \(component) at t = \(text(time)): γ = \(text(value)) after \(text(last[component])), γ̇ = \(text(slope))",
                    remedy:
                        "γ must be finite and never decrease from t = 0 (data) to t = 1 (noise); correct the schedule",
                    values: ["component": Double(component), "time": time])
            }
            last = gamma
        }
        if let still = first.indices.first(where: { data.variances[$0] > 0 && !(last[$0] > first[$0]) }) {
            return ScheduleFinding(
                "monotone", .error, "component \(still) has γ = \(text(first[still])) at all times: it is never noised",
                remedy: "raise γ at t = 1 above γ at t = 0", values: ["component": Double(still)])
        }
        return ScheduleFinding("monotone", .ok, "γ is finite and never decreases")
    }

    /// Whether the data are recovered at t = 0.
    func dataEnd(_ ends: ScheduleEnds) -> ScheduleFinding {
        let values = ["uncertainty": ends.uncertainty, "lowestDataLogSNR": ends.lowestDataSNR]
        let remedy = "lower γ at t = 0 (gammaDenoise, gammaMin)"
        guard let width = data.binWidth else {
            let verdict: ScheduleFinding.Verdict =
                ends.lowestDataSNR >= 4 ? .ok : ends.lowestDataSNR >= 0 ? .warning : .error
            return ScheduleFinding(
                "data at t = 0", verdict,
                "the lowest data log-SNR is \(text(ends.lowestDataSNR)); 4 or more leaves less than 2 % of the variance",
                remedy: remedy, values: values)
        }
        // Uniform noise within a bin has a deviation of width/√12.
        let rounding = width / 12.0.squareRoot()
        let verdict: ScheduleFinding.Verdict =
            ends.uncertainty <= rounding ? .ok : ends.uncertainty <= width ? .warning : .error
        return ScheduleFinding(
            "data at t = 0", verdict,
            "x is known to \(text(ends.uncertainty)) (rms, Gaussian fit); a bin is \(text(width)) wide, rounding to it \(text(rounding))",
            remedy: remedy, values: values.merging(["binWidth": width]) { first, _ in first })
    }

    /// Whether the data are gone at t = 1.
    func noiseEnd(_ ends: ScheduleEnds) -> ScheduleFinding {
        let each = ends.matchedPriorBound / Double(max(data.variances.count, 1))
        return ScheduleFinding(
            "noise at t = 1", each <= 0.01 ? .ok : each <= 0.2 ? .warning : .error,
            "the matched prior is at most \(text(ends.matchedPriorBound)) nats from the data's marginal "
                + "(0 for the Gaussian fit), N(0, 1) is \(text(ends.standardNormalDivergence))",
            remedy: "raise γ at t = 1 (gammaNoise, gammaMax): a share of the data is still seen there",
            values: [
                "matchedPriorBound": ends.matchedPriorBound, "standardNormal": ends.standardNormalDivergence,
            ])
    }

    /// Whether time passes in which nothing moves.
    func deadTime(_ activity: ScheduleActivity) -> ScheduleFinding {
        let (least, most) = (activity.activeTime.min() ?? 0, activity.activeTime.max() ?? 0)
        return ScheduleFinding(
            "dead time", activity.deadTime <= 0.002 ? .ok : activity.deadTime <= 0.5 ? .warning : .error,
            "\(percent(activity.deadTime)) of the time no component moves; a component moves for "
                + (most - least < 1e-9 ? percent(most) : "\(percent(least)) to \(percent(most))"),
            remedy: "steps there do nothing: choose a larger softness, or 'hard' for the least without dead time",
            values: ["deadTime": activity.deadTime, "leastActive": least, "mostActive": most])
    }

    /// Between all together (1) and one after the other (1/K).
    func overlap(_ activity: ScheduleActivity) -> ScheduleFinding {
        let count = Double(data.variances.filter { $0 > 0 }.count)
        return ScheduleFinding(
            "overlap", .ok,
            "\(text(activity.overlap)) (1: all components together, \(text(1 / max(count, 1))): one after the other): "
                + "\(text(activity.overlap * count)) of \(Int(count)) turn at once; \(percent(activity.meanActiveShare)) have γ̇ > 0",
            values: [
                "overlap": activity.overlap, "together": activity.overlap * count,
                "activeShare": activity.meanActiveShare,
            ])
    }

    /// How fast the flow of the Gaussian fit is.
    func stiffness() throws(ScheduleError) -> ScheduleFinding {
        let flow = try FlowStiffness(schedule, variances: data.variances)
        return ScheduleFinding(
            "stiffness", flow.plainRate <= 1000 ? .ok : .warning,
            "the plain flow's largest rate is \(text(flow.plainRate))"
                + (flow.plainRate > 0 ? " (component \(flow.place.component), t = \(text(flow.place.time)))" : "")
                + ", the anchored one's 0 on the Gaussian fit; a residual is multiplied by up to \(text(flow.residualGain))",
            remedy: "use an anchored sampler, or spread what happens over more time (a larger softness)",
            values: ["plainRate": flow.plainRate, "anchoredRate": 0, "residualGain": flow.residualGain])
    }

    /// How many steps plain samplers need for the Gaussian fit.
    func steps() throws(ScheduleError) -> ScheduleFinding {
        let fit = GaussianDivergence(variances: data.variances, schedule: schedule)
        let allowed = Self.allowedDivergence
        let first = try fit.steps(below: allowed) { DDIM(grid: $0, isAnchored: false) }
        let second = try fit.steps(below: allowed) { DPMSolverPlusPlus2M(grid: $0, isAnchored: false) }
        var values: [String: Double] = [:]
        if let first { values["ddim"] = Double(first) }
        if let second { values["dpm++2m"] = Double(second) }
        func count(_ steps: Int?) -> String { steps.map { "\($0)" } ?? "more than 1024" }
        return ScheduleFinding(
            "steps", (second ?? .max) <= 200 ? .ok : .warning,
            "for less than \(text(allowed)) nats on the Gaussian fit: ddim \(count(first)), dpm++2m \(count(second)) plain steps; anchored 1",
            remedy: "use anchored samplers, or a larger softness: the schedule is too sharp for plain ones",
            values: values)
    }

    private func text(_ value: Double) -> String { String(format: "%.4g", value) }
    private func percent(_ share: Double) -> String { String(format: "%.3g %%", 100 * share) }
}
