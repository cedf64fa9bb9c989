import GUDCore
import Testing

@testable import GUDPluginHost

/// A plugin gives the same bits in this process and in one of its own, for all four kinds.
@Suite(.enabled(if: FixturePlugin.isPossible, FixturePlugin.skipped))
struct IsolationEqualityTests {
    private let registry: Registry

    init() throws { registry = try FixtureHost([FixturePlugin.healthy()]).registry().0 }

    private let noise = CounterNoise(seed: 7, purpose: .checking)

    private func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }
    private func bits(_ values: [Double]) -> [UInt64] { values.map(\.bitPattern) }

    @Test(arguments: [0, 1, 2, 65])
    func bases(batch: Int) throws {
        let shape = SampleShape.image(height: 4, width: 4, channels: 3)
        let here = try registry.basis("healthy", shape: shape)
        let there = try registry.basis("healthy", ["isolated": .bool(true)], shape: shape)
        #expect(here is PluginBasis && there is IsolatedBasis)
        #expect(here.componentCount == there.componentCount)
        var samples = noise.normals(samples: 0..<batch, count: 48)
        if batch > 1 { samples[0] = .nan }
        #expect(bits(try here.forward(samples)) == bits(try there.forward(samples)))
        #expect(bits(try here.inverse(samples)) == bits(try there.inverse(samples)))
        for order in NaturalOrder.allCases { #expect(here.labels(order) == there.labels(order)) }
    }

    @Test func schedules() throws {
        let here = try registry.schedule("healthy", isolated: false)
        let there = try registry.schedule("healthy", isolated: true)
        let members = try [here, there].map { try #require($0 as? any ScheduleFamily).member(at: 0.3) }
        for (first, second) in [(here, there), (members[0], members[1])] {
            for time in [0, 0.1, 0.5, 1] {
                #expect(bits(try first.gamma(at: time)) == bits(try second.gamma(at: time)))
                #expect(bits(try first.gammaRate(at: time)) == bits(try second.gammaRate(at: time)))
            }
        }
        #expect(try members[1].gamma(at: 0) == [-5.7, -5.7, -5.7])
        #expect(throws: ScheduleError.timeOutOfRange(2)) { try there.gamma(at: 2) }
    }

    @Test(arguments: [true, false])
    func denoisers(shared: Bool) throws {
        let space = try registry.space()
        let both = try [false, true].map { try registry.denoiser("healthy", isolated: $0, in: space) }
        let noised = noise.normals(samples: 0..<3, count: 16)
        let cotangents = noise.normals(samples: 0..<3, count: 16, step: 1)
        let all = [-1.0, 0, 2].map { gamma in
            NoisingState(
                time: 0.5, gamma: (0..<16).map { gamma + Double($0) / 16 },
                gammaRate: [Double](repeating: 12, count: 16))
        }
        let states = shared ? NoisingStates.shared(all[0]) : .perSample(all)
        let predictions = try both.map { bits(try $0.predictNoise(in: noised, states: states)) }
        #expect(predictions[0] == predictions[1])
        let pulled = try both.map { denoiser in
            var (prediction, products) = ([Float](repeating: 0, count: 48), [Float](repeating: 0, count: 48))
            var predictionSpan = prediction.mutableSpan
            var productSpan = products.mutableSpan
            try #require(denoiser as? any DifferentiableDenoiser).pullBack(
                cotangents.span, through: noised.span, states: states, embeddings: nil, noise: &predictionSpan,
                into: &productSpan)
            return [bits(prediction), bits(products)]
        }
        #expect(pulled[0] == pulled[1])
        #expect(pulled[0][0] == predictions[0])
        let kept = try both.map { try #require($0 as? any FittedDenoiser).state }
        #expect(kept[0].entries == kept[1].entries)
        // From its state, the denoiser is the same; were the space's own variances taken, it would not be.
        let other = try registry.space(variance: 3)
        let again = try [false, true].map { try registry.denoiser("healthy", isolated: $0, in: other, state: kept[0]) }
        #expect(try again.map { bits(try $0.predictNoise(in: noised, states: states)) } == predictions)
    }

    /// A conditioner in a process of its own asks the host for the basis of its space, which is the same plugin's,
    /// isolated, too.
    @Test func spacesOfIsolatedBases() throws {
        let shape = SampleShape.image(height: 4, width: 4, channels: 1)
        let values = noise.normals(samples: 0..<1, count: 16)
        let request = ConditionRequest(observed: Observation(values, mask: [Bool](repeating: true, count: 16)))
        for isolated in [false, true] {
            let space = try ComponentSpace(
                basis: try registry.basis("healthy", ["isolated": .bool(isolated)], shape: shape),
                mean: [Float](repeating: 0, count: 16), scale: [Float](repeating: 2, count: 16),
                variances: [Double](repeating: 1, count: 16))
            let conditioner = try registry.conditioner("healthy", isolated: isolated)
            let given = try #require(try conditioner.condition(request, in: space).given)
            #expect(given.values == values.map { -$0 / 2 })
        }
    }

    @Test func conditioners() throws {
        let space = try registry.space()
        let both = try [false, true].map { try registry.conditioner("healthy", isolated: $0) }
        let values = noise.normals(samples: 0..<1, count: 16)
        for request in [
            ConditionRequest(), ConditionRequest(classIndex: 3, guidance: 2.5),
            ConditionRequest(observed: Observation(values, mask: [Bool](repeating: true, count: 16))),
            ConditionRequest(observed: Observation(values, mask: [Bool](repeating: false, count: 16))),
        ] {
            let made = try both.map { try $0.condition(request, in: space) }
            #expect(made[0].embedding == made[1].embedding)
            #expect(made[0].guidance == made[1].guidance)
            #expect(made[0].given?.mask == made[1].given?.mask)
            #expect(made[0].given.map { bits($0.values) } == made[1].given.map { bits($0.values) })
        }
        // The transform is the host's, asked back from the plugin's process.
        let whole = ConditionRequest(observed: Observation(values, mask: [Bool](repeating: true, count: 16)))
        let given = try #require(try both[1].condition(whole, in: space).given)
        let expected = try space.basis.forward(zip(values, space.mean).map { $0 - $1 })
        #expect(given.values == zip(expected, space.scale).map { $0 / $1 })
        let messages = both.map { conditioner in
            #expect(throws: ConditionerError.self) {
                try conditioner.condition(ConditionRequest(classIndex: 10), in: space)
            }
        }
        #expect(messages[0] == messages[1])
        #expect(messages[0] == .unsupported("conditioner/healthy of org.example.healthy: there is no such class"))
    }
}

extension Registry {
    /// A space of small pictures in a built-in basis, with a mean and scales.
    func space(variance: Double = 1) throws -> ComponentSpace {
        try ComponentSpace(
            basis: try basis("dct", shape: .image(height: 4, width: 4, channels: 1)),
            mean: (0..<16).map { 0.1 * Float($0) }, scale: (0..<16).map { 0.5 + 0.25 * Float($0 % 3) },
            variances: (0..<16).map { variance / Double($0 + 1) })
    }

    /// Makes a schedule of three components.
    func schedule(_ name: String, isolated: Bool) throws -> any NoiseSchedule {
        let factory = try factory(.schedule, named: name)
        return try factory.make(
            factory.descriptor.schema.resolve(["isolated": .bool(isolated)], at: "schedule"),
            ScheduleContext(componentCount: 3))
    }

    /// Makes a denoiser.
    func denoiser(
        _ name: String, isolated: Bool, in space: ComponentSpace, state: StateArrays? = nil
    ) throws -> any Denoiser {
        let factory = try factory(.denoiser, named: name)
        return try factory.make(
            factory.descriptor.schema.resolve(["isolated": .bool(isolated)], at: "denoiser"),
            DenoiserContext(space: space, state: state, seed: 1))
    }

    /// Makes a conditioner of ten classes.
    func conditioner(_ name: String, isolated: Bool) throws -> any Conditioner {
        let factory = try factory(.conditioner, named: name)
        return try factory.make(factory.descriptor.schema.resolve(["isolated": .bool(isolated)], at: "conditioner"), 10)
    }
}
