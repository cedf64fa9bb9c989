import GUDCore
import GUDPlot

/// Several evaluations of strips in one picture: what windows are like along the strip, and how seams differ from insides.
///
/// Bands are one standard error to either side; the dashed line is the data. Evaluations should be of windows of one kind of data.
public struct StripFigure {
    private let entries: [(name: String, evaluation: StripEvaluation)]

    /// A picture of named evaluations, in order.
    public init(_ entries: [(name: String, evaluation: StripEvaluation)]) { self.entries = entries }

    /// The figure: a plot per statistic along the strip, and bars of what is different at seams.
    ///
    /// Of evaluations with a single window, or without a seam, the respective part is left out; without both there is nothing to draw.
    public var figure: Figure {
        let statistics = WindowStatistic.allCases.filter { statistic in
            entries.contains { course(statistic, $0.evaluation) != nil }
        }
        return Figure(panels: statistics.map(plot) + seamPlots, columns: 3, plotWidth: 260, plotHeight: 170)
    }

    private func course(_ statistic: WindowStatistic, _ evaluation: StripEvaluation) -> WindowDrift.Course? {
        evaluation.drift?.courses.first { $0.statistic == statistic }
    }

    private func plot(_ statistic: WindowStatistic) -> Plot {
        var marks: [Mark] = []
        var last = 0.0
        for (index, entry) in entries.enumerated() {
            guard let course = course(statistic, entry.evaluation) else { continue }
            let (places, values) = (course.windows.indices.map(Double.init), course.windows.map(\.value))
            last = max(last, places.last ?? 0)
            marks.append(
                .line(
                    Line(
                        entry.name, x: places, y: values,
                        band: (
                            course.windows.map { $0.value - $0.standardError },
                            course.windows.map { $0.value + $0.standardError }
                        ), ink: .category(index))))
        }
        if let data = entries.lazy.compactMap({ course(statistic, $0.evaluation)?.data }).first {
            marks.append(
                .line(
                    Line("data", x: [0, last], y: [data.value, data.value], ink: .plain, width: 1.2, isDashed: true)))
        }
        return Plot(statistic.heading, x: Axis("window"), y: Axis(""), marks: marks, legend: .above)
    }

    private var seamPlots: [Plot] {
        let measured = entries.filter { $0.evaluation.seams != nil }
        guard !measured.isEmpty else { return [] }
        // One bar per evaluation, each in its own colour: bars of one colour stand for all others with a height of nothing.
        let marks = measured.indices.map { index -> Mark in
            let found = measured[index].evaluation.seams?.absoluteDifference
            let inside = found?.inside.value ?? 1
            let scale = 100 / (inside == 0 ? 1 : inside)
            var (heights, errors) = (
                [Double](repeating: 0, count: measured.count), [Double](repeating: 0, count: measured.count)
            )
            heights[index] = (found?.difference.value ?? 0) * scale
            errors[index] = (found?.difference.standardError ?? 0) * scale
            let color = entries.firstIndex { $0.name == measured[index].name } ?? index
            return .bars(Bars(heights: heights, error: errors, ink: .category(color)))
        }
        return [
            Plot(
                "line difference at seams against inside", x: Axis(categories: measured.map(\.name)),
                y: Axis("excess", unit: "%"), marks: marks, legend: .none)
        ]
    }
}
