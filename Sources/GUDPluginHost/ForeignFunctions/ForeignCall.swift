import GUDCore

/// One C call, as the manifest describes it.
struct ForeignCall: Sendable {
    /// When a call is made, which decides what it may take and give.
    enum Stage: String, Sendable {
        case setup, forward, inverse, teardown
    }

    /// What a returned value means.
    enum Success: String, ParameterChoice {
        case zero, nonzero, nonnull
    }

    /// The function's name in the library.
    let symbol: String
    let arguments: [ForeignArgument]
    /// The type of the result; `nil` for void.
    let returns: ForeignType?
    /// The name under which a returned handle is kept.
    let save: String?
    let succeeds: Success?
    /// The factors on the components.
    let scale: ComponentScale
    /// Where the call stands in the manifest, for messages.
    let place: String

    /// The handles that the call takes.
    var handles: [String] {
        arguments.compactMap { if case .handle(let name) = $0 { name } else { nil } }
    }

    /// The handles that exist after the call.
    var newHandles: [String] {
        arguments.compactMap { if case .newHandle(let name) = $0 { name } else { nil } } + (save.map { [$0] } ?? [])
    }

    /// The buffers that the call takes, in its order.
    var buffers: [ForeignBuffer] {
        arguments.compactMap { if case .buffer(let buffer) = $0 { buffer } else { nil } }
    }
}

extension ForeignCall {
    /// The most arguments that a call may have.
    static let mostArguments = 16

    /// Reads a call and checks what its stage allows.
    init(_ value: ParameterValue, at place: String, stage: Stage, names: ForeignNames) throws(ParameterError) {
        var keys = ["call", "arguments", "returns", "succeeds"]
        if stage == .setup { keys.append("save") }
        if stage == .forward || stage == .inverse { keys.append("scale") }
        let table = try ManifestTable(value, at: place, keys: keys)
        self.place = place
        symbol = try table.required("call", "the function's name")
        try ManifestWord.checkIdentifier(symbol, at: table.place(of: "call"))
        let entries = try table.entries("arguments")
        guard entries.count <= Self.mostArguments else {
            throw .rule(
                table.place(of: "arguments"), .integer(entries.count),
                "arguments are too many; at most \(Self.mostArguments)")
        }
        var arguments: [ForeignArgument] = []
        for entry in entries { arguments.append(try .read(entry.value, at: entry.place, names: names)) }
        self.arguments = arguments
        returns = try Self.returns(table)
        save = try table.optional("save")
        succeeds = try table.optional("succeeds")
        scale =
            try table.values["scale"].map { value throws(ParameterError) in
                try .read(value, at: table.place(of: "scale"))
            } ?? .constant(1)
        try checkResult(table)
        try checkHandles(table, stage, names)
        try checkBuffers(table, stage)
    }

    private static func returns(_ table: ManifestTable) throws(ParameterError) -> ForeignType? {
        guard let word: String = try table.optional("returns"), word != "void" else { return nil }
        return try ForeignType.named(word, at: table.place(of: "returns"), besides: ["void"])
    }

    private func checkResult(_ table: ManifestTable) throws(ParameterError) {
        if let save {
            try ManifestWord.checkIdentifier(save, at: table.place(of: "save"))
            guard returns == .pointer else {
                throw .rule(table.place(of: "save"), .string(save), "saves no handle unless the call returns: pointer")
            }
        }
        guard let succeeds else { return }
        let fits = succeeds == .nonnull ? returns == .pointer : returns?.isInteger == true
        guard fits else {
            throw .rule(
                table.place(of: "succeeds"), .string(succeeds.rawValue),
                succeeds == .nonnull ? "needs a call that returns: pointer" : "needs a call that returns an integer")
        }
    }

    private func checkHandles(_ table: ManifestTable, _ stage: Stage, _ names: ForeignNames) throws(ParameterError) {
        if stage != .setup, let name = newHandles.first {
            throw .rule(table.place(of: "arguments"), .string(name), "is a new handle; only set-up makes handles")
        }
        var taken = names.handles + names.parameters.map(\.name) + ForeignSize.allCases.map(\.rawValue)
        for name in newHandles {
            try ManifestWord.checkIdentifier(name, at: place)
            guard !taken.contains(name) else { throw .rule(place, .string(name), "is a name already; choose another") }
            taken.append(name)
        }
    }

    private func checkBuffers(_ table: ManifestTable, _ stage: Stage) throws(ParameterError) {
        let (place, given) = (table.place(of: "arguments"), buffers.map(\.rawValue).parameterValue)
        switch stage {
        case .setup: break
        case .teardown:
            guard buffers.isEmpty else { throw .rule(place, given, "are buffers; teardown has none") }
        case .forward, .inverse:
            let isSound = Set(buffers) == [.input, .output] && buffers.count == 2 || buffers == [.inplace]
            guard isSound else {
                throw .rule(
                    place, given,
                    "as buffers; \(stage) takes 'buffer: input' and 'buffer: output', or 'buffer: inplace'")
            }
        }
    }
}
