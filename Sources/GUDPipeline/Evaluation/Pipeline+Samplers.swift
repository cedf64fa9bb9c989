import GUDCore
import GUDSampling

extension Pipeline {
    /// Every sampler with every number of steps; one that has no parameter `steps` comes once.
    ///
    /// - Parameters:
    ///   - samplers: Registry names, or YAML tables such as `{name: ddim, anchored: true}`; the pipeline's own where
    ///     there are none. Parameters of the pipeline's sampler are kept where it is named.
    ///   - steps: Numbers of steps; those of each sampler where there are none.
    /// - Throws: ``ParameterError``, ``ConfigurationError`` or ``RegistryError`` for what is no sampler.
    public func samplerChoices(_ samplers: [String], steps: [Int]) throws -> [Configuration.Choice] {
        let own = configuration.sampler
        let chosen = try samplers.map { text in
            let choice = try Configuration.Choice(yaml: text, at: "sampler")
            return choice == Configuration.Choice(own.name) ? own : choice
        }
        return try (chosen.isEmpty ? [own] : chosen).flatMap { choice in
            let schema = try registry.entry("sampler", named: choice.name).descriptor.schema
            _ = try schema.resolve(choice.parameters, at: "sampler")
            guard schema.specifications.contains(where: { $0.name == "steps" }), !steps.isEmpty else { return [choice] }
            return try steps.map { count in
                var choice = choice
                choice.parameters["steps"] = .integer(count)
                _ = try schema.resolve(choice.parameters, at: "sampler")
                return choice
            }
        }
    }

    /// A sampler, its steps, and what else differs from the defaults: `dpm++2m, 20 steps`.
    ///
    /// - Throws: ``RegistryError`` or ``ParameterError`` for what is no sampler.
    public func samplerLabel(_ choice: Configuration.Choice) throws -> String {
        let parameters = try samplerParameters(choice)
        let defaults = try samplerParameters(Configuration.Choice(choice.name))
        let steps = parameters["steps"].map { ["\($0) steps"] } ?? []
        let changes = parameters.sorted { $0.key < $1.key }.filter { $0.key != "steps" && defaults[$0.key] != $0.value }
        return ([choice.name] + steps + changes.map { "\($0.key) \($0.value)" }).joined(separator: ", ")
    }

    /// All parameters of a sampler, defaults included.
    func samplerParameters(_ choice: Configuration.Choice) throws -> [String: ParameterValue] {
        let factory = try registry.factory(.sampler, named: choice.name)
        return try factory.descriptor.schema.resolve(choice.parameters, at: "sampler").values
    }

    /// The pipeline's sampler, or another one that keeps of its parameters what it knows too.
    ///
    /// - Parameters:
    ///   - name: A registry name, or a YAML table such as `{name: ddim, anchored: false}`; the pipeline's sampler where
    ///     it is `nil`.
    ///   - steps: Another number of steps. Like a placement it takes the place of `times`, which the pipeline's sampler
    ///     may list.
    ///   - placement: Where the steps are taken: `time`, `snr` or `optimised`.
    /// - Returns: The sampler, and the parameters that another one took over, as text.
    /// - Throws: ``ParameterError``, ``ConfigurationError`` or ``RegistryError`` for what is no sampler, and for
    ///   parameters that it does not have.
    public func samplerChoice(
        _ name: String?, steps: Int? = nil, placement: String? = nil
    ) throws -> (choice: Configuration.Choice, kept: [String]) {
        let own = configuration.sampler
        var choice = try name.map { try Configuration.Choice(yaml: $0, at: "sampler") } ?? own
        let schema = try registry.entry("sampler", named: choice.name).descriptor.schema
        let given = choice.parameters
        if choice != own {
            for specification in schema.specifications {
                let key = specification.name
                guard given[key] == nil, let value = own.parameters[key] else { continue }
                // The same name need not be the same parameter.
                if (try? schema.resolve([key: value], at: "sampler")) != nil { choice.parameters[key] = value }
            }
        }
        if let steps { choice.parameters["steps"] = .integer(steps) }
        if let placement { choice.parameters["placement"] = .string(placement) }
        if steps != nil || placement != nil, given["times"] == nil || name == nil { choice.parameters["times"] = nil }
        _ = try schema.resolve(choice.parameters, at: "sampler")
        guard choice.name != own.name else { return (choice, []) }
        let defaults = schema.specifications.reduce(into: [:]) { $0[$1.name] = $1.defaultValue }
        let kept = choice.parameters.filter { key, value in
            own.parameters[key] == value && given[key] == nil && defaults[key] != value
        }
        return (choice, kept.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })
    }
}
