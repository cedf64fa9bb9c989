/// Keeps the largest violation of a law, and where it was met.
struct Worst {
    private(set) var measured = 0.0
    private(set) var detail = "no violation"

    /// Takes note of a violation where it is the largest so far; NaN counts as infinite.
    mutating func note(_ violation: Double, _ place: () -> String) {
        let violation = violation.isNaN ? .infinity : violation
        guard violation > measured else { return }
        measured = violation
        detail = place()
    }

    /// The finding that the notes add up to.
    func finding(_ law: String, allowed: Double) -> Finding {
        Finding(law: law, measured: measured, allowed: allowed, detail: detail)
    }
}
