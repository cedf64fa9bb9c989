/// A number, and how far it may be off.
public struct Estimate: Sendable, Codable, Equatable {
    /// The number.
    public var value: Double
    /// Its standard error.
    public var standardError: Double

    /// A number with its standard error.
    public init(_ value: Double, standardError: Double) {
        self.value = value
        self.standardError = standardError
    }

    /// The mean of independent values, with its standard error `s/√n`.
    ///
    /// - Precondition: There are two values or more.
    init(meanOf values: [Double]) {
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.init(mean, standardError: (squares / (count - 1) / count).squareRoot())
    }

    /// The difference of independent estimates.
    static func - (left: Estimate, right: Estimate) -> Estimate {
        let (a, b) = (left.standardError, right.standardError)
        return Estimate(left.value - right.value, standardError: (a * a + b * b).squareRoot())
    }

    /// The number in units of its standard error: how clearly it differs from 0.
    ///
    /// Numbers that are 0 to the last digit have 0.
    public var significance: Double { value == 0 ? 0 : value / standardError }
}
