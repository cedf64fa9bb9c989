import Foundation
import GUDCore
import GUDTraining

/// A pipeline as somebody wrote it down: which component of each kind, with which parameters.
///
/// Names and parameters are checked against the registry when the configuration is read, so that a mistake is reported with
/// its key, value, allowed range and nearest known word before anything runs.
public struct Configuration: Sendable, Equatable {
    /// One component: its name and the parameters that were given.
    public struct Choice: Sendable, Equatable {
        /// The registry name.
        public var name: String
        /// The given parameters; the rest take their defaults.
        public var parameters: [String: ParameterValue]

        /// A choice; no parameters by default.
        public init(_ name: String, _ parameters: [String: ParameterValue] = [:]) {
            self.name = name
            self.parameters = parameters
        }
    }

    /// The sections that choose a component, with the kind each draws from, in the order in which they are written.
    static let componentSections: [(key: String, kind: String)] = [
        ("data", "dataset"), ("basis", "basis"), ("schedule", "schedule"), ("denoiser", "denoiser"),
        ("conditioner", "conditioner"), ("sampler", "sampler"),
    ]

    /// All top-level keys, in the order in which they are written.
    static let keys = componentSections.map(\.key) + ["training", "seed", "baseDirectory"]

    /// The chosen component of each section.
    var choices: [String: Choice]
    /// The given parameters of the `training` section.
    var trainingValues: [String: ParameterValue]
    /// The seed of everything random in the run.
    public var seed: UInt64
    /// The folder that relative paths in the configuration start from.
    public var baseDirectory: String

    /// The data set.
    public var data: Choice { choices["data"] ?? Choice("digits") }
    /// The basis.
    public var basis: Choice { choices["basis"] ?? Choice("pixel") }
    /// The noise schedule.
    public var schedule: Choice { choices["schedule"] ?? Choice("linear") }
    /// The denoiser.
    public var denoiser: Choice { choices["denoiser"] ?? Choice("unet") }
    /// The conditioner.
    public var conditioner: Choice { choices["conditioner"] ?? Choice("none") }
    /// The sampler.
    public var sampler: Choice { choices["sampler"] ?? Choice("dpm++2m") }

    /// How to train.
    public func training() throws(ParameterError) -> TrainingOptions {
        try TrainingOptions(trainingValues)
    }

    /// Reads a configuration from a tree of values, and checks every name and parameter against a registry.
    ///
    /// - Parameters:
    ///   - tree: The top-level table.
    ///   - registry: Where names are looked up.
    ///   - baseDirectory: The folder that relative paths start from.
    /// - Throws: ``ParameterError`` or ``RegistryError``.
    public init(_ tree: [String: ParameterValue], registry: Registry, baseDirectory: String = ".") throws {
        let known = Self.keys
        self.baseDirectory = baseDirectory
        if let value = tree["baseDirectory"] {
            guard let path = String(value) else {
                throw ParameterError.type("baseDirectory", value, expectation: "the path of a folder")
            }
            self.baseDirectory = Self.resolve(path, from: baseDirectory)
        }
        for key in tree.keys.sorted() where !known.contains(key) {
            throw ParameterError.unknownKey(key, suggestion: nearest(to: key, among: known), known: known)
        }
        choices = [:]
        for (section, kind) in Self.componentSections {
            guard let value = tree[section] else { continue }
            var choice = try Self.choice(value, at: section)
            let schema = try registry.entry(kind, named: choice.name).descriptor.schema
            _ = try schema.resolve(choice.parameters, at: section)
            // A run must not depend on a file beside it: lists of numbers become part of the configuration.
            for specification in schema.specifications where specification.isNumberList {
                guard case .string(let path)? = choice.parameters[specification.name] else { continue }
                let numbers = try NumpyArray(contentsOf: Self.resolve(path, from: self.baseDirectory)).values
                choice.parameters[specification.name] = numbers.parameterValue
            }
            choices[section] = choice
        }
        guard choices["data"] != nil else {
            throw ParameterError.missing(
                "data", expectation: "a table with a name, such as {name: digits}", "the data set to model")
        }
        switch tree["training"] {
        case nil, .null: trainingValues = [:]
        case .table(let values): trainingValues = values
        case .some(let value): throw ParameterError.type("training", value, expectation: "a table of options")
        }
        seed = 0
        if let value = tree["seed"] {
            guard let number = Int(value) else {
                throw ParameterError.type("seed", value, expectation: Int.expectation)
            }
            guard number >= 0 else { throw ParameterError.range("seed", value, 0...Double.greatestFiniteMagnitude) }
            seed = UInt64(number)
        }
        _ = try training()
    }

    /// A path as it is meant from a folder: itself where it is absolute.
    private static func resolve(_ path: String, from folder: String) -> String {
        path.hasPrefix("/") || folder == "." ? path : "\(folder)/\(path)"
    }

    static func choice(_ value: ParameterValue, at section: String) throws(ParameterError) -> Choice {
        switch value {
        case .string(let name): return Choice(name)
        case .table(var table):
            guard let name = table.removeValue(forKey: "name") else {
                throw .missing("\(section).name", expectation: "a name", "see 'gud list' for what there is")
            }
            guard case .string(let word) = name else {
                throw .type("\(section).name", name, expectation: String.expectation)
            }
            return Choice(word, table)
        default: throw .type(section, value, expectation: "a name, or a table with a name")
        }
    }

    /// The configuration as a tree, every parameter with its value, defaults included.
    ///
    /// - Throws: As ``init(_:registry:baseDirectory:)``.
    public func resolvedTree(_ registry: Registry) throws -> [String: ParameterValue] {
        var tree: [String: ParameterValue] = ["seed": .integer(Int(seed))]
        if baseDirectory != "." {
            // The resolved configuration lies elsewhere than the one that was read: relative paths go on meaning the same.
            tree["baseDirectory"] = .string(URL(fileURLWithPath: baseDirectory).standardizedFileURL.path)
        }
        for section in Self.componentSections { tree[section.key] = try resolvedSection(section.key, registry) }
        tree["training"] = .table(
            try TrainingOptions.resolve(trainingValues).values.filter { $0.value != .null })
        return tree
    }

    /// The component of a section, every parameter with its value, defaults included; `nil` where the configuration names none.
    ///
    /// - Throws: As ``init(_:registry:baseDirectory:)``.
    func resolvedSection(_ section: String, _ registry: Registry) throws -> ParameterValue? {
        let all = [
            "data": data, "basis": basis, "schedule": schedule, "denoiser": denoiser, "conditioner": conditioner,
            "sampler": sampler,
        ]
        guard let choice = all[section], let kind = Self.componentSections.first(where: { $0.key == section })?.kind
        else { return nil }
        var table = try parameters(section, choice, kind: kind, registry).values.filter { $0.value != .null }
        table["name"] = .string(choice.name)
        return .table(table)
    }

    /// The checked parameters of a section's component.
    func parameters(_ section: String, _ choice: Choice, kind: String, _ registry: Registry) throws -> Parameters {
        try registry.entry(kind, named: choice.name).descriptor.schema.resolve(choice.parameters, at: section)
    }
}
