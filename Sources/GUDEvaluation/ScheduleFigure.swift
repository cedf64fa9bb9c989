import Foundation
import GUDCore
import GUDPlot

/// A schedule as plots over time: γ, the data's log-SNR `log v − γ`, and β, a line per component.
///
/// Many components share a colour scale: by their labels where there are any, else by when half of them is noise, the first
/// time at which `v e^(−γ) ≤ 1`. No more than a limit are drawn, evenly chosen in that order, the first and last among
/// them, and the picture says so.
public struct ScheduleFigure {
    private let times: [Double]
    private let states: [NoisingState]
    private let variances: [Double]
    private let labels: [Double]?
    private let title: String
    private let lineLimit: Int

    /// Evaluates a schedule.
    ///
    /// - Parameters:
    ///   - variances: v_i of the whitened components; those that are 0 have no data SNR.
    ///   - labels: What to colour by.
    ///   - lineLimit: The most components that are drawn, at least 2.
    ///   - resolution: How many intervals of time.
    /// - Throws: ``ScheduleError``.
    public init(
        _ title: String, schedule: any NoiseSchedule, variances: [Double], labels: [Double]? = nil,
        lineLimit: Int = 48, resolution: Int = 400
    ) throws(ScheduleError) {
        self.title = title
        self.variances = variances
        self.labels = labels
        self.lineLimit = max(lineLimit, 2)
        times = (0...resolution).map { Double($0) / Double(resolution) }
        var states: [NoisingState] = []
        for time in times { states.append(try schedule.state(at: time)) }
        self.states = states
    }

    /// The figure.
    public var figure: Figure {
        let order = self.order
        let chosen = self.chosen(order.values)
        let values = chosen.map { order.values[$0] }
        let (low, high) = (values.min() ?? 0, values.max() ?? 0)
        let isColored = high - low > 1e-9
        let key = ColorKey(order.name, range: low...max(high, low))
        func plot(
            _ title: String, _ axis: String, hasKey: Bool, _ value: (NoisingState, Int) -> Double
        ) -> Plot {
            let lines = chosen.map { component in
                Mark.line(
                    Line(
                        x: times, y: states.map { value($0, component) },
                        ink: isColored ? .scaled(place(order.values[component], low, high)) : .category(0),
                        width: chosen.count > 12 ? 1.2 : 1.8))
            }
            return Plot(
                title, x: Axis("time t", range: 0...1), y: Axis(axis), marks: lines, legend: .none,
                key: hasKey && isColored ? key : nil)
        }
        let count = variances.count
        var notes: [String] = []
        if chosen.count < count { notes.append("\(chosen.count) of \(count) components are drawn.") }
        return Figure(
            title,
            panels: [
                plot("Negative log-SNR of the process", "γ", hasKey: false) { $0.gamma[$1] },
                plot("Log-SNR of the data", "log v − γ", hasKey: false) { log(variances[$1]) - $0.gamma[$1] },
                plot("Rate of the forward process", "β", hasKey: true) { $0.beta($1) },
            ], plotWidth: 280, plotHeight: 210, notes: notes)
    }

    private func place(_ value: Double, _ low: Double, _ high: Double) -> Double { (value - low) / (high - low) }

    /// What components are coloured by.
    private var order: (name: String, values: [Double]) {
        if let labels { return ("label", labels) }
        let halves = variances.indices.map { component in
            let index = states.firstIndex { variances[component] <= exp($0.gamma[component]) } ?? states.count - 1
            return times[index]
        }
        return ("time at which SNR is 1", halves)
    }

    /// Components to draw, in order.
    private func chosen(_ values: [Double]) -> [Int] {
        let sorted = variances.indices.filter { variances[$0] > 0 }.sorted { (values[$0], $0) < (values[$1], $1) }
        guard sorted.count > lineLimit else { return sorted.isEmpty ? Array(variances.indices) : sorted }
        return (0..<lineLimit).map { sorted[$0 * (sorted.count - 1) / (lineLimit - 1)] }
    }
}
