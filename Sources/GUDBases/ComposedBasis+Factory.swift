import GUDCore

extension ComposedBasis {
    /// The key for the elements.
    public static let elements = Parameter<[ParameterValue]>(
        "of", default: [], isRequired: true,
        "The bases in the order in which they are applied, each a name or a table {name: …} with its parameters.")

    /// Makes the basis `compose`.
    public static var factory: BasisFactory {
        BasisFactory(
            Descriptor(
                name: "compose", summary: "Several bases, one after the other.",
                schema: ParameterSchema([elements.specification]))
        ) { parameters, context in
            let place = "\(parameters.path).\(elements.name)"
            let values = parameters[elements]
            guard !values.isEmpty else {
                throw ParameterError.rule(place, .list([]), "composes nothing; name one basis or more")
            }
            let requests = try values.enumerated().map { index, value in
                try Request(value, at: "\(place)[\(index)]", registry: context.registry)
            }
            return try ComposedBasis(count: requests.count, fitting: context.fitting) { index, samples in
                var inner = context
                inner.fitting = samples
                inner.state = context.state?.scoped("of.\(index)")
                return try requests[index].factory.make(requests[index].parameters, inner)
            }
        }
    }

    /// The names of the bases that a basis is made of, at any depth, itself left out.
    ///
    /// A checkpoint remembers who provides each of them. What is not written as it must be is passed over: making the
    /// basis says so.
    ///
    /// - Parameters:
    ///   - name: The basis' name; only `compose` is made of others.
    ///   - parameters: Its parameters.
    public static func elementNames(of name: String, _ parameters: [String: ParameterValue]) -> [String] {
        guard name == factory.descriptor.name, case .list(let values)? = parameters[elements.name] else { return [] }
        return values.flatMap { value -> [String] in
            switch value {
            case .string(let word): return [word]
            case .table(let table):
                guard case .string(let word)? = table["name"] else { return [] }
                return [word] + elementNames(of: word, table)
            default: return []
            }
        }
    }

    /// One entry of `of`, checked before anything is fitted.
    private struct Request {
        let factory: BasisFactory
        let parameters: Parameters

        init(_ value: ParameterValue, at place: String, registry: Registry) throws {
            let name: String
            var given: [String: ParameterValue] = [:]
            switch value {
            case .string(let word): name = word
            case .table(let table):
                given = table
                guard case .string(let word)? = given.removeValue(forKey: "name") else {
                    throw ParameterError.missing("\(place).name", expectation: "the name of a basis", "what to compose")
                }
                name = word
            default: throw ParameterError.type(place, value, expectation: "the name of a basis, or a table with a name")
            }
            for key in [Whitening.parameter.name, Whitening.varianceFloor.name] {
                if let value = given[key] {
                    throw ParameterError.rule(
                        "\(place).\(key)", value, "has no effect on an element; set \(key) beside 'of'")
                }
            }
            factory = try registry.factory(.basis, named: name)
            parameters = try factory.descriptor.schema.resolve(given, at: place)
        }
    }
}
