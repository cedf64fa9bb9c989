import ConformanceCheckers

/// What trying a plugin came to.
public struct ValidationReport: Codable, Sendable {
    /// One thing that was tried.
    public struct Check: Codable, Sendable, Equatable {
        /// The component, `basis/walsh`, or `library`.
        public var component: String
        /// The level that it belongs to.
        public var level: Int
        /// What should hold, as a phrase.
        public var law: String
        /// Whether it does.
        public var passed: Bool
        /// What was measured, where the worst case was met, or why it fails.
        public var detail: String

        /// The check in one line.
        public var line: String {
            "\(passed ? "pass" : "FAIL")  \(level)  \(component): \(law)" + (passed ? "" : " (\(detail))")
        }
    }

    /// What the plugin says of itself.
    public var description: PluginDescription
    /// The level that was asked for.
    public var level: Int
    /// The seed of everything random.
    public var seed: UInt64
    /// What was tried, in order.
    public var checks: [Check] = []
    /// What a person should know beyond that.
    public var notes: [String] = []

    /// Whether everything holds.
    public var passed: Bool { checks.allSatisfy(\.passed) }
    /// What does not hold.
    public var failures: [Check] { checks.filter { !$0.passed } }
}

extension ValidationReport.Check {
    /// A check from a law's finding.
    init(_ finding: Finding, component: String, level: Int, place: String) {
        self.init(
            component: component, level: level, law: "\(finding.law) [\(place)]", passed: finding.passed,
            detail: "measured \(finding.measured), allowed \(finding.allowed); \(finding.detail)")
    }
}
