import GUDCore

/// The `basis` section of a manifest.
struct ForeignBasisDescription: Sendable {
    /// How many calls of one object, or of all, may be under way.
    enum Concurrency: String, ParameterChoice {
        /// Any number.
        case concurrent
        /// One for each object.
        case serial
        /// One in the whole process.
        case global
    }

    /// What functions are given to read and write.
    enum Buffers: String, ParameterChoice {
        /// Copies on boundaries of 64 bytes, which a function may do with as it likes. The safe choice.
        case copied
        /// The host's own scalars: aligned as floats are, and the input must not be written.
        case direct
    }

    /// The type of the scalars in the buffers.
    enum Elements: String, ParameterChoice {
        case float, double

        /// Bytes of one scalar.
        var width: Int { self == .float ? 4 : 8 }
    }

    let name: String
    let summary: String
    let shapes: ForeignShapes
    let parameters: [ForeignParameter]
    let concurrency: Concurrency
    let buffers: Buffers
    let elements: Elements
    let labels: ForeignLabels?
    let setup: [ForeignCall]
    let forward: ForeignCall
    let inverse: ForeignCall
    let teardown: [ForeignCall]
    let samples: [ForeignSample]

    /// Every call, in the order of an object's life.
    var calls: [ForeignCall] { setup + [forward, inverse] + teardown }
}

extension ForeignBasisDescription {
    private static let keys = [
        "name", "summary", "shape", "parameters", "concurrency", "buffers", "elements", "labels", "setup", "forward",
        "inverse", "teardown", "samples",
    ]

    /// Reads the section.
    init(_ value: ParameterValue, at place: String) throws(ParameterError) {
        let table = try ManifestTable(value, at: place, keys: Self.keys)
        name = try table.required("name", "what configurations call it")
        try ManifestWord.check(name, at: table.place(of: "name"), "a name (letters, digits, -, _, + and .)") {
            ($0.isASCII && ($0.isLetter || $0.isNumber)) || "-_+.".contains($0)
        }
        summary = try table.required("summary", "one sentence for people")
        shapes = try table.required("shape", "the samples that it takes")
        parameters = try Self.parameters(table)
        concurrency = try table.required("concurrency", "how many calls may be under way at a time")
        buffers = try table.optional("buffers") ?? .copied
        elements = try table.optional("elements") ?? .float
        labels = try Self.labels(table)
        var names = ForeignNames(shapes: shapes, parameters: parameters)
        var setup: [ForeignCall] = []
        for entry in try table.entries("setup") {
            let call = try ForeignCall(entry.value, at: entry.place, stage: .setup, names: names)
            names.handles += call.newHandles
            setup.append(call)
        }
        self.setup = setup
        forward = try Self.call("forward", .forward, table, names)
        inverse = try Self.call("inverse", .inverse, table, names)
        var teardown: [ForeignCall] = []
        for entry in try table.entries("teardown") {
            teardown.append(try ForeignCall(entry.value, at: entry.place, stage: .teardown, names: names))
        }
        self.teardown = teardown
        var samples: [ForeignSample] = []
        for entry in try table.entries("samples") { samples.append(try ForeignSample(entry.value, at: entry.place)) }
        self.samples = samples
        guard !samples.isEmpty else {
            throw .missing(
                table.place(of: "samples"), expectation: "a list of {shape, input, output}",
                "a wrong signature shows in nothing else")
        }
        if buffers == .direct { try checkDirect(table) }
    }

    private static func call(
        _ key: String, _ stage: ForeignCall.Stage, _ table: ManifestTable, _ names: ForeignNames
    ) throws(ParameterError) -> ForeignCall {
        guard let value = table.values[key] else {
            throw .missing(table.place(of: key), expectation: "a table", "the call that transforms one sample")
        }
        return try ForeignCall(value, at: table.place(of: key), stage: stage, names: names)
    }

    private static func parameters(_ table: ManifestTable) throws(ParameterError) -> [ForeignParameter] {
        guard let given = table.values["parameters"] else { return [] }
        let place = table.place(of: "parameters")
        guard case .table(let values) = given else { throw .type(place, given, expectation: "a table") }
        return try ForeignParameter.read(values, at: place)
    }

    private static func labels(_ table: ManifestTable) throws(ParameterError) -> ForeignLabels? {
        guard let given = table.values["labels"] else { return nil }
        let labels = try ManifestTable(given, at: table.place(of: "labels"), keys: ["frequency"])
        return try labels.required("frequency", "the rule of the components' frequencies", as: ForeignLabels.self)
    }

    /// Direct buffers leave no room for a conversion, for an in-place function, or for factors before inverse.
    private func checkDirect(_ table: ManifestTable) throws(ParameterError) {
        let place = table.place(of: "buffers")
        let needs = "is not possible with"
        if elements == .double { throw .rule(place, .string("direct"), "\(needs) elements: double; use copied") }
        if (setup + [forward, inverse]).contains(where: { $0.buffers.contains(.inplace) }) {
            throw .rule(place, .string("direct"), "\(needs) in-place functions; use copied")
        }
        if !inverse.scale.isUniform {
            throw .rule(place, .string("direct"), "\(needs) a scale for each component in inverse; use copied")
        }
    }
}
