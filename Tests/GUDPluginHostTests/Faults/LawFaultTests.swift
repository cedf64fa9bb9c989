import Testing

@testable import GUDPluginHost

/// Plugins that break a law of their kind, found by `gud plugin validate`.
@Suite(.enabled(if: FixturePlugin.isPossible, FixturePlugin.skipped))
struct LawFaultTests {
    /// A fault, the level that finds it, and the law that is broken.
    struct Case: Sendable, CustomTestStringConvertible {
        let fault: String
        let level: Int
        let component: String
        let law: String
        var testDescription: String { fault }

        init(_ fault: String, level: Int, _ component: String, _ law: String) {
            (self.fault, self.level, self.component, self.law) = (fault, level, component, law)
        }
    }

    @Test(arguments: [
        Case(
            "batch_dependent", level: 5, "basis/faulty", "forward of a batch gives the bits of its samples one by one"),
        Case("thread_state", level: 5, "basis/faulty", "forward on eight threads at once gives the bits of one"),
        Case("leak", level: 9, "basis/faulty", "a thousand objects leave no memory behind"),
        Case("gamma_falls", level: 5, "schedule/faulty", "γ never decreases in t"),
        Case("rate_wrong", level: 5, "schedule/faulty", "γ̇ is the derivative of γ"),
        Case("pull_back", level: 5, "denoiser/faulty", "the pull-back is the derivative of ε̂"),
    ])
    func isFound(_ it: Case) throws {
        let path = try FixturePlugin.faulty(it.fault, all: it.component != "basis/faulty")
        let host = try FixtureHost([path]).host()
        guard case .finished(let below) = try host.validate(path, level: ValidationLevel(it.level - 1)).outcome,
            case .finished(let report) = try host.validate(path, level: ValidationLevel(it.level)).outcome
        else {
            Issue.record("it did not come to its end")
            return
        }
        #expect(below.failures.map(\.line) == [])
        let found = report.failures.filter { $0.component == it.component && $0.law.hasPrefix(it.law) }
        #expect(!found.isEmpty, "\(report.failures.map(\.line))")
        #expect(found.allSatisfy { $0.level == it.level && !$0.detail.isEmpty })
        #expect(report.failures.allSatisfy { $0.component == it.component }, "\(report.failures.map(\.line))")
    }

    @Test func nothingIsFoundWhereNothingIs() throws {
        let path = try FixturePlugin.healthy()
        guard case .finished(let report) = try FixtureHost([path]).host().validate(path, level: .highest).outcome else {
            Issue.record("it did not come to its end")
            return
        }
        #expect(report.failures.map(\.line) == [])
        #expect(
            Set(report.checks.map(\.component)) == [
                "library", "basis/healthy", "schedule/healthy", "denoiser/healthy", "conditioner/healthy",
            ])
    }
}
