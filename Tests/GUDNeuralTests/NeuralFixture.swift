import Foundation
import GUDBases
import GUDCore
import GUDNeural
import GUDSchedules

/// Small neural denoisers for tests.
enum NeuralFixture {
    /// Whether the tensor engine can be opened here.
    static let hasEngine = (try? TensorEngine.shared()) != nil

    static let registry: Registry = {
        var registry = Registry()
        try? BuiltInNetworks.register(in: &registry)
        try? BuiltInBases.register(in: &registry)
        try? BuiltInSchedules.register(in: &registry)
        return registry
    }()

    /// A space of a basis with scales 1 and given variances, without a mean.
    static func space(_ basis: String, _ shape: SampleShape, variances: [Double]? = nil) throws -> ComponentSpace {
        let factory = try registry.factory(.basis, named: basis)
        let basis = try factory.make(
            factory.descriptor.schema.resolve([:], at: "basis"), BasisContext(shape: shape, registry: registry))
        return try ComponentSpace(
            basis: basis, mean: [Float](repeating: 0, count: shape.dimension),
            scale: [Float](repeating: 1, count: basis.componentCount),
            variances: variances ?? [Double](repeating: 1, count: basis.componentCount))
    }

    /// A denoiser of the registry.
    static func denoiser(
        _ name: String = "unet", _ parameters: [String: ParameterValue] = [:], in space: ComponentSpace,
        state: StateArrays? = nil, embeddingWidth: Int = 0, device: String = "cpu"
    ) throws -> any TrainableDenoiser & DifferentiableDenoiser {
        let factory = try registry.factory(.denoiser, named: name)
        let made = try factory.make(
            factory.descriptor.schema.resolve(parameters, at: "denoiser"),
            DenoiserContext(space: space, state: state, embeddingWidth: embeddingWidth, seed: 7, device: device))
        guard let denoiser = made as? any TrainableDenoiser & DifferentiableDenoiser else {
            throw DenoiserError.configuration("'\(name)' is not trainable")
        }
        return denoiser
    }

    /// The parameters of a U-Net small enough for tests.
    static let tiny: [String: ParameterValue] = [
        "channels": .integer(8), "multipliers": .list([.integer(1), .integer(2)]),
    ]

    /// A noised batch at different times: white data, so that the anchor is the best there is.
    static func batch(_ space: ComponentSpace, count: Int, seed: UInt64) throws -> NoisedBatch {
        let width = space.componentCount
        let clean = CounterNoise(seed: seed, purpose: .synthesis).normals(samples: 0..<count, count: width)
        let noise = CounterNoise(seed: seed, purpose: .training).normals(samples: 0..<count, count: width)
        let states = (0..<count).map { row in
            let gamma = -6 + 12 * (Double(row) + 0.5) / Double(count)
            return NoisingState(
                time: (Double(row) + 0.5) / Double(count), gamma: .init(repeating: gamma, count: width),
                gammaRate: .init(repeating: 12, count: width))
        }
        var noised = noise
        for row in 0..<count {
            for index in 0..<width {
                let place = row * width + index
                let deviation = Float(space.variances[index].squareRoot())
                noised[place] =
                    Float(states[row].alpha[index]) * deviation * clean[place]
                    + Float(states[row].sigma[index]) * noise[place]
            }
        }
        return NoisedBatch(noised: noised, noise: noise, states: .perSample(states), embeddings: nil)
    }

    /// A state in which every weight has a value of its own, so that nothing is silent.
    static func shaken(_ state: StateArrays) -> StateArrays {
        var shaken = StateArrays()
        for (rank, name) in state.entries.keys.sorted().enumerated() where name.hasPrefix("ema.") {
            guard let entry = state[name], case .float(let values) = entry.values else { continue }
            let noise = CounterNoise(seed: 99, purpose: .checking)
                .normals(samples: rank..<rank + 1, count: values.count)
            let mixed = zip(values, noise).map { $0 + 0.05 * $1 }
            shaken[name] = .init(axes: entry.axes, values: .float(mixed))
        }
        return shaken
    }
}
