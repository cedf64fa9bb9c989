import Testing

@testable import GUDPluginHost

/// Plugins whose functions go wrong, found before their first use.
@Suite(.enabled(if: FixturePlugin.isPossible, FixturePlugin.skipped))
struct CallFaultTests {
    typealias Case = LoadingFaultTests.Case

    /// The first call of a basis in its trial.
    private static let first = "basis/faulty: forward of a batch of 1, samples of 7, guards"
    private static let law = "calls stay in their buffers, and write all of them, finite, twice the same"

    @Test(arguments: [
        Case(
            "double_free",
            "signal 6 (SIGABRT) during 'basis/faulty: making it for samples of 8'; it said: free(): double free detected in "
                + "tcache 2"),
        Case("null_dereference", "signal 11 (SIGSEGV) during '\(first) behind the buffers': it follows a null pointer"),
        Case(
            "recursion",
            "signal 11 (SIGSEGV) during '\(first) behind the buffers': its stack is full: it calls itself without end, or "
                + "keeps large arrays on it"),
        Case("exit", "exit with status 3 during '\(first) behind the buffers'"),
        Case(
            "overrun_forward",
            "signal 11 (SIGSEGV) during '\(first) behind the buffers': it writes past the end of coefficients"),
        Case(
            "overrun_inverse",
            "signal 11 (SIGSEGV) during 'basis/faulty: inverse of a batch of 1, samples of 7, guards behind the buffers': it "
                + "writes past the end of samples"),
        Case(
            "underrun",
            "signal 11 (SIGSEGV) during '\(first) before the buffers': it writes 4 bytes before the beginning of "
                + "coefficients"),
        Case(
            "over_read", "signal 11 (SIGSEGV) during '\(first) behind the buffers': it reads past the end of samples"),
        Case(
            "input_write",
            "signal 11 (SIGSEGV) during '\(first) behind the buffers': it writes into samples, which it may only read"),
    ])
    func endOfTheProcess(_ it: Case) throws {
        try expectItAloneFails(FixturePlugin.faulty(it.fault), "quarantined: \(it.status)")
    }

    @Test func noReturn() throws {
        try expectItAloneFails(
            FixturePlugin.faulty("hang"),
            "quarantined: it did not come back within 2 s during '\(Self.first) behind the buffers'", stageSeconds: 2)
    }

    /// What is said twelve times of as many shapes is told once.
    @Test(arguments: [
        Case("null_object", "makes an object that is null"),
        Case("info_components", "says that it has 9 components for samples of 8"),
        Case("info_dimension", "says that samples of 8 have 9 scalars"),
        Case("state_missing", "is fitted, but has no function 'state'"),
    ])
    func objects(_ it: Case) throws {
        try expectItAloneFails(
            FixturePlugin.faulty(it.fault),
            "rejected: it breaks the contract: basis/faulty: samples of 8 are taken or refused: basis/faulty of "
                + "org.example.faulty \(it.status); and 11 more")
    }

    @Test func creationWithoutAReason() throws {
        try expectItAloneFails(
            FixturePlugin.faulty("create_silent"),
            "rejected: it breaks the contract: basis/faulty: samples of 8 are taken or refused: basis/faulty of "
                + "org.example.faulty: it returned status 100 without a message; and 11 more")
    }

    @Test(arguments: [
        Case("nan", "forward leaves nan at scalar 6 (it was not written, or is not a number), seed 1"),
        Case("not_written", "forward leaves nan at scalar 6 (it was not written, or is not a number), seed 1"),
        Case("nondeterministic", "forward gives 1.6127338, then 1.6137338 at scalar 0, seed 1"),
        Case(
            "error_silent",
            "the basis failed: basis/faulty of org.example.faulty: it returned status 100 without a message"),
    ])
    func results(_ it: Case) throws {
        try expectItAloneFails(
            FixturePlugin.faulty(it.fault),
            "rejected: it breaks the contract: basis/faulty: \(Self.law) [7]: \(it.status); and 1 more")
    }

    @Test(arguments: [
        Case(
            "gamma_infinite",
            "rejected: it breaks the contract: schedule/faulty: \(law): component 0 at t = 1.0 is inf"),
        Case(
            "gamma_overrun",
            "quarantined: signal 11 (SIGSEGV) during 'schedule/faulty: gamma at t = 0.0, guards behind the buffers': it "
                + "writes past the end of gamma"),
        Case(
            "noise_overrun",
            "quarantined: signal 11 (SIGSEGV) during 'denoiser/faulty: a prediction, guards behind the buffers': it writes "
                + "past the end of noise"),
        Case(
            "embedding_overrun",
            "rejected: it breaks the contract: conditioner/faulty: classes are met alike, with embeddings of the stated "
                + "width [4×4×1, 10 classes]: measured 1.0, allowed 0.0; class 0 fails: the conditioner failed: "
                + "conditioner/faulty writes past the end of what it was lent"),
    ])
    func otherKinds(_ it: Case) throws {
        try expectItAloneFails(FixturePlugin.faulty(it.fault, all: true), it.status)
    }

    @Test(arguments: [
        ("create", "making it for samples of 8"),
        ("forward", "forward of a batch of 1, samples of 7, guards behind the buffers"),
    ])
    func exceptions(_ place: String, _ stage: String) throws {
        try expectItAloneFails(
            FixturePlugin.throwing(at: place),
            "quarantined: signal 6 (SIGABRT) during 'basis/exceptional: \(stage)'; it said: terminate called after throwing "
                + "an instance of 'std::runtime_error'; what():  a bad day")
    }
}
