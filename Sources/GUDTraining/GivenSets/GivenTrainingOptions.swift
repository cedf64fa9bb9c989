import GUDCore

/// Training with a part of the sample held: the `given` table of the `training` section.
///
///     training: {given: {probability: 0.5, absent: 0.2, sets: [columns, block]}}
public struct GivenTrainingOptions: Sendable, Equatable {
    static let probability = Parameter(
        "probability", default: 0.5, range: 0...1, "How often a sample is trained with a random part of it held.")
    static let absent = Parameter(
        "absent", default: 0.2, range: 0...1,
        "How often that part is held at noise, as if it did not exist, and not clean; for likelihoods of parts.")
    static let sets = Parameter<[ComponentSetKind]?>(
        "sets", default: nil, "The kinds of parts, drawn equally often; by default all that the basis has.")

    /// The keys of the table.
    public static let schema = ParameterSchema([
        probability.specification, absent.specification, sets.specification,
    ])

    /// How often a sample is trained with a part of it held.
    public var probability: Double
    /// The share of those in which the part is held at noise.
    public var absentShare: Double
    /// The kinds of parts; `nil` for all that the basis has.
    public var sets: [ComponentSetKind]?

    /// Options.
    public init(probability: Double = 0.5, absentShare: Double = 0.2, sets: [ComponentSetKind]? = nil) {
        self.probability = probability
        self.absentShare = absentShare
        self.sets = sets
    }

    /// Takes the options from checked parameters.
    init(_ parameters: Parameters) {
        self.init(
            probability: parameters[Self.probability], absentShare: parameters[Self.absent],
            sets: parameters[Self.sets])
    }
}

/// A table of parameters inside a section; its keys are checked by a schema of its own.
struct ParameterTable: ParameterRepresentable {
    static var expectation: String { "a table" }
    let values: [String: ParameterValue]

    init?(_ value: ParameterValue) {
        guard case .table(let values) = value else { return nil }
        self.values = values
    }

    var parameterValue: ParameterValue { .table(values) }
}
