import ConformanceCheckers
import GUDCore
import GUDSchedules
import Testing

/// Every built-in obeys the laws, and the laws notice what breaks them.
@Suite struct ScheduleLawsTests {
    private static let context = ScheduleContext(
        componentCount: 6, variances: [1, 2, 0.5, 1, 1, 1], dataVariances: [9, 4, 1, 0.1, 0.01, 1e-4],
        labels: [.frequency: [0, 1, 1, 2, 2, 3], .row: [0, 0, 0, 1, 1, 1], .column: [0, 1, 2, 0, 1, 2]])

    private func make(_ name: String, _ given: [String: ParameterValue] = [:]) throws -> any NoiseSchedule {
        var registry = Registry()
        try BuiltInSchedules.register(in: &registry)
        let factory = try registry.factory(.schedule, named: name)
        return try factory.make(try factory.descriptor.schema.resolve(given, at: "schedule"), Self.context)
    }

    @Test(
        "built-in schedules obey all laws",
        arguments: [
            ("linear", [:]), ("linear", ["gammaMin": .number(-13.3), "gammaMax": .number(5)]), ("vp", [:]),
            ("vp", ["gammaMin": .number(-5)]), ("cosine", [:]), ("cosine", ["gammaMax": .number(2)]), ("soft", [:]),
            ("soft", ["softness": .number(.infinity)]), ("soft", ["softness": .number(0.05)]),
            ("soft", ["order": .string("frequency"), "clip": .bool(true)]),
            ("soft", ["order": .string("column"), "softness": .string("hard")]),
            ("soft", ["order": .string("block"), "blockSize": .integer(1), "softness": .string("hard")]),
            ("soft", ["softness": .string("hard")]), ("family", [:]),
            ("family", ["order": .string("row"), "softnessMin": .string("hard")]),
        ] as [(String, [String: ParameterValue])])
    func builtIns(_ name: String, _ given: [String: ParameterValue]) throws {
        let findings = ScheduleLaws.findings(for: try make(name, given))
        #expect(findings.count == (name == "family" ? 7 : 6))
        for finding in findings { #expect(finding.passed, "\(finding)") }
    }

    /// A schedule that goes wrong in a way of its choice.
    private struct Broken: NoiseSchedule {
        let curve: @Sendable (Double) -> Double
        let slope: @Sendable (Double) -> Double
        var checks = true
        var componentCount: Int { 2 }

        func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
            if checks { try validate(time: time, destination: gamma.count) }
            gamma.update(repeating: curve(time))
        }

        func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
            if checks { try validate(time: time, destination: rate.count) }
            rate.update(repeating: slope(time))
        }
    }

    private func broken(_ schedule: Broken) -> [String] {
        ScheduleLaws.findings(for: schedule).filter { !$0.passed }.map(\.law)
    }

    @Test("the laws notice a fall, a wrong rate, an infinity, a state that changes and missing checks") func teeth() {
        #expect(broken(Broken(curve: { 4 * $0 }, slope: { _ in 4 })).isEmpty)
        #expect(
            broken(Broken(curve: { -4 * $0 }, slope: { _ in -4 }))
                == ["γ never decreases in t", "γ̇ is finite and never negative"])
        #expect(broken(Broken(curve: { 4 * $0 * $0 }, slope: { 8.001 * $0 })) == ["γ̇ is the derivative of γ"])
        #expect(
            broken(Broken(curve: { $0 == 0 ? -.infinity : $0 }, slope: { _ in 1 }))
                == ["γ is finite for every t in [0, 1]"])
        #expect(
            broken(Broken(curve: { 4 * $0 }, slope: { _ in 4 }, checks: false))
                == ["times outside [0, 1] and destinations of another size are errors"])
    }

    @Test("arguments are checked with these words") func messages() throws {
        let schedule = try make("linear")
        #expect(throws: ScheduleError.timeOutOfRange(1.5)) { try schedule.gamma(at: 1.5) }
        #expect(
            ScheduleError.timeOutOfRange(1.5).description
                == "time 1.5 is outside [0, 1]; times run from 0 (data) to 1 (noise)")
        #expect(
            ScheduleError.destinationCount(2, expected: 6).description
                == "destination holds 2 values, but the schedule has 6 components; allocate 6")
    }
}
