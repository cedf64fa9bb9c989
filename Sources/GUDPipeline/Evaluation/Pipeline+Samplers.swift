import GUDCore
import GUDSampling

extension Pipeline {
    /// Every sampler with every number of steps; one that has no parameter `steps` comes once.
    ///
    /// - Parameters:
    ///   - samplers: Registry names, or YAML tables such as `{name: ddim, anchored: true}`; the pipeline's own where there are
    ///     none. Parameters of the pipeline's sampler are kept where it is named.
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
}
