import ArgumentParser
import Foundation
import GUDCore
import GUDSampling

struct ScheduleLintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Check a schedule: its ends, dead time, overlap, stiffness and steps.",
        discussion: """
            Every check has a verdict (ok, warning, error), a reason and a remedy; all are closed forms of the schedule and
            the components' variances. The exit status is 1 where an error is found.

            Example:
              gud schedule lint digits.yaml --set schedule.softness=0.1
              gud schedule lint vp --components 64 --json
            """)

    @Argument(
        help: "The name of a schedule, as in 'gud list schedule'; a configuration file; or the directory of a run.")
    var name: String

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var options: ScheduleOptions

    func run() throws {
        let subject = try options.subject(name)
        let data = subject.data.map { ScheduleLint.Data($0.space, binWidth: $0.binWidth) }
        let findings = try ScheduleLint(
            subject.schedule, data: data ?? ScheduleLint.Data(variances: subject.variances)
        ).findings()
        print(try json ? JSONText.of(findings.map(\.json)) : findings.map(\.text).joined(separator: "\n"))
        if findings.contains(where: { $0.verdict == .error }) { throw ExitCode(1) }
    }
}

extension ScheduleFinding {
    /// The finding as a script reads it.
    fileprivate var json: [String: Any] {
        [
            "check": check, "verdict": verdict.rawValue, "reason": reason, "remedy": remedy ?? NSNull(),
            "values": values.mapValues { JSONText.object(.number($0)) },
        ]
    }

    /// The finding as people read it.
    fileprivate var text: String {
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(width - text.count, 0))
        }
        let line = "\(padded(verdict.rawValue, 7))  \(padded(check, 14))  \(reason)"
        return remedy.map { "\(line)\n\(String(repeating: " ", count: 25))→ \($0)" } ?? line
    }
}
