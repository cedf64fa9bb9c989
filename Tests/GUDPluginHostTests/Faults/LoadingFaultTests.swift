import Testing

@testable import GUDPluginHost

/// Plugins that go wrong before any object is made.
@Suite(.enabled(if: FixturePlugin.isPossible, FixturePlugin.skipped))
struct LoadingFaultTests {
    /// A fault, and what is said of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let fault: String
        let status: String
        var testDescription: String { fault }

        init(_ fault: String, _ status: String) { (self.fault, self.status) = (fault, status) }
    }

    @Test(arguments: [
        Case(
            "constructor_crash",
            "quarantined: signal 11 (SIGSEGV) during 'opening the library': it follows a null pointer"),
        Case("constructor_exit", "quarantined: exit with status 0 during 'opening the library'"),
        Case("constructor_terminates", "quarantined: signal 15 (SIGTERM) during 'opening the library'"),
        Case(
            "processor",
            "quarantined: signal 24 (SIGXCPU: its processor time is used up) during 'opening the library'"),
        Case(
            "memory", "quarantined: signal 11 (SIGSEGV) during 'opening the library': it follows a null pointer"),
        Case(
            "entry_abort", "quarantined: signal 6 (SIGABRT) during 'gud_plugin_entry'; it said: entry: cannot go on"),
        Case(
            "entry_junk",
            "quarantined: signal 11 (SIGSEGV) during 'reading its tables': it follows an invalid pointer"),
    ])
    func endOfTheProcess(_ it: Case) throws {
        try expectItAloneFails(FixturePlugin.faulty(it.fault), it.status)
    }

    @Test(arguments: ["constructor_hang", "constructor_stop"])
    func noReturn(_ fault: String) throws {
        try expectItAloneFails(
            FixturePlugin.faulty(fault),
            "quarantined: it did not come back within 2 s during 'opening the library'", stageSeconds: 2)
    }

    @Test(arguments: [
        Case("entry_null", "rejected: plugin 'FILE' breaks the contract: its entry succeeds and gives no table"),
        Case("entry_error", "rejected: plugin 'FILE' cannot be loaded: the licence has run out"),
        Case("entry_error_silent", "rejected: plugin 'FILE' cannot be loaded: its entry returned 1234"),
        Case(
            "entry_version",
            "rejected: plugin 'FILE' cannot be used: expected version 1.x of the plugin interface, "
                + "got 2.0; build the plugin anew with this program's gud_plugin.h"),
        Case("entry_size", "rejected: plugin 'FILE' breaks the contract: its table says that it is 0 bytes long"),
        Case(
            "component_count", "rejected: plugin 'FILE' breaks the contract: it says that it has 4000000000 components"),
        Case("component_null", "rejected: plugin 'FILE' breaks the contract: component 1 is missing"),
        Case("component_twice", "rejected: plugin 'FILE' breaks the contract: it brings basis/faulty twice"),
        Case(
            "name_invalid",
            "rejected: plugin 'FILE' breaks the contract: its name of a basis is 'white space/../x'; letters, digits, -, _, "
                + "+ and . are allowed, 1 to 128 of them"),
        Case("name_null", "rejected: plugin 'FILE' breaks the contract: it has no name of a basis"),
        Case(
            "schema_text",
            "rejected: plugin 'FILE' breaks the contract: basis/faulty: the schema of parameters cannot be read: The given "
                + "data was not valid JSON."),
        Case(
            "schema_default",
            "rejected: plugin 'FILE' breaks the contract: basis/faulty: parameter 'strength' has the default 9, which is out "
                + "of its own range"),
        Case(
            "schema_name",
            "rejected: plugin 'FILE' breaks the contract: basis/faulty: parameter 'isolated' has a name of GUD's own (name, "
                + "isolated, whiten, varianceFloor); choose another"),
        Case(
            "schema_control",
            "rejected: plugin 'FILE' breaks the contract: basis/faulty: parameter 'strength' has control characters in its "
                + "documentation"),
        Case("function_missing", "rejected: plugin 'FILE' breaks the contract: basis/faulty lacks forward"),
    ])
    func refusal(_ it: Case) throws {
        try expectItAloneFails(FixturePlugin.faulty(it.fault), it.status)
    }

    @Test func exceptionFromTheEntry() throws {
        try expectItAloneFails(
            FixturePlugin.throwing(at: "entry"),
            "quarantined: signal 6 (SIGABRT) during 'gud_plugin_entry'; it said: terminate called after throwing an "
                + "instance of 'std::runtime_error'; what():  a bad day")
    }

    @Test func noEntry() throws {
        try expectItAloneFails(
            FixturePlugin.faulty("entry_missing"),
            "rejected: 'FILE' does not export 'gud_plugin_entry': did it mean 'gud_plugin_entrance'? Rename that",
            isTried: false)
    }
}
