import GUDCore

/// Parameter values to try a component with: the defaults, every choice and both ends of every range.
struct ParameterVariants {
    /// One set of values, with what is special about it.
    struct Variant {
        let name: String
        let parameters: Parameters
    }

    /// The defaults; a required parameter gets the simplest value of its form.
    let defaults: Parameters
    /// Each parameter in turn at its choices and ends, the others at their defaults.
    let others: [Variant]

    init(_ schema: ParameterSchema) throws(ParameterError) {
        var required: [String: ParameterValue] = [:]
        for specification in schema.specifications where specification.defaultValue == nil {
            required[specification.name] = Self.simplest(specification)
        }
        defaults = try schema.resolve(required, at: "")
        var variants: [Variant] = []
        for specification in schema.specifications {
            for value in Self.values(specification) where value != defaults.values[specification.name] {
                var given = required
                given[specification.name] = value
                variants.append(
                    Variant(name: "\(specification.name): \(value)", parameters: try schema.resolve(given, at: "")))
            }
        }
        others = variants
    }

    private static func values(_ specification: ParameterSpecification) -> [ParameterValue] {
        var form = specification.form
        if case .optional(let wrapped) = form { form = wrapped }
        switch form {
        case .boolean: return [.bool(false), .bool(true)]
        case .choice(let words): return words.map(ParameterValue.string)
        case .integer:
            guard let range = specification.range else { return [] }
            // An end that nobody can mean, such as a billion levels, is no value to try.
            return [range.lowerBound.rounded(.up), range.upperBound.rounded(.down)]
                .filter { $0.magnitude <= 4096 && range.contains($0) }.map { .integer(Int($0)) }
        case .number:
            guard let range = specification.range else { return [] }
            return [range.lowerBound, range.upperBound].filter { $0.magnitude <= 1e6 }.map(ParameterValue.number)
        default: return []
        }
    }

    private static func simplest(_ specification: ParameterSpecification) -> ParameterValue {
        let low = specification.range.map { $0.contains(1) ? 1 : $0.lowerBound } ?? 1
        return switch specification.form {
        case .boolean: .bool(false)
        case .integer: .integer(Int(exactly: low.rounded(.up)) ?? 0)
        case .number: .number(low)
        case .text: .string("")
        case .choice(let words): .string(words.first ?? "")
        case .numbers: .list([])
        case .optional, .value: .null
        }
    }
}
