import GUDCore
import Testing

@testable import GUDPluginHost

/// Plugins in a process of their own that goes down: an error here, and nothing else.
///
/// The fault waits for a sample that begins with a certain number, so that the trial before first use meets nothing.
@Suite(.enabled(if: FixturePlugin.isPossible, FixturePlugin.skipped))
struct IsolationFaultTests {
    private func registry(_ plugin: String) throws -> Registry {
        let (registry, complaints) = try FixtureHost([plugin, FixturePlugin.healthy()]).registry()
        #expect(complaints == [])
        return registry
    }

    private static let place = "the process of plugin 'org.example.faulty' "

    @Test(
        arguments: [
            (12345, "ended with signal 11 (SIGSEGV) during forward of basis/faulty"),
            (12346, "ended with signal 6 (SIGABRT) during forward of basis/faulty"),
            (12347, "ended with status 7 during forward of basis/faulty"),
            (12349, "ended with signal 9 (SIGKILL) during forward of basis/faulty"),
            (
                12351,
                "ended with status 0 during forward of basis/faulty; it said: it closed descriptor 3, which is the host's"
            ),
            (12352, "sent a message that cannot be understood (forward of basis/faulty)"),
            (12353, "ended with signal 6 (SIGABRT) during forward of basis/faulty; it said: basis: out of cheese"),
        ] as [(Float, String)])
    func endOfTheProcess(_ trigger: Float, _ message: String) throws {
        let registry = try registry(FixturePlugin.faulty("late"))
        let basis = try registry.basis("faulty", ["isolated": .bool(true)])
        let other = try registry.basis("healthy", ["isolated": .bool(true)])
        #expect(try basis.forward([1, 2, 3]) == [-1, -2, -3])
        let expected = BasisError.failed(reason: Self.place + message)
        #expect(throws: expected) { try basis.forward([trigger, 2, 3]) }
        // The object went with its process, and says why.
        #expect(throws: expected) { try basis.forward([1, 2, 3]) }
        #expect(throws: expected) { try basis.inverse([1, 2, 3]) }
        #expect(try other.forward([1, 2, 3]) == [-1, -2, -3])
        // The next one has a process of its own.
        let next = try registry.basis("faulty", ["isolated": .bool(true)])
        #expect(try next.forward([1, 2, 3]) == [-1, -2, -3])
        try registry.expectOthersWork()
    }

    @Test func muchOutput() throws {
        let registry = try registry(FixturePlugin.faulty("late"))
        let basis = try registry.basis("faulty", ["isolated": .bool(true)])
        #expect(try basis.forward([12350, 2, 3]) == [-12350, -2, -3])
    }

    @Test func exception() throws {
        let registry = try registry(FixturePlugin.throwing(at: "late"))
        let basis = try registry.basis("exceptional", ["isolated": .bool(true)])
        #expect(try basis.forward([1, 2, 3]) == [1, 2, 3])
        #expect(
            throws: BasisError.failed(
                reason:
                    "the process of plugin 'org.example.exceptional' ended with signal 6 (SIGABRT) during forward of "
                    + "basis/exceptional; it said: terminate called after throwing an instance of 'std::runtime_error'; "
                    + "what():  a bad day")
        ) { try basis.forward([12345, 2, 3]) }
        #expect(try registry.basis("exceptional", ["isolated": .bool(true)]).forward([1, 2, 3]) == [1, 2, 3])
        try registry.expectOthersWork()
    }

    /// Bases have a process, and all other objects share one; when one of them ends it, the others say what ended
    /// theirs.
    @Test func objectsOfOneProcess() throws {
        let registry = try registry(FixturePlugin.faulty("late", all: true))
        let basis = try registry.basis("faulty", ["isolated": .bool(true)])
        let schedule = try registry.schedule("faulty", isolated: true)
        let denoiser = try registry.denoiser("faulty", isolated: true, in: try registry.space())
        let noised = [Float](repeating: 0.5, count: 16)
        let state = NoisingState(time: 0.5, gamma: noised.map { _ in 0 }, gammaRate: noised.map { _ in 12 })
        _ = try denoiser.predictNoise(in: noised, states: .shared(state))
        var fatal = noised
        fatal[0] = 12346
        let message = Self.place + "ended with signal 6 (SIGABRT) during predict of denoiser/faulty"
        #expect(throws: DenoiserError.failed(reason: message)) {
            try denoiser.predictNoise(in: fatal, states: .shared(state))
        }
        #expect(throws: ScheduleError.failed(reason: message)) { try schedule.gamma(at: 0.5) }
        #expect(try basis.forward([1, 2, 3]) == [-1, -2, -3])
    }

    /// The host checks what it is asked for.
    @Test func nonsenseIsAskedFor() throws {
        let registry = try registry(FixturePlugin.faulty("late", all: true))
        let denoiser = try registry.denoiser("faulty", isolated: true, in: try registry.space())
        var noised = [Float](repeating: 0.5, count: 16)
        noised[0] = 12356
        let state = NoisingState(time: 0.5, gamma: noised.map { _ in 0 }, gammaRate: noised.map { _ in 12 })
        let message =
            Self.place
            + "ended with signal 6 (SIGABRT) during predict of denoiser/faulty; it said: the memory does not hold "
            + "a batch of 1"
        #expect(throws: DenoiserError.failed(reason: message)) {
            try denoiser.predictNoise(in: noised, states: .shared(state))
        }
    }

    /// A daemon goes with the process, whether that ends well or badly.
    @Test(arguments: [12354, 12355] as [Float])
    func processLeftBehind(_ trigger: Float) throws {
        let note = try FixtureFolder.new() + "/pid"
        let plugin = try FixturePlugin.faulty("late", ["-DFORKED=\"\(note)\""])
        // The plugin's process lives as long as the registry that may ask for it.
        func use() throws {
            let registry = try registry(plugin)
            let basis = try registry.basis("faulty", ["isolated": .bool(true)])
            if trigger == 12354 {
                #expect(throws: BasisError.self) { try basis.forward([trigger, 2, 3]) }
            } else {
                #expect(try basis.forward([trigger, 2, 3]) == [-trigger, -2, -3])
            }
        }
        try use()
        #expect(try isProcessGone(notedIn: note))
    }

    @Test func conditioner() throws {
        let registry = try registry(FixturePlugin.faulty("late", all: true))
        let space = try registry.space()
        let conditioner = try registry.conditioner("faulty", isolated: true)
        #expect(try conditioner.condition(ConditionRequest(classIndex: 1), in: space).embedding?[1] == 1)
        let fatal = ConditionRequest(
            observed: Observation([12345] + [Float](repeating: 0, count: 15), mask: [Bool](repeating: true, count: 16)))
        #expect(
            throws: ConditionerError.failed(
                reason: Self.place + "ended with signal 11 (SIGSEGV) during a condition of conditioner/faulty")
        ) { try conditioner.condition(fatal, in: space) }
        #expect(
            try registry.conditioner("faulty", isolated: true).condition(ConditionRequest(), in: space).embedding == nil
        )
    }

    /// A trust file may ask for isolation, whatever a configuration says.
    @Test func askedForByTrust() throws {
        let plugin = try FixturePlugin.faulty("late")
        let host = try FixtureHost([plugin])
        var trust = try TrustFile.load(host.environment)
        trust.setUnpinnedPolicy(.isolate)
        try trust.save()
        #expect(try host.look().status(of: plugin) == "ok, isolated")
        let basis = try host.registry(program: PluginHost.Options.defaultProgram).0.basis("faulty")
        #expect(throws: BasisError.self) { try basis.forward([12345, 2, 3]) }
    }
}
