import GUDCore

/// What the arguments of a call may refer to.
struct ForeignNames {
    /// Which shapes the basis takes.
    let shapes: ForeignShapes
    /// The declared parameters.
    let parameters: [ForeignParameter]
    /// The handles that earlier calls have saved.
    var handles: [String] = []
}

extension ForeignArgument {
    /// Reads `type: value`.
    static func read(
        _ entry: ParameterValue, at place: String, names: ForeignNames
    ) throws(ParameterError) -> ForeignArgument {
        if case .string(let word) = entry, let reason = ForeignType.refusal(of: word) {
            throw .rule(place, entry, reason)
        }
        guard case .table(let table) = entry, table.count == 1, let (word, value) = table.first else {
            throw .type(place, entry, expectation: "one 'type: value', for example 'int32: count'")
        }
        let place = "\(place).\(word)"
        switch word {
        case "buffer":
            guard let buffer = ForeignBuffer(value) else {
                throw .type(place, value, expectation: ForeignBuffer.expectation)
            }
            return .buffer(buffer)
        case "handle":
            guard case .string(let name) = value else {
                throw .type(place, value, expectation: "a name to save it under")
            }
            return .newHandle(name)
        default:
            let type = try ForeignType.named(word, at: place, besides: ["buffer", "handle"])
            return type == .pointer
                ? try pointer(value, at: place, names: names)
                : .number(type, try quantity(value, of: type, at: place, names: names))
        }
    }

    private static func pointer(
        _ value: ParameterValue, at place: String, names: ForeignNames
    ) throws(ParameterError) -> ForeignArgument {
        switch value {
        case .null: return .null
        case .string(let name):
            if names.handles.contains(name) { return .handle(name) }
            if ForeignBuffer(rawValue: name) != nil {
                throw .rule(place, value, "is a buffer; write 'buffer: \(name)'")
            }
            let saved = names.handles.isEmpty ? "nothing is saved before this call" : nil
            throw .rule(
                place, value,
                "is not a saved handle"
                    + (nearest(to: name, among: names.handles).map { "; did you mean '\($0)'?" } ?? ";")
                    + " \(saved ?? "saved: \(names.handles.joined(separator: ", "))")")
        default:
            throw .rule(place, value, "is refused: the only pointer constant is null")
        }
    }

    private static func quantity(
        _ value: ParameterValue, of type: ForeignType, at place: String, names: ForeignNames
    ) throws(ParameterError) -> ForeignQuantity {
        if case .string(let word) = value { return try reference(word, of: type, at: place, names: names) }
        if let number = Int(value) {
            guard type.bits(of: number) != nil else { throw .rule(place, value, misfit(type)) }
            return .integer(number)
        }
        guard !type.isInteger, let number = Double(value) else {
            throw .type(
                place, value, expectation: "\(type.isInteger ? "a whole number" : "a number"), a size or a parameter")
        }
        guard type.bits(of: number) != nil else { throw .rule(place, value, misfit(type)) }
        return .real(number)
    }

    private static func reference(
        _ word: String, of type: ForeignType, at place: String, names: ForeignNames
    ) throws(ParameterError) -> ForeignQuantity {
        if let size = ForeignSize(rawValue: word) {
            guard names.shapes.sizes.contains(size) else {
                throw .rule(
                    place, .string(word),
                    "is not known for shape: \(names.shapes.rawValue); known: "
                        + names.shapes.sizes.map(\.rawValue).joined(separator: ", "))
            }
            return .size(size)
        }
        if let parameter = names.parameters.first(where: { $0.name == word }) {
            guard parameter.isWhole || !type.isInteger else {
                throw .rule(place, .string(word), "is a parameter of type number; \(type) takes a whole number")
            }
            return .parameter(word)
        }
        let known = names.shapes.sizes.map(\.rawValue) + names.parameters.map(\.name)
        throw .rule(
            place, .string(word),
            "is neither a size nor a parameter"
                + (nearest(to: word, among: known).map { "; did you mean '\($0)'?" } ?? ";")
                + " known: \(known.joined(separator: ", "))")
    }

    private static func misfit(_ type: ForeignType) -> String {
        "does not fit into \(type); allowed: \(type.allowed)"
    }
}
