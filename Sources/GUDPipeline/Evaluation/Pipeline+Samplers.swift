import GUDCore

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
}
