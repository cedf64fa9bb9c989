/// Values of a statistic over independent draws.
struct Draws {
    let count: Int
    let mean: Double
    /// The standard deviation of one draw.
    let spread: Double

    init(_ values: [Double]) {
        count = values.count
        let mean = values.reduce(0, +) / Double(values.count)
        let sum: Double = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.mean = mean
        spread = (sum / Double(values.count - 1)).squareRoot()
    }

    /// The standard error of the mean.
    var error: Double { spread / Double(count).squareRoot() }
}

/// √(mean square).
func rootMeanSquare(_ values: [Double]) -> Double {
    (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
}
