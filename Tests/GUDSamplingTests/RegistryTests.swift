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
        #expect(
            registry.names(of: "sampler") == [
                "ancestral", "ddim", "dopri5", "dpm++2m", "dpm++2m-sde", "dpm++3m", "euler-maruyama", "heun",
            ])
        let parameters = registry.entries(of: "sampler").map { entry in
            entry.descriptor.schema.specifications.map { "\($0.name) = \($0.defaultValue?.description ?? "")" }
        }
        #expect(
            parameters == [
                ["steps = 250", "placement = time", "times = null"],
                ["steps = 50", "anchored = true", "placement = time", "times = null"],
                ["rtol = 0.0001", "atol = 0.0001", "frames = 20", "maxSteps = 10000", "anchored = true"],
                ["steps = 20", "anchored = true", "placement = time", "times = null"],
                ["steps = 50", "anchored = true", "placement = time", "times = null"],
                ["steps = 20", "anchored = true", "placement = time", "times = null"],
                ["steps = 250", "placement = time", "times = null"],
                ["steps = 18", "anchored = true", "placement = time", "times = null"],
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

    @Test("A placement and given times are read, and times that do not fall from 1 to 0 are refused")
    func placement() throws {
        let factory = try registry().factory(.sampler, named: "dpm++2m")
        let schema = factory.descriptor.schema
        let placed = try factory.make(schema.resolve(["placement": .string("snr")], at: "sampler"))
        #expect((placed as? PlacedSampler<DPMSolverPlusPlus2M>)?.placement == .snr)
        let times = try schema.resolve(["times": [1.0, 0.5, 0.0].parameterValue], at: "sampler")
        #expect((try factory.make(times) as? DPMSolverPlusPlus2M)?.grid.times == [1, 0.5, 0])
        let rising = try schema.resolve(["times": [0.0, 0.5, 1.0].parameterValue], at: "sampler")
        #expect(throws: ParameterError.self) { try factory.make(rising) }
        #expect(throws: ParameterError.self) { try schema.resolve(["placement": .string("best")], at: "sampler") }
    }

    @Test("The adaptive solver takes tolerances instead of steps")
    func adaptive() throws {
        let factory = try registry().factory(.sampler, named: "dopri5")
        let schema = factory.descriptor.schema
        let parameters = try schema.resolve(
            [
                "rtol": .number(1e-3), "atol": .number(1e-5), "frames": .integer(3), "maxSteps": .integer(9),
                "anchored": .bool(false),
            ], at: "sampler")
        let sampler = try #require(try factory.make(parameters) as? DormandPrince)
        #expect(sampler.relativeTolerance == 1e-3 && sampler.absoluteTolerance == 1e-5)
        #expect(sampler.frameCount == 3 && sampler.stepLimit == 9 && !sampler.isAnchored)
        #expect(throws: ParameterError.range("sampler.rtol", .number(0), 1e-7...0.1)) {
            try schema.resolve(["rtol": .number(0)], at: "sampler")
        }
        #expect(throws: ParameterError.range("sampler.maxSteps", .integer(0), 1...10_000_000)) {
            try schema.resolve(["maxSteps": .integer(0)], at: "sampler")
        }
        #expect(throws: ParameterError.self) { try schema.resolve(["steps": .integer(20)], at: "sampler") }
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
