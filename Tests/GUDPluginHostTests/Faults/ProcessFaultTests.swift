import Foundation
import GUDCore
import TestSupport
import Testing

@testable import GUDPluginHost

#if canImport(Glibc)
import Glibc
#endif

/// Plugins that do to their process what no plugin should.
@Suite(.enabled(if: FixturePlugin.isPossible, FixturePlugin.skipped))
struct ProcessFaultTests {
    /// A daemon that is left behind is ended, however the trial ends.
    @Test(arguments: [
        (
            "fork",
            "rejected: it breaks the contract: library: it leaves no process behind: 1 still ran when the plugin "
                + "was done, and had to be ended"
        ),
        ("fork_hang", "quarantined: it did not come back within 2 s during 'opening the library'"),
        ("fork_crash", "quarantined: signal 6 (SIGABRT) during 'opening the library'"),
    ])
    func processLeftBehind(_ fault: String, _ status: String) throws {
        let folder = try TemporaryDirectory()
        let note = folder.file("pid")
        let plugin = try FixturePlugin.faulty(fault, ["-DFORKED=\"\(note)\""])
        try expectItAloneFails(plugin, status, stageSeconds: fault == "fork_hang" ? 2 : 30)
        #expect(try isProcessGone(notedIn: note))
    }

    @Test(arguments: [
        (
            "channel_closed",
            "quarantined: exit with status 0 during 'opening the library'; it said: it closed descriptor 3, which is the host's"
        ),
        ("channel_garbage", "quarantined: it wrote to descriptor 3, which is the host's, during 'opening the library'"),
        ("channel_stages", "quarantined: it wrote to descriptor 3, which is the host's, without end during 'forging'"),
        ("exit_crash", "quarantined: signal 6 (SIGABRT) during 'leaving the process'"),
    ])
    func wrongDoing(_ fault: String, _ status: String) throws {
        try expectItAloneFails(FixturePlugin.faulty(fault), status)
    }

    @Test(arguments: [("channel_flood", "opening the library"), ("exit_hang", "leaving the process")])
    func noEnd(_ fault: String, _ stage: String) throws {
        try expectItAloneFails(
            FixturePlugin.faulty(fault), "quarantined: it did not come back within 2 s during '\(stage)'",
            stageSeconds: 2)
    }

    /// Whoever talks too much is let talk.
    @Test func eightMegabytesOfOutput() throws {
        let path = try FixturePlugin.faulty("constructor_prints")
        #expect(try FixtureHost([path]).look().status(of: path) == "ok")
    }

    /// The host's floating-point environment is what it was, whatever a library does to it when it is opened.
    @Test(arguments: [["-DFAULT_flush_to_zero"], ["-ffast-math"]])
    func flushToZero(_ flags: [String]) throws {
        let path = try FixturePlugin.named("flushing", id: "org.example.flushing", flags)
        let host = try FixtureHost([path])
        let (registry, complaints) = try host.registry()
        #expect(complaints == [])
        try registry.expectOthersWork("flushing")
        var denormal = Float.leastNormalMagnitude
        withUnsafeMutablePointer(to: &denormal) { $0.pointee /= 2 }
        #expect(denormal > 0)
        #expect(denormal * 2 == .leastNormalMagnitude)
        let made = try registry.basis("flushing")
        #expect(try made.forward([denormal, 1, 2])[0] == -denormal)
        #expect(denormal / 2 != 0)
        guard case .finished(let report) = try host.host().validate(path, level: .highest).outcome else {
            Issue.record("it did not come to its end")
            return
        }
        #expect(report.failures.contains { $0.law == "it leaves the floating-point environment alone" })
    }

    /// A program that is not what it should be is no fault of the plugin's, and nothing is remembered of it.
    @Test func anotherProgram() throws {
        let path = try FixturePlugin.healthy()
        let host = try FixtureHost([path])
        let error = #expect(throws: PluginError.self) { try host.look(program: "/bin/false") }
        #expect(
            error?.description
                == "'/bin/false' cannot be started for a plugin: exit with status 1 before it began; GUD_PROGRAM must name "
                + "the program 'gud'")
        #expect(try host.look().status(of: path) == "ok")
    }

    /// A program that is not there is named.
    @Test func noProgramToTryWith() throws {
        let path = try FixturePlugin.healthy()
        let error = #expect(throws: PluginError.self) { try FixtureHost([path]).look(program: noProgram) }
        #expect(
            error?.description
                == "'\(noProgram)' cannot be started for a plugin: No such file or directory; GUD_PROGRAM must name the "
                + "program 'gud'")
    }

    /// A parent may have had the program ignore the ends of its children.
    @Test(.enabled(if: Compiler.has("perl"), "there is no perl to ignore signals for another program"))
    func endsAreIgnored() throws {
        let plugin = try FixturePlugin.healthy()
        let (status, said) = try Compiler.run(
            Compiler.path("perl") ?? "perl",
            [
                "-e", "$SIG{CHLD} = 'IGNORE'; exec @ARGV", PluginHost.Options.defaultProgram, "plugin", "probe", plugin,
            ], environment: ["HOME": FixtureFolder.new()])
        #expect(status == 0)
        #expect(said.contains("\(plugin): ok\n"))
    }
}
