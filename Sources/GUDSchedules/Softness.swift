import GUDCore

/// How much components overlap in time: a positive number, infinite for "all together", or the hard limit.
enum Softness: Hashable {
    /// 1/a.
    case value(Double)
    /// The smallest softness without dead time: one component after the other.
    case hard
}

extension Softness: ParameterRepresentable {
    static var expectation: String { "a number above 0, .inf (all together) or hard (one after the other)" }

    init?(_ value: ParameterValue) {
        if case .string("hard") = value {
            self = .hard
        } else {
            guard let number = Double(value), number > 0 else { return nil }
            self = .value(number)
        }
    }

    var parameterValue: ParameterValue {
        switch self {
        case .value(let value): .number(value)
        case .hard: .string("hard")
        }
    }
}
