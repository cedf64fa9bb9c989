import CTensorEngine
import GUDCore

/// A batch for the network, on the host.
struct NetworkBatch {
    var axes: [Int]
    var samples: [Float]
    let levels: [Float]
    var gammaMap: [Float]?
    let groups: [Float]?
    let embedding: [Float]?
    let embeddingWidth: Int
}

/// Everything of a neural denoiser that lives in the tensor engine: two copies of the network and the optimiser.
///
/// Not thread safe; ``NeuralDenoiser`` keeps it behind a lock.
struct NeuralCore {
    let engine: TensorEngine
    let device: Device
    private let network: any Network
    let averagedNetwork: any Network
    private let parameters: [(name: String, tensor: Tensor)]
    private let averages: [Tensor]
    private var optimiser: Optimiser?
    private var restoredMoments: StateArrays?
    private var pendingOutput: Tensor?

    /// The number of trainable scalars.
    let parameterCount: Int

    init(
        seed: UInt64, device: String, dimension: Int, build: (ParameterBuilder) throws(EngineError) -> any Network
    ) throws(EngineError) {
        engine = try TensorEngine.shared()
        self.device = try Device(device, in: engine)
        engine.chooseThreads(dimension: dimension)
        let trained = ParameterBuilder(engine: engine, device: self.device, seed: seed)
        network = try build(trained)
        let averaged = ParameterBuilder(engine: engine, device: self.device, seed: seed)
        averagedNetwork = try build(averaged)
        parameters = trained.parameters
        averages = averaged.parameters.map(\.tensor)
        for (_, tensor) in parameters { try tensor.requiringGradient() }
        parameterCount = parameters.reduce(0) { $0 + $1.tensor.count }
    }

    func input(_ batch: NetworkBatch, samples: Tensor, isTraining: Bool) throws(EngineError) -> NetworkInput {
        let count = batch.axes[0]
        func tensor(_ values: [Float]?, _ axes: [Int]) throws(EngineError) -> Tensor? {
            guard let values else { return nil }
            return try Tensor(values.span, axes: axes, on: device, engine: engine)
        }
        return NetworkInput(
            samples: samples,
            levels: try Tensor(batch.levels.span, axes: [count], on: device, engine: engine),
            gammaMap: try tensor(batch.gammaMap, batch.axes),
            groups: try tensor(batch.groups, [count, (batch.groups?.count ?? 0) / (3 * max(count, 1)), 3]),
            embedding: try tensor(batch.embedding, [count, batch.embeddingWidth]), isTraining: isTraining)
    }

    func samples(_ batch: NetworkBatch) throws(EngineError) -> Tensor {
        try Tensor(batch.samples.span, axes: batch.axes, on: device, engine: engine)
    }

    /// The averaged network's output in the layout of the samples.
    func predict(_ batch: NetworkBatch) throws(DenoiserError) -> [Float] {
        do {
            return try engine.withInference { () throws(EngineError) in
                try averagedNetwork(try input(batch, samples: try samples(batch), isTraining: false)).values()
            }
        } catch { throw error.asDenoiserError }
    }

    /// The trained network's output; keeps the graph for ``update(_:learningRate:)``.
    mutating func forward(_ batch: NetworkBatch, randomSeed: UInt64) throws(DenoiserError) -> [Float] {
        do {
            let output = try engine.withSeed(randomSeed) { () throws(EngineError) in
                try network(try input(batch, samples: try samples(batch), isTraining: true))
            }
            pendingOutput = output
            return try output.values()
        } catch { throw error.asDenoiserError }
    }

    /// Back-propagates a gradient with respect to the last output, and updates weights and averages.
    ///
    /// - Returns: The joint norm of the gradients before clipping. Where it is not finite nothing is updated.
    mutating func update(_ gradient: [Float], learningRate: Double) throws(DenoiserError) -> Double {
        guard let output = pendingOutput else { throw .failed(reason: "a step was taken before its forward pass") }
        guard var optimiser else { throw .failed(reason: "a step was taken before training began") }
        pendingOutput = nil
        do {
            let cotangent = try Tensor(gradient.span, axes: output.axes, on: device, engine: engine)
            try optimiser.clearGradients()
            try output.backward(cotangent)
            let norm = try optimiser.step(learningRate: learningRate, averages: averages)
            self.optimiser = optimiser
            return norm
        } catch { throw error.asDenoiserError }
    }

    mutating func beginTraining(_ options: OptimiserOptions) throws(DenoiserError) {
        do {
            var optimiser = try Optimiser(parameters.map(\.tensor), options: options)
            if let restoredMoments {
                try optimiser.restore(restoredMoments, names: parameters.map(\.name))
            }
            self.optimiser = optimiser
        } catch { throw error.asDenoiserError }
    }

    /// Weights under `model.`, averages under `ema.`, moments under `optimizer.`.
    func state() throws -> StateArrays {
        var state = StateArrays()
        for (index, (name, tensor)) in parameters.enumerated() {
            state["model.\(name)"] = .init(axes: tensor.axes, values: .float(try tensor.values()))
            state["ema.\(name)"] = .init(axes: tensor.axes, values: .float(try averages[index].values()))
        }
        if let optimiser {
            state.merge(try optimiser.state(names: parameters.map(\.name)), under: "optimizer")
        } else if let restoredMoments {
            state.merge(restoredMoments, under: "optimizer")
        }
        return state
    }

    /// Takes weights and averages from a kept state, and moments for when training begins.
    mutating func restore(_ state: StateArrays) throws(DenoiserError) {
        for (index, (name, tensor)) in parameters.enumerated() {
            guard let average = state.floats("ema.\(name)", axes: tensor.axes) else {
                throw .configuration(
                    "the checkpoint does not fit the configuration: it has "
                        + (state["ema.\(name)"].map { "'\(name)' of shape \($0.axes)" } ?? "no '\(name)'")
                        + ", the network calls for \(tensor.axes)")
            }
            do {
                try averages[index].assign(average)
                try tensor.assign(state.floats("model.\(name)", axes: tensor.axes) ?? average)
            } catch { throw error.asDenoiserError }
        }
        let moments = state.scoped("optimizer")
        restoredMoments = moments.entries.isEmpty ? nil : moments
    }
}
