import Dispatch
import Foundation
import GUDCore
import Synchronization
import Testing

@testable import GUDPluginHost

/// The host calls a plugin no more often at once than it says that it takes.
@Suite(.serialized, .enabled(if: FixturePlugin.isPossible, FixturePlugin.skipped))
struct ThreadTests {
    private final class Found: Sendable {
        let messages = Mutex<[String]>([])
    }

    /// The reasons for which calls failed that four threads made, four each; the body is told which call it is.
    private func failures(_ body: @escaping @Sendable (Int) throws -> Void) -> [String] {
        let (found, done) = (Found(), DispatchSemaphore(value: 0))
        for thread in 0..<4 {
            Thread.detachNewThread {
                for turn in 0..<4 {
                    do { try body(4 * turn + thread) } catch { found.messages.withLock { $0.append("\(error)") } }
                }
                done.signal()
            }
        }
        for _ in 0..<4 { done.wait() }
        return found.messages.withLock { $0 }
    }

    /// The plugin notices calls that overlap; without that, the other tests would show nothing.
    @Test func anyNumber() throws {
        let schedule = try FixtureHost([FixturePlugin.threads(0)]).registry().0.schedule("threads", isolated: false)
        #expect(failures { _ in _ = try schedule.gamma(at: 0.5) } != [])
    }

    /// To make a member is a call into the object that makes it.
    @Test(arguments: [1, 2])
    func oneOnAnObject(threads: Int) throws {
        let schedule = try FixtureHost([FixturePlugin.threads(threads)]).registry().0
            .schedule("threads", isolated: false)
        let family = try #require(schedule as? any ScheduleFamily)
        let found = failures { index in
            let asked: any NoiseSchedule = (index / 4 + index) % 2 == 0 ? schedule : family.member(at: 0.5)
            _ = try asked.gamma(at: 0.5)
        }
        #expect(found == [])
    }

    /// A library is entered once in a process, and takes one call at a time, however many registries name it.
    @Test func oneInAPlugin() throws {
        let host = try FixtureHost([FixturePlugin.threads(2)])
        let schedules = try (0..<2).map { _ in try host.registry().0.schedule("threads", isolated: false) }
        #expect(failures { _ = try schedules[$0 % 2].gamma(at: 0.5) } == [])
    }

    /// The host's threads would wait for the plugin, and the plugin for them.
    @Test(.timeLimit(.minutes(2)), arguments: [0, 1, 2], [false, true])
    func spacesOfTheSamePlugin(threads: Int, isolated: Bool) throws {
        let registry = try FixtureHost([FixturePlugin.threads(threads)]).registry().0
        let values: [Float] = [0.5, -1, 2, 8]
        let space = try ComponentSpace(
            basis: try registry.basis("threads", ["isolated": .bool(isolated)], shape: .vector(4)),
            mean: [0, 0, 1, 0], scale: [1, 2, 1, 4], variances: [1, 1, 1, 1])
        let given = try registry.conditioner("threads", isolated: isolated).condition(
            ConditionRequest(observed: Observation(values, mask: [true, true, true, true])), in: space
        ).given
        #expect(given?.values == [0.5, -0.5, 1, 2])
    }

    /// What a plugin says to the user gets there from its own process as well.
    @Test(arguments: [false, true])
    func log(isolated: Bool) throws {
        let found = Found()
        PluginHost.setLog { plugin, text in found.messages.withLock { $0.append("\(plugin): \(text)") } }
        let schedule = try FixtureHost([FixturePlugin.threads(0)]).registry().0.schedule("threads", isolated: isolated)
        _ = try #require(schedule as? any ScheduleFamily).member(at: 0.25)
        #expect(found.messages.withLock { $0 }.contains("org.example.threads: a quarter is asked for"))
    }
}
