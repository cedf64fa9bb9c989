import GUDCore

/// A sample and its components, known from elsewhere: what tells a wrong signature from a right one.
struct ForeignSample: Sendable {
    let shape: SampleShape
    /// The values of the parameters; defaults where it says nothing.
    let parameters: [String: ParameterValue]
    let input: [Float]
    let output: [Float]
    /// The largest deviation, relative to the largest expected magnitude.
    let tolerance: Double
    /// Where it stands in the manifest, for messages.
    let place: String

    /// Reads a sample pair and checks its counts.
    init(_ value: ParameterValue, at place: String) throws(ParameterError) {
        let table = try ManifestTable(
            value, at: place, keys: ["shape", "input", "output", "tolerance", "parameters"])
        self.place = place
        let axes: [Int] = try table.required("shape", "[count], [height, width] or [height, width, channels]")
        guard let shape = ForeignShapes.shape(axes: axes) else {
            throw .rule(
                table.place(of: "shape"), axes.parameterValue,
                "is no shape; give [count], [height, width] or [height, width, channels], a million scalars at most")
        }
        self.shape = shape
        input = try Self.scalars("input", table, shape)
        output = try Self.scalars("output", table, shape)
        tolerance = try table.optional("tolerance") ?? 1e-5
        guard (0...1).contains(tolerance) else {
            throw .range(table.place(of: "tolerance"), .number(tolerance), 0...1)
        }
        parameters =
            try table.values["parameters"].map { given throws(ParameterError) in
                guard case .table(let values) = given else {
                    throw .type(table.place(of: "parameters"), given, expectation: "a table")
                }
                return values
            } ?? [:]
    }

    private static func scalars(
        _ key: String, _ table: ManifestTable, _ shape: SampleShape
    ) throws(ParameterError) -> [Float] {
        let values: [Double] = try table.required(key, "the sample's scalars")
        guard values.count == shape.dimension else {
            throw .rule(
                table.place(of: key), .integer(values.count),
                "scalars do not fill shape \(shape); give \(shape.dimension)")
        }
        if let wrong = values.first(where: { !Float($0).isFinite }) {
            throw .rule(table.place(of: key), .number(wrong), "is not a finite float")
        }
        return values.map { Float($0) }
    }
}
