import Testing

@testable import GUDPluginHost

/// Plugins whose functions go wrong, found before their first use.
@Suite(.enabled(if: FixturePlugin.isPossible, FixturePlugin.skipped))
struct CallFaultTests {
    typealias Case = LoadingFaultTests.Case

    @Test(arguments: [
        Case("double_free", "quarantined: ?"),
        Case("null_dereference", "quarantined: ?"),
        Case("exit", "quarantined: exit with status 3 during 'basis/faulty: ?"),
        Case("overrun_forward", "quarantined: ?"),
        Case("overrun_inverse", "quarantined: ?"),
        Case("underrun", "quarantined: ?"),
        Case("over_read", "quarantined: ?"),
        Case("input_write", "quarantined: ?"),
    ])
    func endOfTheProcess(_ it: Case) throws {
        try expectItAloneFails(FixturePlugin.faulty(it.fault), it.status)
    }

    @Test func noReturn() throws {
        try expectItAloneFails(FixturePlugin.faulty("hang"), "quarantined: ?", stageSeconds: 2)
    }

    @Test(arguments: [
        Case("null_object", "rejected: ?"),
        Case("create_silent", "rejected: ?"),
        Case("info_components", "rejected: ?"),
        Case("info_dimension", "rejected: ?"),
        Case("state_missing", "rejected: ?"),
        Case("nan", "rejected: ?"),
        Case("not_written", "rejected: ?"),
        Case("nondeterministic", "rejected: ?"),
        Case("error_silent", "rejected: ?"),
    ])
    func refusal(_ it: Case) throws {
        try expectItAloneFails(FixturePlugin.faulty(it.fault), it.status)
    }

    @Test(arguments: [
        Case("gamma_infinite", "rejected: ?"), Case("gamma_overrun", "quarantined: ?"),
        Case("noise_overrun", "quarantined: ?"), Case("embedding_overrun", "rejected: ?"),
    ])
    func otherKinds(_ it: Case) throws {
        try expectItAloneFails(FixturePlugin.faulty(it.fault, all: true), it.status)
    }

    @Test(arguments: ["create", "forward"])
    func exceptions(_ place: String) throws {
        try expectItAloneFails(FixturePlugin.throwing(at: place), "quarantined: ?")
    }
}
