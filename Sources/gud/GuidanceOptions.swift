import ArgumentParser
import Foundation
import GUDCore
import GUDPipeline

/// When and where guidance acts, shared by all commands that draw samples of a class.
struct GuidanceOptions: ParsableArguments {
    @Option(
        name: .customLong("guidance-interval"),
        help: ArgumentHelp(
            "Guide only at times LOW < t <= HIGH, of 1 (noise) to 0 (data); the plain conditional model elsewhere.",
            valueName: "LOW,HIGH"))
    var interval: String?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Guide only these components: level, frequency, row, column or component, with labels and ranges, such as level:0,1; "
                + "=W behind gives them a weight. May be repeated.",
            valueName: "ORDER:LABELS[=W]"))
    var guide: [String] = []

    /// Whether any of them was given.
    var isGiven: Bool { interval != nil || !guide.isEmpty }

    func validate() throws {
        do {
            _ = try chosenInterval()
            for text in guide { _ = try ComponentSelection(text) }
        } catch let error as any GUDError {
            throw ValidationError(error.description)
        }
    }

    /// Guidance of a scale, in the components that are named.
    func guidance(scale: Double, in pipeline: Pipeline) throws -> Guidance {
        let selections = try guide.map { text throws(ComponentSelectionError) in try ComponentSelection(text) }
        let weights =
            selections.isEmpty ? nil : try ComponentSelection.weights(selections, in: pipeline.space.basis)
        return try Guidance(scale: scale, interval: try chosenInterval(), weights: weights)
    }

    private func chosenInterval() throws -> GuidanceInterval {
        guard let interval else { return .whole }
        let remedy = "write two times, such as 0.3,0.9"
        let ends: [Double] = try CommaList.numbers(interval, of: "--guidance-interval", remedy: remedy)
        guard ends.count == 2 else { throw ValidationError("--guidance-interval \(interval): \(remedy)") }
        return try GuidanceInterval(from: ends[0], to: ends[1])
    }
}
