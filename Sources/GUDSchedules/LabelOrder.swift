import GUDCore

/// A variable by which components are put in order.
enum LabelOrder: String, CaseIterable {
    /// `−log Σ_ii`: the strongest component of the data first.
    case variance
    /// The basis' frequencies, in its own units.
    case frequency
    /// Wavelet levels, coarse first.
    case level
    /// Columns, from the left.
    case column
    /// Rows, from the top.
    case row
    /// Square blocks, in reading order.
    case block
    /// Labels from a file.
    case custom

    /// Whether the labels are places in a sequence, without a unit of their own: they are spread over [0, R].
    var isSequential: Bool {
        switch self {
        case .level, .column, .row, .block: true
        case .variance, .frequency, .custom: false
        }
    }
}

/// A weighted sum of orders, as a configuration writes it.
///
///     order: variance
///     order: [{level: 1}, {column: 0.1}]
///     order: [{name: level, weight: 1}, {name: column, weight: 0.1}]
struct WeightedOrders: Hashable {
    /// One term of the sum.
    struct Term: Hashable {
        let order: LabelOrder
        let weight: Double
    }

    let terms: [Term]

    /// Whether every term is a sequence.
    var isSequential: Bool { terms.allSatisfy(\.order.isSequential) }
}

extension WeightedOrders: ParameterRepresentable {
    static var expectation: String {
        "one of " + LabelOrder.allCases.map(\.rawValue).joined(separator: ", ")
            + ", or a list of these with finite weights such as [{level: 1}, {column: 0.1}]"
    }

    init?(_ value: ParameterValue) {
        let entries: [ParameterValue] = if case .list(let values) = value { values } else { [value] }
        let terms = entries.compactMap(Term.init)
        guard !terms.isEmpty, terms.count == entries.count else { return nil }
        self.init(terms: terms)
    }

    var parameterValue: ParameterValue {
        if terms.count == 1, terms[0].weight == 1 { return .string(terms[0].order.rawValue) }
        return .list(terms.map { .table([$0.order.rawValue: .number($0.weight)]) })
    }
}

extension WeightedOrders.Term {
    /// Reads `level`, `{level: 1}` or `{name: level, weight: 1}`.
    init?(_ value: ParameterValue) {
        let (name, weight): (ParameterValue?, ParameterValue?)
        switch value {
        case .table(let entries) where entries.count == 1:
            (name, weight) = (entries.first.map { .string($0.key) }, entries.first?.value)
        case .table(let entries) where Set(entries.keys) == ["name", "weight"]:
            (name, weight) = (entries["name"], entries["weight"])
        default:
            (name, weight) = (value, .integer(1))
        }
        guard let order = name.flatMap(String.init).flatMap(LabelOrder.init), let weight = weight.flatMap(Double.init),
            weight.isFinite
        else { return nil }
        self.init(order: order, weight: weight)
    }
}
