import GUDCore

/// A parameter that a manifest declares: what a configuration may set, and the number that calls receive for it.
///
///     planner: {type: choice, values: {estimate: 64, measure: 0}, default: estimate, documentation: How hard to plan.}
struct ForeignParameter: Sendable {
    /// The types that a parameter can have.
    enum Kind: String, ParameterChoice {
        case integer, number, boolean, choice
    }

    let name: String
    /// What the schema of the basis says of it.
    let specification: ParameterSpecification
    /// The numbers behind the words of a choice.
    let choices: [String: Int]?
    let kind: Kind

    /// Whether calls receive a whole number.
    var isWhole: Bool { kind != .number }

    /// The number that calls receive.
    ///
    /// - Throws: ``ParameterError/type(_:_:expectation:)`` for a word that is not among the choices.
    func quantity(_ value: ParameterValue, at path: String) throws(ParameterError) -> ForeignQuantity {
        switch value {
        case .bool(let flag): return .integer(flag ? 1 : 0)
        case .string(let word):
            guard let number = choices?[word] else {
                throw .type("\(path).\(name)", value, expectation: "one of \(words.joined(separator: ", "))")
            }
            return .integer(number)
        default:
            if isWhole, let number = Int(value) { return .integer(number) }
            guard let number = Double(value) else {
                throw .type("\(path).\(name)", value, expectation: specification.expectation)
            }
            return .real(number)
        }
    }

    private var words: [String] { (choices ?? [:]).keys.sorted() }
}

extension ForeignParameter {
    /// Reads a table of parameters, in alphabetical order.
    static func read(_ table: [String: ParameterValue], at place: String) throws(ParameterError) -> [ForeignParameter] {
        var parameters: [ForeignParameter] = []
        for (name, value) in table.sorted(by: { $0.key < $1.key }) {
            parameters.append(try ForeignParameter(name, value, at: "\(place).\(name)"))
        }
        return parameters
    }

    private init(_ name: String, _ value: ParameterValue, at place: String) throws(ParameterError) {
        try ManifestWord.checkIdentifier(name, at: place)
        if ForeignSize(rawValue: name) != nil {
            throw .rule(place, .string(name), "is the name of a size; choose another")
        }
        if PluginDescription.ownParameters(of: "basis").contains(name) {
            throw .rule(place, .string(name), "is a name of GUD's own; choose another")
        }
        let table = try ManifestTable(
            value, at: place, keys: ["type", "default", "range", "values", "unit", "documentation"])
        self.name = name
        kind = try table.required("type", "the parameter's type")
        let sentence: String = try table.required("documentation", "one sentence for people")
        let range = try Self.range(table, kind)
        choices = try Self.choices(table, kind)
        let unit: String? = try table.optional("unit")
        func specification<Value: ParameterRepresentable>(
            _ fallback: Value
        ) throws(ParameterError) -> ParameterSpecification {
            let given: Value? = try table.optional("default")
            if let given, let range, let number = Double(given.parameterValue), !range.contains(number) {
                throw .range(table.place(of: "default"), given.parameterValue, range)
            }
            return Parameter<Value>(
                name, default: given ?? fallback, isRequired: given == nil, range: range, unit: unit, sentence
            ).specification
        }
        switch kind {
        case .integer: self.specification = try specification(0)
        case .number: self.specification = try specification(0.0)
        case .boolean: self.specification = try specification(false)
        case .choice:
            let given: String? = try table.optional("default")
            let form = ParameterForm.choice((choices ?? [:]).keys.sorted())
            if let given, !form.accepts(.string(given)) {
                throw .type(table.place(of: "default"), .string(given), expectation: form.expectation)
            }
            self.specification = ParameterSpecification(
                name: name, form: form, defaultValue: given.map { .string($0) }, unit: unit, documentation: sentence)
        }
    }

    private static func range(_ table: ManifestTable, _ kind: Kind) throws(ParameterError) -> ClosedRange<Double>? {
        guard let ends: [Double] = try table.optional("range") else { return nil }
        guard kind == .integer || kind == .number else {
            throw .rule(table.place(of: "range"), ends.parameterValue, "is only for integers and numbers")
        }
        guard ends.count == 2, ends[0] <= ends[1] else {
            throw .type(table.place(of: "range"), ends.parameterValue, expectation: "[smallest, largest]")
        }
        return ends[0]...ends[1]
    }

    private static func choices(_ table: ManifestTable, _ kind: Kind) throws(ParameterError) -> [String: Int]? {
        let place = table.place(of: "values")
        guard let given: ParameterValue = try table.optional("values") else {
            if kind == .choice { throw .missing(place, expectation: "a table", "the number behind each word") }
            return nil
        }
        guard kind == .choice else { throw .rule(place, given, "is only for choices") }
        guard case .table(let words) = given, !words.isEmpty else { throw .type(place, given, expectation: "a table") }
        var choices: [String: Int] = [:]
        for (word, value) in words.sorted(by: { $0.key < $1.key }) {
            guard let number = Int(value) else {
                throw .type("\(place).\(word)", value, expectation: Int.expectation)
            }
            choices[word] = number
        }
        return choices
    }
}
