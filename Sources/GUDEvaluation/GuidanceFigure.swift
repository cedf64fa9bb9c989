import GUDPlot

/// What guidance does: class accuracy and sample quality against the scale, a panel each, by one extractor.
///
/// A line for every sampler and every interval or choice of components; dashed in grey what training images reach.
public struct GuidanceFigure {
    private let evaluations: [RunEvaluation]
    private let extractor: String

    /// The figure of records of one run, by the extractor that classifies, or the last.
    public init(_ evaluations: [RunEvaluation], extractor: String? = nil) {
        self.evaluations = evaluations
        let known = evaluations.first?.recipe.extractors.map(\.name) ?? []
        let classifying = known.last { name in
            evaluations.contains { $0.entries.contains { $0.classAccuracy(by: name) != nil } }
        }
        self.extractor = extractor ?? classifying ?? known.last ?? ""
    }

    /// The measures beside the accuracy.
    private static let measures: [Measure.Name] = [.frechet, .nearestNeighbourAccuracy]

    /// The figure; `nil` where no samples were guided.
    public func figure() -> Figure? {
        guard !curves.isEmpty else { return nil }
        var panels: [Plot] = []
        let accuracies = marks { $0.classAccuracy(by: extractor).map { ($0.accuracy, $0.standardError) } }
        if !accuracies.isEmpty {
            panels.append(
                Plot(
                    "class accuracy", x: Axis("guidance scale"), y: Axis("accuracy of the classifier"),
                    marks: accuracies,
                    legend: curves.count > 1 ? .above : .none))
        }
        for measure in Self.measures {
            let marks = marks { $0.measure(measure, on: extractor).map { ($0.value, $0.standardError ?? 0) } }
            guard !marks.isEmpty else { continue }
            panels.append(
                Plot(
                    "\(measure.heading), \(extractor)", x: Axis("guidance scale"), y: Axis(measure.heading),
                    marks: marks,
                    legend: curves.count > 1 && panels.isEmpty ? .above : .none))
        }
        return panels.isEmpty ? nil : Figure("Guidance", panels: panels)
    }

    private var entries: [RunEvaluation.Entry] { evaluations.flatMap(\.modelEntries).filter { $0.guiding != nil } }

    /// What a line is of: everything but the scale.
    private func curve(_ entry: RunEvaluation.Entry) -> String {
        let (scale, whole) = (entry.guiding?.name ?? "", entry.name)
        let sampler = whole.hasSuffix(", " + scale) ? String(whole.dropLast(scale.count + 2)) : whole
        let place = scale.split(separator: " ").dropFirst(2).joined(separator: " ")
        return sampler + (place.isEmpty ? "" : ", \(place)")
    }

    private var curves: [String] {
        entries.reduce(into: []) { names, entry in
            if !names.contains(curve(entry)) { names.append(curve(entry)) }
        }
    }

    private func marks(_ value: (RunEvaluation.Entry) -> (value: Double, error: Double)?) -> [Mark] {
        var marks: [Mark] = []
        for (index, name) in curves.enumerated() {
            let dots = entries.filter { curve($0) == name }.compactMap { entry in
                value(entry).map { (scale: entry.guiding?.scale ?? .nan, value: $0.value, error: $0.error) }
            }.sorted { $0.scale < $1.scale }
            guard !dots.isEmpty else { continue }
            let (x, y) = (dots.map(\.scale), dots.map(\.value))
            marks.append(.line(Line(name, x: x, y: y, ink: .category(index))))
            marks.append(.points(Points(x: x, y: y, error: dots.map(\.error), ink: .category(index))))
        }
        let scales = entries.compactMap { $0.guiding?.scale }
        if !marks.isEmpty, let floor = evaluations.first?.floor.flatMap(value)?.value, let low = scales.min(),
            let high = scales.max(), low < high
        {
            marks.append(
                .line(Line("training images", x: [low, high], y: [floor, floor], ink: .muted, isDashed: true)))
        }
        return marks
    }
}
