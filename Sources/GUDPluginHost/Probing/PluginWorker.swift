import CPluginSystem
import Foundation
import GUDCore

/// The other side of ``GuardedCheck`` and of isolated plugins: what the command `plugin-worker` does.
///
/// A program that wants to check or isolate plugins without the program `gud` beside it calls ``run(_:)`` first thing
/// where its first argument is `plugin-worker`.
public enum PluginWorker {
    /// The descriptor of the channel to whoever started the process.
    static let channel: Int32 = 3
    /// The stage of a check in which the report is sent.
    static let reportingStage = "ending"

    /// Does what the arguments say, and ends the process.
    public static func run(_ arguments: [String]) -> Never {
        guard fcntl(channel, F_GETFD) >= 0 else {
            StandardError.write(
                "plugin-worker is started by GUD itself, for plugins that run in a process of their own\n")
            exit(2)
        }
        _ = (fcntl(channel, F_SETFD, FD_CLOEXEC), channelNumber)
        // Swift's runtime would stop to print a backtrace.
        for number in [SIGILL, SIGTRAP, SIGABRT, SIGFPE] { signal(number, SIG_DFL) }
        _ = gud_exit_with(channel)
        if arguments.count == 6, arguments[0] == "check" {
            check(
                arguments[1] == "library" ? .library : .manifest, file: arguments[2], name: arguments[3],
                level: ValidationLevel(Int(arguments[4]) ?? 1), seed: UInt64(arguments[5]) ?? 1)
        }
        if arguments.count == 4, arguments[0] == "serve" {
            IsolatedServer.run(arguments[1] == "library" ? .library : .manifest, file: arguments[2], name: arguments[3])
        }
        exit(2)
    }

    /// Opens a plugin's code in this process.
    static func open(
        _ kind: PluginCandidate.Kind, file: String, name: String, stage: (String) -> Void = { _ in }
    ) throws -> any OpenedPlugin {
        switch kind {
        case .library: try LoadedPlugin(path: file, name: name, stage: stage)
        case .manifest: try ForeignPlugin(manifest: file, name: name, stage: stage)
        }
    }

    /// Says on standard error, which the host quotes, that the plugin took the channel away.
    static func sayWhetherChannelIsGone() {
        var status = stat()
        guard fstat(channel, &status) != 0 || status.st_ino != channelNumber else { return }
        StandardError.write("it closed descriptor 3, which is the host's\n")
    }

    /// What the channel is known by.
    private static let channelNumber: ino_t = {
        var status = stat()
        return fstat(channel, &status) == 0 ? status.st_ino : 0
    }()

    private static func check(
        _ kind: PluginCandidate.Kind, file: String, name: String, level: ValidationLevel, seed: UInt64
    ) -> Never {
        gud_confine(level <= .probe ? 60 : 1200, 8 << 30)
        gud_report_faults(channel)
        func tell(_ messages: WorkerMessage...) { WorkerMessage.send(messages, to: channel) }
        do {
            let plugin = try open(kind, file: file, name: name) { tell(.stage($0)) }
            if let foreign = plugin as? ForeignPlugin {
                tell(.stage("the sample pairs of the manifest"))
                try foreign.manifest.checkSamples()
            }
            let trial = Trial(plugin, level: level, seed: seed) { tell(.stage($0)) }
            trial.run()
            tell(.stage(reportingStage))
            var report = trial.report
            let left = gud_kill_descendants()
            if left > 0 {
                report.checks.append(
                    .init(
                        component: "library", level: 1, law: "it leaves no process behind", passed: false,
                        detail: "\(left) still ran when the plugin was done, and had to be ended"))
            }
            if let loaded = plugin as? LoadedPlugin, loaded.changedFloatingPoint {
                report.checks.append(
                    .init(
                        component: "library", level: 10, law: "it leaves the floating-point environment alone",
                        passed: level < .highest,
                        detail: "it sets flush-to-zero or the like when it is opened: it was built "
                            + "with -ffast-math; build it without (the host puts the environment back)"))
            }
            sayWhetherChannelIsGone()
            WorkerMessage.send(WorkerMessage.pieces(of: try JSONEncoder().encode(report)), to: channel)
            // What the plugin does at the end of a program, it would do at the end of the host.
            tell(.stage("leaving the process"))
            exit(0)
        } catch {
            _ = gud_kill_descendants()
            sayWhetherChannelIsGone()
            tell(.rejected("\(error)"))
            _exit(1)
        }
    }
}
