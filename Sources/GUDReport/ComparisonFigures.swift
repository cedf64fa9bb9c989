import GUDEvaluation
import GUDPlot

/// The figures of a comparison; a group of runs has one colour in all of them.
struct ComparisonFigures {
    let groups: [RunGroup]

    /// A measure of sample quality against evaluations of the denoiser, a panel for each measure and extractor.
    ///
    /// Dots are means over seeds; bars are the interval over seeds, or for one run the measure's own standard error.
    func quality() throws(PlotError) -> Figure? {
        var panels: [Plot] = []
        for extractor in groups.first?.runs.first?.evaluation.recipe.extractors.map(\.name) ?? [] {
            for name in Measure.Name.allCases {
                let marks = groups.enumerated().flatMap { index, group in
                    curves(of: group, measure: name, extractor: extractor, ink: .category(index))
                }
                guard !marks.isEmpty else { continue }
                panels.append(
                    Plot(
                        "\(name.heading), \(extractor)", x: Axis("evaluations per sample", scale: .logarithmic),
                        y: Axis(name.heading), marks: marks + floor(name, extractor), legend: .none))
            }
        }
        return panels.isEmpty ? nil : Figure("Sample quality by cost", panels: panels, columns: 2)
    }

    /// One line per sampler of a group, each second one dashed.
    private func curves(of group: RunGroup, measure: Measure.Name, extractor: String, ink: Ink) -> [Mark] {
        var samplers: [[String: String]] = []
        for entry in group.runs[0].evaluation.modelEntries {
            guard let sampler = Self.sampler(entry), !samplers.contains(sampler) else { continue }
            samplers.append(sampler)
        }
        return samplers.enumerated().flatMap { position, sampler -> [Mark] in
            let entries = group.runs[0].evaluation.modelEntries.filter { Self.sampler($0) == sampler }
            let dots = entries.compactMap { entry -> (cost: Double, value: Double, error: Double)? in
                let values = group.runs.compactMap { run in
                    run.evaluation.modelEntries.first { $0.name == entry.name }?.measure(measure, on: extractor)
                }
                guard let cost = entry.sampling?.evaluationsPerSample,
                    let estimate = SeedEstimate(values.map { $0.value * measure.scale })
                else { return nil }
                let own = (values[0].standardError ?? 0) * measure.scale
                return (cost, estimate.mean, estimate.halfWidth ?? own)
            }.sorted { $0.cost < $1.cost }
            guard !dots.isEmpty else { return [] }
            let (x, y) = (dots.map(\.cost), dots.map(\.value))
            return [
                .line(Line(x: x, y: y, ink: ink, isDashed: position % 2 == 1)),
                .points(Points(x: x, y: y, error: dots.map(\.error), ink: ink)),
            ]
        }
    }

    /// What a line is of: a sampler with its parameters, whatever the number of steps.
    private static func sampler(_ entry: RunEvaluation.Entry) -> [String: String]? {
        entry.sampling.map { sampling in
            let others = ["name": sampling.sampler, "guidance": entry.guiding?.name ?? ""]
            return sampling.parameters.filter { $0.key != "steps" }.merging(others) { $1 }
        }
    }

    /// What training data reach themselves.
    private func floor(_ measure: Measure.Name, _ extractor: String) -> [Mark] {
        let evaluations = groups.flatMap(\.runs).map(\.evaluation)
        let costs = evaluations.flatMap { $0.modelEntries.compactMap { $0.sampling?.evaluationsPerSample } }
        guard let value = evaluations.first?.floor?.measure(measure, on: extractor)?.value, let low = costs.min(),
            let high = costs.max(), low < high
        else { return [] }
        return [
            .line(
                Line(x: [low, high], y: [value * measure.scale, value * measure.scale], ink: .muted, isDashed: true))
        ]
    }

    /// −log₂ P of held-out data by group.
    func likelihood() throws(PlotError) -> Figure? {
        let known = groups.enumerated().compactMap { index, group in
            group.estimate { $0.evaluation.likelihood?.bitsPerDimension }.map { (index, group, $0) }
        }
        guard !known.isEmpty else { return nil }
        let marks = known.enumerated().map { place, item -> Mark in
            let (index, group, estimate) = item
            let own = group.runs[0].evaluation.likelihood?.standardError ?? 0
            return .points(
                Points(
                    x: [Double(place)], y: [estimate.mean], error: [estimate.halfWidth ?? own],
                    ink: .category(index)))
        }
        return Figure(
            "Likelihood of held-out data",
            panels: [
                Plot(
                    x: Axis("run", categories: known.map { "\($0.0 + 1)" }), y: Axis("bits/dim"), marks: marks,
                    legend: .none)
            ], plotWidth: 420)
    }

    /// The bits of each band of components: frequencies, levels, columns, as the basis orders them.
    func bands() throws(PlotError) -> Figure? {
        var orders: [String] = []
        for run in groups.flatMap(\.runs) {
            guard let order = run.evaluation.likelihood?.order, !orders.contains(order) else { continue }
            orders.append(order)
        }
        let panels = orders.map { order -> Plot in
            let marks = groups.enumerated().flatMap { index, group -> [Mark] in
                guard let likelihood = group.runs[0].evaluation.likelihood, likelihood.order == order else { return [] }
                let (x, y) = (
                    likelihood.parts.map(\.label), likelihood.parts.map { $0.bits / Double($0.componentCount) }
                )
                let error = likelihood.parts.map { ($0.standardError ?? 0) / Double($0.componentCount) }
                return [
                    .line(Line(x: x, y: y, ink: .category(index))),
                    .points(Points(x: x, y: y, error: error, ink: .category(index))),
                ]
            }
            return Plot(
                "by \(order)", x: Axis(order), y: Axis("bits per component"), marks: marks, legend: .none)
        }
        return panels.isEmpty ? nil : Figure("Where the bits are", panels: panels, columns: 2)
    }

    /// The power of samples against data in each band of frequencies, by the first sampler.
    func spectra() throws(PlotError) -> Figure? {
        let marks = groups.enumerated().flatMap { index, group -> [Mark] in
            guard let bands = group.runs[0].evaluation.modelEntries.first?.spectrum, !bands.isEmpty else { return [] }
            let (x, y) = (bands.map(\.label), bands.map { $0.decibels ?? .nan })
            return [
                .line(Line(x: x, y: y, ink: .category(index))),
                .points(Points(x: x, y: y, error: bands.map { $0.decibelsError ?? 0 }, ink: .category(index))),
            ]
        }
        guard !marks.isEmpty else { return nil }
        return Figure(
            "Power of samples against held-out data",
            panels: [Plot(x: Axis("frequency"), y: Axis("power ratio", unit: "dB"), marks: marks, legend: .none)],
            plotWidth: 420)
    }

    /// The noise schedule of each group.
    func schedules() -> [Figure] {
        groups.compactMap { group in
            guard var figure = group.runs[0].schedule else { return nil }
            figure.title = "Schedule: \(group.name)"
            return figure
        }
    }

    /// Training losses.
    func losses() throws(PlotError) -> Figure? {
        let marks = groups.enumerated().flatMap { index, group in
            group.runs.filter { !$0.losses.isEmpty }.map { run -> Mark in
                .line(Line(x: run.losses.map(\.step), y: run.losses.map(\.loss), ink: .category(index), width: 1.2))
            }
        }
        guard !marks.isEmpty else { return nil }
        return Figure(
            "Training loss", panels: [Plot(x: Axis("step"), y: Axis("mean (ε̂ − ε)²"), marks: marks, legend: .none)],
            plotWidth: 420)
    }
}
