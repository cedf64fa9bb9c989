/// A smooth falling curve through the times of a grid, over the fraction of steps taken.
///
/// Piecewise cubic and monotone: the slope at each time is the harmonic mean of the differences to either side.
///
/// Source: Fritsch & Butland, "A method for constructing local monotone piecewise cubic interpolants", SIAM J. Sci. Stat. Comput. 5
/// (1984), equation 5 at equal distances.
struct MonotoneCubic {
    private let values: [Double]
    private let slopes: [Double]

    /// A curve through at least two values that fall strictly.
    init(_ values: [Double]) {
        self.values = values
        let rises = zip(values, values.dropFirst()).map { $1 - $0 }
        let inner = zip(rises, rises.dropFirst()).map { 2 * $0 * $1 / ($0 + $1) }
        slopes = rises.isEmpty ? [0] : [rises[0]] + inner + [rises[rises.count - 1]]
    }

    /// The curve at a fraction in [0, 1].
    func value(at fraction: Double) -> Double {
        let place = fraction * Double(values.count - 1)
        let index = min(Int(place), values.count - 2)
        let x = place - Double(index)
        let rise = values[index + 1] - values[index]
        let (left, right) = (slopes[index] - rise, slopes[index + 1] - rise)
        return values[index] + x * rise + x * (1 - x) * ((1 - x) * left - x * right)
    }

    /// Equal steps along the curve.
    func grid(steps: Int) -> TimeGrid? {
        TimeGrid(times: [1] + (1..<steps).map { value(at: Double($0) / Double(steps)) } + [0])
    }
}
