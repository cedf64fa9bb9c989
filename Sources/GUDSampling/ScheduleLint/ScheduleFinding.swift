/// What one check of a schedule found.
public struct ScheduleFinding: Sendable, Equatable {
    /// How bad it is.
    public enum Verdict: String, Sendable, Equatable, CaseIterable {
        /// Nothing to do.
        case ok
        /// It works, but something is wasted or lost.
        case warning
        /// Training or sampling with it would go wrong.
        case error
    }

    /// What was checked.
    public let check: String
    /// How bad it is.
    public let verdict: Verdict
    /// What was measured, and why the verdict.
    public let reason: String
    /// What to do about it; `nil` where there is nothing to do.
    public let remedy: String?
    /// Numbers behind the reason, by name, for scripts.
    public let values: [String: Double]

    /// A finding.
    public init(
        _ check: String, _ verdict: Verdict, _ reason: String, remedy: String? = nil, values: [String: Double] = [:]
    ) {
        self.check = check
        self.verdict = verdict
        self.reason = reason
        self.remedy = verdict == .ok ? nil : remedy
        self.values = values
    }
}
