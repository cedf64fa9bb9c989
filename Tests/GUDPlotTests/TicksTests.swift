import Testing

@testable import GUDPlot

@Suite("Ticks")
struct TicksTests {
    @Test(
        "A linear axis has 1-2-5 steps",
        arguments: [
            (0.0...1.0, [0, 0.2, 0.4, 0.6, 0.8, 1.0], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
            (-7.0...7.0, [-6, -4, -2, 0, 2, 4, 6], ["−6", "−4", "−2", "0", "2", "4", "6"]),
            (0.0...23.0, [0, 5, 10, 15, 20], ["0", "5", "10", "15", "20"]),
            (0.1...0.3, [0.1, 0.15, 0.2, 0.25, 0.3], ["0.10", "0.15", "0.20", "0.25", "0.30"]),
            (999.0...1001.0, [999, 999.5, 1000, 1000.5, 1001], ["999.0", "999.5", "1000.0", "1000.5", "1001.0"]),
            (
                0.0...3e6, [0, 5e5, 1e6, 1.5e6, 2e6, 2.5e6, 3e6],
                ["0", "5×10⁵", "10⁶", "1.5×10⁶", "2×10⁶", "2.5×10⁶", "3×10⁶"]
            ),
            (0.0...2e-6, [0, 5e-7, 1e-6, 1.5e-6, 2e-6], ["0", "5×10⁻⁷", "10⁻⁶", "1.5×10⁻⁶", "2×10⁻⁶"]),
        ])
    func linear(range: ClosedRange<Double>, values: [Double], labels: [String]) {
        let ticks = Ticks.linear(range)
        #expect(ticks.values == values)
        #expect(ticks.labels == labels)
    }

    @Test("Every range has a few ticks, all inside, equally spaced")
    func everyRange() {
        for exponent in -12...12 {
            for mantissa in [1.0, 1.3, 2.7, 4.9, 7.1, 9.9] {
                for start in [0.0, -3.3, 17] {
                    let width = mantissa * scale(exponent)
                    let range = start * width...start * width + width
                    let ticks = Ticks.linear(range)
                    #expect((3...11).contains(ticks.values.count), "\(range): \(ticks.values)")
                    #expect(
                        ticks.values.allSatisfy {
                            $0 >= range.lowerBound - 1e-8 * width && $0 <= range.upperBound + 1e-8 * width
                        })
                    let steps = zip(ticks.values.dropFirst(), ticks.values).map { $0 - $1 }
                    #expect(steps.allSatisfy { abs($0 - steps[0]) < 1e-6 * width })
                }
            }
        }
    }

    private func scale(_ exponent: Int) -> Double {
        (0..<abs(exponent)).reduce(1.0) { value, _ in exponent < 0 ? value / 10 : value * 10 }
    }

    @Test(
        "A logarithmic axis has powers of ten, or 1-2-5 within few",
        arguments: [
            (1e-3...10.0, [1e-3, 1e-2, 0.1, 1, 10], ["10⁻³", "10⁻²", "10⁻¹", "1", "10"]),
            (
                1e-12...1e12, [1e-12, 1e-8, 1e-4, 1, 1e4, 1e8, 1e12],
                ["10⁻¹²", "10⁻⁸", "10⁻⁴", "1", "10⁴", "10⁸", "10¹²"]
            ),
            (1.5...9.0, [2, 5], ["2", "5"]),
            (0.02...0.5, [0.02, 0.05, 0.1, 0.2, 0.5], ["0.02", "0.05", "0.1", "0.2", "0.5"]),
        ])
    func logarithmic(range: ClosedRange<Double>, values: [Double], labels: [String]) {
        let ticks = Ticks.logarithmic(range)
        #expect(ticks.values.count == values.count, "\(ticks.values)")
        #expect(zip(ticks.values, values).allSatisfy { abs($0 / $1 - 1) < 1e-15 }, "\(ticks.values)")
        #expect(ticks.labels == labels)
    }

    @Test("A logarithmic axis within a small part of a decade falls back to linear ticks")
    func narrow() {
        #expect(Ticks.logarithmic(3.1...3.9).values == [3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7, 3.8, 3.9])
    }
}
