import Foundation
import GUDCore

/// A number of one window, by which windows of strips are compared with windows of data.
public enum WindowStatistic: String, Sendable, Codable, CaseIterable {
    /// The mean of all scalars.
    case mean
    /// The standard deviation of all scalars about the window's own mean.
    case deviation
    /// The mean absolute difference of neighbouring lines.
    case absoluteDifference
    /// Power along the axis in waves longer than four lines, the mean of each place in a line left out.
    case lowPower
    /// Power along the axis in waves of four lines and shorter.
    case highPower

    /// Its name for people.
    public var heading: String {
        switch self {
        case .mean: "mean"
        case .deviation: "deviation"
        case .absoluteDifference: "line difference"
        case .lowPower: "low-frequency power"
        case .highPower: "high-frequency power"
        }
    }

    /// The statistic of a window.
    ///
    /// Powers are mean squares of the orthonormal discrete cosine transform (DCT-II) along the axis, summed over a band and divided by the lines:
    /// with the mean's, they add up to the mean square.
    ///
    /// - Parameters:
    ///   - lines: Line by line, row-major `[lines, size]`, two lines or more.
    ///   - size: Scalars of a line.
    func value(of lines: ArraySlice<Float>, size: Int) -> Double {
        let count = Double(lines.count)
        switch self {
        case .mean: return lines.reduce(0.0) { $0 + Double($1) } / count
        case .deviation:
            let mean = lines.reduce(0.0) { $0 + Double($1) } / count
            return (lines.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count).squareRoot()
        case .absoluteDifference:
            let sum = zip(lines, lines.dropFirst(size)).reduce(0.0) { $0 + abs(Double($1.1) - Double($1.0)) }
            return sum / (count - Double(size))
        case .lowPower, .highPower: return power(of: lines, size: size)
        }
    }

    private func power(of lines: ArraySlice<Float>, size: Int) -> Double {
        let length = lines.count / size
        let band = self == .lowPower ? 1..<max(1, (length + 1) / 2) : max(1, (length + 1) / 2)..<length
        var sum = 0.0
        for frequency in band {
            var coefficients = [Double](repeating: 0, count: size)
            for line in 0..<length {
                let wave = cos(.pi * (Double(line) + 0.5) * Double(frequency) / Double(length))
                for place in 0..<size {
                    coefficients[place] += wave * Double(lines[lines.startIndex + line * size + place])
                }
            }
            sum += coefficients.reduce(0) { $0 + $1 * $1 } * 2 / Double(length)
        }
        return sum / Double(lines.count)
    }
}
