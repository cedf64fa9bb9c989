/// Components, named by what they stand for: `level:0,1`, `frequency:0-2`, `row:0`, `component:0-15`.
///
/// Labels are those of ``Basis/labels(_:)``; `component` counts from 0. A range `a-b` includes both ends. A weight may
/// follow, as in `level:0,1=0.5`.
public struct ComponentSelection: Sendable, Equatable {
    /// The ordering variable; `nil` for the component's own number.
    public let order: NaturalOrder?
    /// The labels, single ones as ranges of one.
    public let ranges: [ClosedRange<Double>]
    /// What the selected components weigh; 1 unless the text says otherwise.
    public let weight: Double
    /// As somebody wrote it.
    public let text: String

    /// Reads a text.
    ///
    /// - Throws: ``ComponentSelectionError/order(_:in:suggestion:)`` or ``ComponentSelectionError/text(_:)``.
    public init(_ text: String) throws(ComponentSelectionError) {
        let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2 else { throw .text(text) }
        let word = String(halves[0])
        order = NaturalOrder(rawValue: word)
        if order == nil, word != Self.numbered {
            throw .order(word, in: text, suggestion: nearest(to: word, among: Self.words))
        }
        let parts = halves[1].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        var weight = 1.0
        if parts.count == 2 {
            guard let number = Double(parts[1]), number.isFinite else { throw .text(text) }
            weight = number
        }
        var ranges: [ClosedRange<Double>] = []
        for item in parts[0].split(separator: ",", omittingEmptySubsequences: false) {
            let ends = item.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { Double($0) }
            guard let low = ends[0], let high = ends[ends.count - 1], low.isFinite, high.isFinite, low <= high else {
                throw .text(text)
            }
            ranges.append(low...high)
        }
        self.ranges = ranges
        self.weight = weight
        self.text = text
    }

    /// Which components of a basis are selected.
    ///
    /// - Throws: ``ComponentSelectionError/noLabels(_:known:)`` where the basis has no labels of that order, and
    ///   ``ComponentSelectionError/nothing(_:known:)`` where a label or range selects no component.
    public func mask(in basis: any Basis) throws(ComponentSelectionError) -> [Bool] {
        let labels: [Double]
        if let order {
            guard let found = basis.labels(order) else {
                let known = NaturalOrder.allCases.filter { basis.labels($0) != nil }.map(\.rawValue)
                throw .noLabels(text, known: known + [Self.numbered])
            }
            labels = found
        } else {
            labels = (0..<basis.componentCount).map(Double.init)
        }
        // A range of one label written with few digits means the label that it rounds to: frequency 1.414 is √2.
        let wanted = ranges.map { $0.lowerBound - Self.tolerance...$0.upperBound + Self.tolerance }
        // Of a range both ends must lie within what there is: columns 7-9 of eight are a mistake.
        let (lowest, highest) = (labels.min() ?? 0, labels.max() ?? 0)
        for range in wanted {
            guard labels.contains(where: range.contains), range.lowerBound >= lowest - 2 * Self.tolerance,
                range.upperBound <= highest + 2 * Self.tolerance
            else { throw .nothing(text, known: Set(labels).sorted()) }
        }
        return labels.map { label in wanted.contains { $0.contains(label) } }
    }

    /// The weight of every component under several selections; 0 where none selects it, the last one's where several
    /// do.
    ///
    /// - Throws: As ``mask(in:)``.
    public static func weights(
        _ selections: [ComponentSelection], in basis: any Basis
    ) throws(ComponentSelectionError) -> [Double] {
        var weights = [Double](repeating: 0, count: basis.componentCount)
        for selection in selections {
            for (component, isSelected) in try selection.mask(in: basis).enumerated() where isSelected {
                weights[component] = selection.weight
            }
        }
        return weights
    }

    private static let tolerance = 1e-3
    private static let numbered = "component"
    static let words = NaturalOrder.allCases.map(\.rawValue) + [numbered]
}

/// Why a text selects no components.
public enum ComponentSelectionError: GUDError, Equatable {
    /// The text cannot be read.
    case text(String)
    /// There is no ordering variable of that name.
    case order(String, in: String, suggestion: String?)
    /// The basis has no labels of the order.
    case noLabels(String, known: [String])
    /// A label or range selects no component.
    case nothing(String, known: [Double])

    /// The text of the message.
    public var description: String {
        switch self {
        case .text(let text):
            "'\(text)' selects no components; write ORDER:LABELS, such as level:0,1 or frequency:0-2 or component:0-15, with "
                + "a weight behind if need be: level:0,1=0.5"
        case .order(let word, let text, let suggestion):
            "'\(text)': there is no order '\(word)'" + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
                + " (there are \(ComponentSelection.words.joined(separator: ", ")))"
        case .noLabels(let text, let known):
            "'\(text)': the basis has no labels of that order; it has \(known.joined(separator: ", "))"
        case .nothing(let text, let known):
            "'\(text)' names what the basis does not have; its labels are \(Self.list(known))"
        }
    }

    private static func list(_ labels: [Double]) -> String {
        func text(_ label: Double) -> String {
            label == label.rounded() && label.magnitude < 1e15
                ? "\(Int(label))" : "\((label * 1000).rounded() / 1000)"
        }
        guard labels.count > 12, let first = labels.first, let last = labels.last else {
            return labels.map(text).joined(separator: ", ")
        }
        return "\(labels.count) from \(text(first)) to \(text(last))"
    }

    /// All are mistakes of the request.
    public var blame: Blame { .request }
}
