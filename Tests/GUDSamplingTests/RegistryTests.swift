import GUDCore
import GUDSampling
import Testing

struct RegistryTests {
    private func registry() throws -> Registry {
        var registry = Registry()
        try BuiltInSamplers.register(in: &registry)
        return registry
    }

    @Test("The built-ins are registered by name, with their parameters")
    func names() throws {
        let registry = try registry()
        #expect(registry.names(of: "sampler") == ["ancestral", "ddim", "dpm++2m", "euler-maruyama"])
        let parameters = registry.entries(of: "sampler").map { entry in
            entry.descriptor.schema.specifications.map { "\($0.name) = \($0.defaultValue?.description ?? "")" }
        }
        #expect(
            parameters == [
                ["steps = 250"], ["steps = 50", "anchored = true"], ["steps = 20", "anchored = true"], ["steps = 250"],
            ])
    }

    @Test("A factory makes the sampler that its parameters describe")
    func make() throws {
        let factory = try registry().factory(.sampler, named: "dpm++2m")
        let parameters = try factory.descriptor.schema.resolve(
            ["steps": .integer(7), "anchored": .bool(false)], at: "sampler")
        let sampler = try #require(try factory.make(parameters) as? DPMSolverPlusPlus2M)
        #expect(sampler.grid == .uniform(steps: 7))
        #expect(!sampler.isAnchored)
    }

    @Test("Steps outside their range are refused by key, value and range")
    func range() throws {
        let schema = try registry().factory(.sampler, named: "ddim").descriptor.schema
        #expect(throws: ParameterError.range("sampler.steps", .integer(0), 1...100_000)) {
            try schema.resolve(["steps": .integer(0)], at: "sampler")
        }
    }

    @Test("A uniform grid runs from exactly 1 to exactly 0")
    func grid() {
        #expect(TimeGrid.uniform(steps: 4).times == [1, 0.75, 0.5, 0.25, 0])
        let fine = TimeGrid.uniform(steps: 1000).times
        #expect(fine.first == 1 && fine.last == 0)
        #expect(zip(fine, fine.dropFirst()).allSatisfy { $0 > $1 })
    }
}
