import Foundation

/// Round numbers along an axis, with their texts.
///
/// Steps are 1, 2 or 5 times a power of ten. Every value is the double nearest to its decimal text.
///
/// Source: P. Heckbert, "Nice numbers for graph labels", Graphics Gems (1990).
public struct Ticks: Sendable, Equatable {
    /// The places, ascending.
    public let values: [Double]
    /// What is written at each.
    public let labels: [String]

    init(values: [Double], labels: [String]) {
        self.values = values
        self.labels = labels
    }

    /// About `target` ticks within a range of a linear axis.
    ///
    /// - Parameters:
    ///   - range: Finite ends, the lower below the upper.
    ///   - target: How many intervals would be welcome; the result has between half and twice as many.
    public static func linear(_ range: ClosedRange<Double>, target: Int = 5) -> Ticks {
        let raw = (range.upperBound - range.lowerBound) / Double(max(target, 1))
        guard raw > 0, raw.isFinite else { return Ticks(values: [range.lowerBound], labels: ["\(range.lowerBound)"]) }
        var exponent = Int(log10(raw).rounded(.down))
        let fraction = raw / pow(10, Double(exponent))
        var mantissa = fraction < 1.5 ? 1.0 : fraction < 3 ? 2 : fraction < 7 ? 5 : 10
        if mantissa == 10 { (mantissa, exponent) = (1, exponent + 1) }
        func place(_ index: Double) -> Double {
            // A quotient of whole numbers is the double nearest to the decimal; a product with 0.1 is not.
            exponent < 0 ? index * mantissa / pow(10, Double(-exponent)) : index * mantissa * pow(10, Double(exponent))
        }
        let step = place(1)
        let first = (range.lowerBound / step - 1e-9).rounded(.up)
        let last = (range.upperBound / step + 1e-9).rounded(.down)
        let values = first <= last ? Array(stride(from: first, through: last, by: 1)).map(place) : []
        let largest = values.map(abs).max() ?? 0
        let labels = values.map { value in
            largest >= 1e6 || step < 1e-4 ? scientific(value) : fixed(value, decimals: max(0, -exponent))
        }
        return Ticks(values: values.map { $0 == 0 ? 0 : $0 }, labels: labels)
    }

    /// Ticks of a logarithmic axis: powers of ten, thinned to at most `target`; 1-2-5 between them where fewer than two show.
    public static func logarithmic(_ range: ClosedRange<Double>, target: Int = 6) -> Ticks {
        let (low, high) = (log10(range.lowerBound), log10(range.upperBound))
        let first = Int((low - 1e-9).rounded(.up))
        let last = Int((high + 1e-9).rounded(.down))
        if last - first >= 1 {
            let every = max(1, (last - first + target - 1) / max(target, 1))
            let powers = (first...last).filter { $0.isMultiple(of: every) }
            return Ticks(values: powers.map(power), labels: powers.map { scientific(power($0)) })
        }
        var values: [Double] = []
        for exponent in Int(low.rounded(.down))...Int(high.rounded(.up)) {
            for mantissa in [1.0, 2, 5] {
                values.append(exponent < 0 ? mantissa / pow(10, Double(-exponent)) : mantissa * power(exponent))
            }
        }
        values = values.filter { $0 >= range.lowerBound * (1 - 1e-9) && $0 <= range.upperBound * (1 + 1e-9) }
        guard values.count >= 2 else { return linear(range, target: target) }
        return Ticks(values: values, labels: values.map(short))
    }

    private static func power(_ exponent: Int) -> Double {
        exponent < 0 ? 1 / pow(10, Double(-exponent)) : pow(10, Double(exponent))
    }

    private static func fixed(_ value: Double, decimals: Int) -> String {
        let text = String(format: "%.\(decimals)f", value == 0 ? 0 : value)
        return text.replacingOccurrences(of: "-", with: "−")
    }

    /// A number as people write it: `0.2`, `5000`, `2×10⁻⁷`.
    static func short(_ value: Double) -> String {
        guard value != 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
        guard abs(value) >= 1e-4, abs(value) < 1e6 else { return scientific(value) }
        return String(format: "%g", value).replacingOccurrences(of: "-", with: "−")
    }

    /// `10³`, `2×10⁻⁷`; 1 and 10 stay as they are.
    static func scientific(_ value: Double) -> String {
        guard value != 0 else { return "0" }
        var exponent = Int(log10(abs(value)).rounded(.down))
        var mantissa = abs(value) / pow(10, Double(exponent))
        if mantissa > 9.9999999 { (mantissa, exponent) = (1, exponent + 1) }
        let sign = value < 0 ? "−" : ""
        let isPower = abs(mantissa - 1) < 1e-9
        if isPower, (0...1).contains(exponent) { return sign + (exponent == 0 ? "1" : "10") }
        let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
        let raised =
            (exponent < 0 ? "⁻" : "") + String("\(abs(exponent))".compactMap(\.wholeNumberValue).map { digits[$0] })
        return sign + (isPower ? "" : String(format: "%g×", (mantissa * 1e6).rounded() / 1e6)) + "10" + raised
    }
}
