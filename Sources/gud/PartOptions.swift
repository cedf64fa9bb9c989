import ArgumentParser
import GUDCore
import GUDSampling

/// Which components of a sample are given, and which are left out, when the likelihood of the rest is measured.
struct PartOptions: ParsableArguments {
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Measure the rest given these components: level, frequency, row, column or component, with labels and ranges, such as "
                + "column:0-3. May be repeated.",
            valueName: "ORDER:LABELS"))
    var given: [String] = []

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Measure without these components, as if they did not exist. May be repeated.", valueName: "ORDER:LABELS"))
    var absent: [String] = []

    func validate() throws {
        do {
            for text in given + absent { _ = try ComponentSelection(text) }
        } catch {
            throw ValidationError(error.description)
        }
        for (option, texts) in [("--given", given), ("--absent", absent)] {
            if let text = texts.first(where: { $0.contains("=") }) {
                throw ValidationError("\(option) \(text): a component is part of it or not; leave out the weight")
            }
        }
    }

    /// The part; `nil` where nothing is named.
    func part(in basis: any Basis) throws -> LikelihoodPart? {
        if given.isEmpty, absent.isEmpty { return nil }
        func mask(_ texts: [String]) throws -> [Bool] {
            let selections = try texts.map { text throws(ComponentSelectionError) in try ComponentSelection(text) }
            return try ComponentSelection.weights(selections, in: basis).map { $0 != 0 }
        }
        return try LikelihoodPart(given: try mask(given), absent: try mask(absent))
    }
}
