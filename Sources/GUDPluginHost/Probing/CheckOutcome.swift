import Foundation

/// What became of a plugin that was checked in a process of its own.
public enum CheckOutcome: Codable, Sendable {
    /// It ran to its end; the report says what holds.
    case finished(ValidationReport)
    /// It cannot be used, and said so in an orderly way.
    case rejected(String)
    /// The process died of it, or had to be ended.
    case broken(Breakdown)

    /// How and where a process came to its end.
    public struct Breakdown: Codable, Sendable, Equatable {
        /// What happened: `signal 11 (SIGSEGV)`, `it did not come back within 5 s`, `exit with status 3`.
        public var event: String
        /// What was being done.
        public var stage: String
        /// What was touched, where that is known.
        public var fault: String?
        /// Its last words on standard output and error.
        public var output: String

        /// The whole in one line.
        public var line: String {
            "\(event) during '\(stage)'" + (fault.map { ": \($0)" } ?? "")
                + (output.isEmpty ? "" : "; it said: \(output)")
        }

        /// The name of a signal with its number.
        static func name(of signal: Int32) -> String {
            let names: [Int32: String] = [
                SIGSEGV: "SIGSEGV", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGILL: "SIGILL", SIGFPE: "SIGFPE",
                SIGKILL: "SIGKILL", SIGTRAP: "SIGTRAP", SIGXCPU: "SIGXCPU: its processor time is used up",
                SIGSYS: "SIGSYS", SIGTERM: "SIGTERM",
            ]
            return "signal \(signal)" + (names[signal].map { " (\($0))" } ?? "")
        }
    }

    /// Why the plugin must not be used; `nil` where it may.
    public var objection: String? {
        switch self {
        case .finished(let report):
            report.failures.first.map { first in
                "it breaks the contract: \(first.component): \(first.law): \(first.detail)"
                    + (report.failures.count > 1 ? "; and \(report.failures.count - 1) more" : "")
            }
        case .rejected(let reason): reason
        case .broken(let breakdown): breakdown.line
        }
    }

    /// Whether the process died of it.
    public var isBreakdown: Bool { if case .broken = self { true } else { false } }
}
