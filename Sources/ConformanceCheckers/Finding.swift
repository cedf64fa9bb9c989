/// What one law came to on one component: a value to read, not an assertion.
///
/// A checker returns its findings in the order of the laws, whether they hold or not, so that a test asserts on them, a
/// command prints them as a table, and a report keeps the measured numbers.
public struct Finding: Sendable, Equatable {
    /// The law, as a phrase that is true where it holds: "γ never decreases in t".
    public let law: String
    /// Whether it holds.
    public let passed: Bool
    /// The largest violation that was measured, in the law's own unit; 0 where there was none.
    public let measured: Double
    /// The largest violation that is allowed.
    public let allowed: Double
    /// Where the worst case was met: the time, component and values.
    public let detail: String

    /// A finding.
    public init(law: String, passed: Bool, measured: Double, allowed: Double, detail: String) {
        self.law = law
        self.passed = passed
        self.measured = measured
        self.allowed = allowed
        self.detail = detail
    }

    /// A finding that passes where the measured violation is at most the allowed one; NaN never passes.
    public init(law: String, measured: Double, allowed: Double, detail: String) {
        self.init(law: law, passed: measured <= allowed, measured: measured, allowed: allowed, detail: detail)
    }
}

extension Finding: CustomStringConvertible {
    /// One line: the verdict, the law, the numbers, and the worst case.
    public var description: String {
        "\(passed ? "holds" : "FAILS"): \(law) (measured \(measured), allowed \(allowed); \(detail))"
    }
}
