import GUDCore

/// A parameter that two configurations give different values.
struct ConfigurationDifference: Equatable {
    /// Its path, `schedule.softness`.
    let key: String
    /// Its value in the configuration that was kept, as text; `nil` where it has none.
    let kept: String?
    /// Its value in the other one.
    let asked: String?
}

extension Configuration {
    /// Every parameter with its value as text, by its path: `schedule.softness` to `0.5`.
    ///
    /// - Throws: As ``resolvedTree(_:)``.
    public func flattened(_ registry: Registry) throws -> [String: String] {
        Self.flattened(try resolvedTree(registry))
    }

    /// What differs from a configuration that was kept, sorted by path.
    ///
    /// - Parameter sections: The components to compare; everything by default.
    /// - Throws: As ``resolvedTree(_:)``.
    func differences(
        from kept: Configuration, in sections: [String]? = nil, _ registry: Registry
    ) throws -> [ConfigurationDifference] {
        func parameters(_ configuration: Configuration) throws -> [String: String] {
            guard let sections else { return try configuration.flattened(registry) }
            let tree = try sections.map { ($0, try configuration.resolvedSection($0, registry)) }
            return Self.flattened(Dictionary(uniqueKeysWithValues: tree).compactMapValues { $0 })
        }
        let (old, new) = (try parameters(kept), try parameters(self))
        return Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }.map {
            ConfigurationDifference(key: $0, kept: old[$0], asked: new[$0])
        }
    }

    private static func flattened(_ tree: [String: ParameterValue]) -> [String: String] {
        func leaves(_ value: ParameterValue, _ path: String) -> [(String, String)] {
            guard case .table(let table) = value else { return [(path, value.description)] }
            return table.flatMap { leaves($0.value, path.isEmpty ? $0.key : "\(path).\($0.key)") }
        }
        return Dictionary(uniqueKeysWithValues: leaves(.table(tree), ""))
    }
}
