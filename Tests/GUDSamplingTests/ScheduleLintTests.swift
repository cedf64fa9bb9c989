import Foundation
import GUDCore
import GUDSampling
import GUDSchedules
import Testing

@Suite("Schedule lint")
struct ScheduleLintTests {
    /// n levels of three components each, one after the other.
    private func levels(_ n: Int, steepness: Double) throws -> SoftSchedule {
        let labels = (0..<3 * n).map { 12 * Double($0 % n) / Double(n - 1) }
        return try SoftSchedule(
            labels: labels, variances: labels.map { _ in 1 }, gammaDenoise: -6, gammaNoise: 6, steepness: steepness,
            clip: -6...6)
    }

    private func findings(_ schedule: any NoiseSchedule, variances: [Double]) throws -> [String: ScheduleFinding] {
        let findings = try ScheduleLint(schedule, data: ScheduleLint.Data(variances: variances)).findings()
        return Dictionary(uniqueKeysWithValues: findings.map { ($0.check, $0) })
    }

    @Test("Hard autoregression over n levels: no dead time, overlap 1/n", arguments: [2, 3, 8])
    func hard(_ n: Int) throws {
        let schedule = try levels(n, steepness: Double(n - 1))
        let ones = [Double](repeating: 1, count: 3 * n)
        let activity = try ScheduleActivity(schedule, variances: ones)
        #expect(activity.deadTime < 1e-9)
        #expect(abs(activity.overlap - 1 / Double(n)) < 1e-9)
        #expect(abs(activity.meanActiveShare - 1 / Double(n)) < 1e-9)
        let found = try findings(schedule, variances: ones)
        #expect(found["dead time"]?.verdict == .ok)
        #expect(abs((found["overlap"]?.values["together"] ?? 0) - 3) < 1e-8)
    }

    @Test("Steeper than hard: dead time 1 − n/(1 + a), and a remedy", arguments: [(3, 2.5), (3, 8.0), (5, 6.0)])
    func dead(n: Int, steepness: Double) throws {
        let schedule = try levels(n, steepness: steepness)
        let ones = [Double](repeating: 1, count: 3 * n)
        let expected = 1 - Double(n) / (1 + steepness)
        let activity = try ScheduleActivity(schedule, variances: ones)
        #expect(abs(activity.deadTime - expected) < 1e-9)
        #expect(activity.activeTime.allSatisfy { abs($0 - 1 / (1 + steepness)) < 1e-9 })
        #expect(abs(activity.overlap - 1 / Double(n)) < 1e-9)
        let finding = try findings(schedule, variances: ones)["dead time"]
        #expect(finding?.verdict == (expected > 0.5 ? .error : .warning))
        #expect(finding?.remedy?.contains("softness") == true)
    }

    @Test("Scalar diffusion: overlap 1 however time runs; between the limits, between")
    func scalar() throws {
        let ones = [Double](repeating: 1, count: 6)
        #expect(
            abs(try ScheduleActivity(FormulaSchedule.scalar(from: -9, to: 5, count: 6), variances: ones).overlap - 1)
                < 1e-12)
        let curved = FormulaSchedule(
            componentCount: 6, gammas: { t in [Double](repeating: -9 + 14 * t * t, count: 6) },
            rates: { t in [Double](repeating: 28 * t, count: 6) })
        #expect(abs(try ScheduleActivity(curved, variances: ones).overlap - 1) < 1e-12)
        var last = 1.0
        for steepness in [0.1, 0.3, 1, 1.9] {
            let overlap = try ScheduleActivity(
                levels(3, steepness: steepness), variances: [Double](repeating: 1, count: 9)
            ).overlap
            #expect(overlap < last && overlap > 1.0 / 3 - 1e-9)
            last = overlap
        }
    }

    @Test("The ends of the linear schedule, by hand")
    func ends() throws {
        let schedule = FormulaSchedule.scalar(from: -7, to: 0, count: 2)
        let ends = try ScheduleEnds(schedule, variances: [1, 4], scale: [1, 0.5], dimension: 8)
        let n = exp(-7.0)
        #expect(abs(ends.uncertainty - ((n / (1 + n) + 0.25 * 4 * n / (4 + n)) / 8).squareRoot()) < 1e-15)
        #expect(ends.lowestDataSNR == 7)
        // At γ = 0, M = (v + 1)/2: 1 and 2.5.
        #expect(abs(ends.standardNormalDivergence - 0.5 * (1.5 - log(2.5))) < 1e-14)
        #expect(abs(ends.matchedPriorBound - 0.5 * (log(2.0) + log(5.0))) < 1e-14)
        #expect(try findings(schedule, variances: [1, 4])["noise at t = 1"]?.verdict == .error)
    }

    @Test("The bound at t = 1 holds for data that are ±1, whose marginal is a mixture", arguments: [-1.0, 0, 2])
    func bound(gamma: Double) throws {
        // KL of ½ N(α, σ²) + ½ N(−α, σ²) to N(0, 1) by the trapezoid rule.
        let (alpha, variance) = (NoisingState.alpha(gamma), NoisingState.sigmoid(gamma))
        var divergence = 0.0
        for index in -40_000...40_000 {
            let z = Double(index) / 4000
            let density = [alpha, -alpha].reduce(0) {
                $0 + 0.5 * exp(-(z - $1) * (z - $1) / (2 * variance)) / (2 * .pi * variance).squareRoot()
            }
            let reference = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
            if density > 0 { divergence += density * log(density / reference) / 4000 }
        }
        let ends = try ScheduleEnds(
            FormulaSchedule.scalar(from: -9, to: gamma, count: 1), variances: [1], scale: [1], dimension: 1)
        print("γ(1) = \(gamma): KL \(divergence), bound \(ends.matchedPriorBound)")
        #expect(divergence > 0 && divergence < ends.matchedPriorBound)
    }

    @Test("The cosine schedule: γ(1) is bounded, and the end of its flow is steep but told")
    func cosine() throws {
        let schedule = try CosineSchedule(componentCount: 2, offset: 0.008)
        let found = try findings(schedule, variances: [1, 1])
        let end = try schedule.gamma(at: 1)[0]
        #expect(abs((found["noise at t = 1"]?.values["matchedPriorBound"] ?? 0) - log1p(exp(-end))) < 1e-12)
        #expect(found.values.allSatisfy { $0.verdict == .ok })
        #expect((found["stiffness"]?.values["plainRate"] ?? 1) < 1e-12)
    }

    @Test("Stiffness: ½ γ̇ α² σ² (v − 1)/τ² is largest at α² = 1/3 where v = 4")
    func stiffness() throws {
        let flow = try FlowStiffness(
            FormulaSchedule.scalar(from: -8, to: 8, count: 1), variances: [4], resolution: 20_000)
        #expect(abs(flow.plainRate - 8.0 / 3) < 1e-6)
        #expect(abs(flow.place.time - (8 + log(2.0)) / 16) < 1e-4)
    }

    @Test(
        "Steps: the divergences of the reference table",
        arguments: [
            (10, 1.302849, 0.025865), (20, 0.326449, 0.002096), (50, 0.046916, 0.000847),
        ])
    func divergences(steps: Int, first: Double, second: Double) throws {
        let fit = GaussianDivergence(
            variances: (1...64).map { pow(Double($0), -2) },
            schedule: FormulaSchedule.scalar(from: -9, to: 5, count: 64), start: .standardNormal)
        let grid = TimeGrid.uniform(steps: steps)
        #expect(abs(try fit.divergence(of: DDIM(grid: grid, isAnchored: false)) - first) < 1e-5)
        #expect(abs(try fit.divergence(of: DPMSolverPlusPlus2M(grid: grid, isAnchored: false)) - second) < 1e-5)
        #expect(abs(try fit.divergence(of: DPMSolverPlusPlus2M(grid: grid)) - 0.000699) < 1e-5)
    }

    @Test("The steps recommended are enough, and one less are not")
    func steps() throws {
        let fit = GaussianDivergence(
            variances: (1...64).map { pow(Double($0), -2) },
            schedule: FormulaSchedule.scalar(from: -9, to: 5, count: 64), start: .standardNormal)
        let steps = try #require(try fit.steps(below: 0.01) { DPMSolverPlusPlus2M(grid: $0, isAnchored: false) })
        // The table has 0.026 at 10 and 0.0021 at 20.
        #expect(steps > 10 && steps < 20)
        for (count, isEnough) in [(steps, true), (steps - 1, false)] {
            let left = try fit.divergence(of: DPMSolverPlusPlus2M(grid: .uniform(steps: count), isAnchored: false))
            #expect((left < 0.01) == isEnough)
        }
        #expect(try fit.steps(below: 1e-9, limit: 40) { DDIM(grid: $0, isAnchored: false) } == nil)
    }

    @Test("A γ that decreases, is not finite, or stands still is an error, and the only finding")
    func broken() throws {
        let falling = FormulaSchedule.linear(from: [-5, -5], to: [5, -6])
        let undefined = FormulaSchedule(
            componentCount: 2, gammas: { [$0, $0 < 1 ? $0 : .nan] }, rates: { _ in [1, 1] })
        let still = FormulaSchedule.linear(from: [-5, -5], to: [5, -5])
        for schedule in [falling, undefined, still] {
            let findings = try ScheduleLint(schedule, data: ScheduleLint.Data(variances: [1, 1])).findings()
            #expect(findings.map(\.verdict) == [.error])
            #expect(findings[0].values["component"] == 1)
            #expect(findings[0].reason.contains("component 1"))
        }
    }

    @Test("Data of few levels: recovered below the width of a bin, or not")
    func binWidth() throws {
        func verdict(_ gamma: Double) throws -> ScheduleFinding.Verdict? {
            var data = ScheduleLint.Data(variances: [1])
            data.binWidth = 0.125
            let schedule = FormulaSchedule.scalar(from: gamma, to: 7, count: 1)
            return try ScheduleLint(schedule, data: data).findings().first { $0.check == "data at t = 0" }?.verdict
        }
        // e^(γ/2) against 0.125/√12 = 0.036 and 0.125.
        #expect(try verdict(2 * log(0.035)) == .ok)
        #expect(try verdict(2 * log(0.037)) == .warning)
        #expect(try verdict(2 * log(0.13)) == .error)
    }
}
