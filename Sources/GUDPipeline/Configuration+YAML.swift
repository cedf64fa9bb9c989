import Foundation
import GUDCore
import GUDYAML

extension Configuration {
    /// Reads a YAML file, applies overrides, and checks the result.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - overrides: Assignments of the form `path.to.key=value`, applied in order; see ``Override``.
    /// - Throws: ``FileError``, ``ConfigurationError``, ``ParameterError`` or ``RegistryError``.
    public init(contentsOf path: String, overrides: [String] = [], registry: Registry) throws {
        try self.init(contentsOf: path, applying: overrides.map(Override.init), registry: registry)
    }

    /// Reads a YAML file, applies assignments, and checks the result.
    init(contentsOf path: String, applying overrides: [Override], registry: Registry) throws {
        let text = String(decoding: try AtomicFile.read(path), as: UTF8.self)
        try self.init(
            yaml: text, applying: overrides, registry: registry,
            baseDirectory: URL(fileURLWithPath: path).deletingLastPathComponent().path, name: path)
    }

    /// Reads YAML text, applies overrides, and checks the result.
    ///
    /// - Parameter name: What messages call the text.
    public init(
        yaml text: String, overrides: [String] = [], registry: Registry, baseDirectory: String = ".",
        name: String = "configuration"
    ) throws {
        try self.init(
            yaml: text, applying: overrides.map(Override.init), registry: registry, baseDirectory: baseDirectory,
            name: name)
    }

    private init(
        yaml text: String, applying overrides: [Override], registry: Registry, baseDirectory: String, name: String
    ) throws {
        var tree = try ConfigurationError.wrapping(name) { () throws(YAMLError) in try YAML.table(text) }
        for override in overrides { try override.apply(to: &tree) }
        try self.init(tree, registry: registry, baseDirectory: baseDirectory)
    }

    /// Assignments such as `levels=2` as a table, each value read as YAML.
    ///
    /// - Throws: ``ConfigurationError``.
    public static func table(of assignments: [String]) throws(ConfigurationError) -> [String: ParameterValue] {
        var table: [String: ParameterValue] = [:]
        for text in assignments { try Override(text).apply(to: &table) }
        return table
    }

    /// The resolved configuration as YAML, sections in their customary order.
    public func yaml(_ registry: Registry) throws -> String {
        let tree = try resolvedTree(registry)
        return try YAML.text(Self.keys.compactMap { key in tree[key].map { (key, $0) } })
    }
}

extension Configuration {
    /// The data section as one line, defaults included: `{name: digits, split: random, splitSeed: 0}`.
    public func dataText(_ registry: Registry) throws -> String {
        try resolvedTree(registry)["data"]?.description ?? data.name
    }
}

extension Configuration.Choice {
    /// A choice as a configuration would write it: a name, or a table with a name, in YAML.
    ///
    /// - Parameter section: What messages call it.
    /// - Throws: ``ConfigurationError/syntax(_:_:)`` or ``ParameterError``.
    public init(yaml text: String, at section: String) throws {
        let value = try ConfigurationError.wrapping("\(section) \(text)") { () throws(YAMLError) in
            try YAML.value(text)
        }
        self = try Configuration.choice(value, at: section)
    }
}

/// An assignment to a key of a configuration: `schedule.softness=0.5`, `denoiser.multipliers=[1, 2, 4]`.
///
/// The value is read as YAML. Sections that are not there yet are made; the schema then decides whether the key exists.
struct Override {
    let text: String
    let path: [String]
    let value: ParameterValue

    init(_ text: String) throws(ConfigurationError) {
        self.text = text
        guard let split = text.firstIndex(of: "="), split > text.startIndex else { throw .override(text) }
        path = text[..<split].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard path.allSatisfy({ !$0.isEmpty }) else { throw .override(text) }
        value = try ConfigurationError.wrapping("--set \(text)") { () throws(YAMLError) in
            try YAML.value(String(text[text.index(after: split)...]))
        }
    }

    init(_ path: String, _ value: ParameterValue) throws(ConfigurationError) {
        text = "\(path)=\(value)"
        self.path = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        self.value = value
        guard self.path.allSatisfy({ !$0.isEmpty }) else { throw .override(text) }
    }

    func apply(to tree: inout [String: ParameterValue]) throws(ConfigurationError) {
        tree = try assigned(tree, path[...])
    }

    private func assigned(
        _ table: [String: ParameterValue], _ rest: ArraySlice<String>
    ) throws(ConfigurationError) -> [String: ParameterValue] {
        guard let key = rest.first else { return table }
        var table = table
        let deeper = rest.dropFirst()
        if deeper.isEmpty {
            // `basis=haar` chooses a component and leaves the parameters of another one behind.
            table[key] = value
            return table
        }
        switch table[key] {
        case nil, .null: table[key] = .table(try assigned([:], deeper))
        case .table(let inner): table[key] = .table(try assigned(inner, deeper))
        case .string(let name): table[key] = .table(try assigned(["name": .string(name)], deeper))
        case .some(let scalar):
            throw .missingPath(text, at: path.dropLast(deeper.count).joined(separator: "."), found: scalar)
        }
        return table
    }
}

/// What can be wrong with a configuration before its names and values are looked at.
public enum ConfigurationError: GUDError, Equatable {
    /// The text is not YAML, or not a table.
    case syntax(String, String)
    /// An override is not an assignment.
    case override(String)
    /// An override goes through something that is not a table.
    case missingPath(String, at: String, found: ParameterValue)

    /// The text of the message.
    public var description: String {
        switch self {
        case .syntax(let name, let reason): "\(name): not a configuration: \(reason)"
        case .override(let text):
            "--set \(text): write --set path.to.key=value, for example --set schedule.softness=0.5"
        case .missingPath(let text, let place, let found):
            "--set \(text): '\(place)' is \(found), which has no keys of its own"
        }
    }

    /// Always the request's.
    public var blame: Blame { .request }

    /// Reads YAML; what is wrong with it is said under the text's name.
    static func wrapping<Value>(
        _ name: String, _ body: () throws(YAMLError) -> Value
    ) throws(ConfigurationError) -> Value {
        do { return try body() } catch { throw .syntax(name, error.reason) }
    }
}
