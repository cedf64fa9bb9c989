import Foundation
import GUDCore
import Synchronization

/// A denoiser with a network inside: the Gaussian anchor plus a learned residual, in any basis.
///
/// The basis is applied on the host, around the network. Because it is orthonormal, the gradient with respect to the
/// network's output is the inverse basis of the gradient with respect to the components; the engine only ever sees whitened
/// data, and any basis, a plugin's too, trains without knowing about differentiation.
///
/// Predictions use the running average of the weights. All engine work happens under one lock.
public final class NeuralDenoiser: MultipleCotangentDenoiser, TrainableDenoiser, ComponentAwareDenoiser {
    /// The number of components, *K*.
    public let componentCount: Int
    /// The width of the embedding that it takes; 0 for none.
    public let embeddingWidth: Int
    /// The number of trainable scalars.
    public let parameterCount: Int

    private let space: ComponentSpace
    private let anchor: GaussianAnchor
    private let conditioning: NoiseConditioning
    private let core: Mutex<NeuralCore>

    /// Makes a denoiser on a network.
    ///
    /// - Parameters:
    ///   - context: The space, the seed, the device and, for a trained model, its state.
    ///   - conditioning: How the network learns about the noising state.
    ///   - build: Makes the network; called twice, for the trained weights and for their average.
    init(
        _ context: DenoiserContext, conditioning: NoiseConditioning,
        build: (ParameterBuilder) throws(EngineError) -> any Network
    ) throws(DenoiserError) {
        componentCount = context.space.componentCount
        embeddingWidth = context.embeddingWidth
        space = context.space
        anchor = GaussianAnchor(variances: context.space.variances)
        self.conditioning = conditioning
        if conditioning == .map, context.space.componentCount != context.space.dimension {
            throw .configuration(
                "denoiser.conditioning: 'map' lays γ out like the samples, but the basis keeps \(componentCount) of "
                    + "\(context.space.dimension) components; use 'time', or a complete basis")
        }
        do {
            let core = try NeuralCore(
                seed: context.seed, device: context.device, dimension: context.space.dimension, build: build)
            parameterCount = core.parameterCount
            self.core = Mutex(core)
        } catch {
            throw error.asDenoiserError
        }
        if let state = context.state { try core.withLock { core throws(DenoiserError) in try core.restore(state) } }
    }

    /// Whether the network is told γ of every component.
    public var knowsEveryGamma: Bool { conditioning != .time }

    /// Weights, their average, and once training has begun the optimiser's moments.
    public var state: StateArrays {
        get throws { try core.withLock { try $0.state() } }
    }

    /// Predicts the noise with the averaged weights.
    public func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        let batch = try batchCount(noised: noised.count, noise: noise.count, states: states, embeddings: embeddings)
        guard batch > 0 else { return }
        let coefficients = Self.coefficients(of: states, count: batch, anchor)
        let input = try whitenedData(noised, coefficients)
        let residual = try core.withLock { core throws(DenoiserError) in
            try core.predict(networkBatch(input, states: states, embeddings: embeddings, count: batch))
        }
        try assemble(noised, residual, coefficients, into: &noise)
    }

    /// Predicts the noise with the averaged weights, and pulls cotangents back through the prediction.
    public func pullBack(
        _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
        noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        try pullBack(
            cotangents, directions: 1, through: noised, states: states, embeddings: embeddings, noise: &noise,
            into: &products)
    }

    /// Predicts the noise with the averaged weights, and pulls several cotangents back through that one prediction.
    public func pullBack(
        _ cotangents: Span<Float>, directions: Int, through noised: Span<Float>, states: NoisingStates,
        embeddings: Embeddings?, noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        let batch = try batchCount(
            noised: noised.count, noise: noise.count, cotangents: cotangents.count, products: products.count,
            directions: directions, states: states, embeddings: embeddings)
        guard batch > 0 else { return }
        let coefficients = Self.coefficients(of: states, count: batch, anchor)
        let input = try whitenedData(noised, coefficients)
        let outputGradients = try dataSpace(scaled(cotangents, by: \.residualScale, coefficients))
        let (residual, inputGradients) = try core.withLock { core throws(DenoiserError) in
            try core.pullBack(
                outputGradients, directions: directions,
                through: networkBatch(input, states: states, embeddings: embeddings, count: batch))
        }
        try assemble(noised, residual, coefficients, into: &noise)
        let through = try componentSpace(inputGradients)
        for row in 0..<directions * batch {
            let scales = coefficients[row % coefficients.count]
            for index in 0..<componentCount {
                let place = row * componentCount + index
                products[place] = scales.anchor[index] * cotangents[place] + scales.inputScale[index] * through[place]
            }
        }
    }

    /// Makes the optimiser; moments that were restored with the weights are kept.
    public func beginTraining(_ options: OptimiserOptions) throws(DenoiserError) {
        try core.withLock { core throws(DenoiserError) in try core.beginTraining(options) }
    }

    /// One gradient step on the mean of `(ε̂ − ε)²`.
    public func trainingStep(
        _ batch: NoisedBatch, learningRate: Double, randomSeed: UInt64
    ) throws(DenoiserError) -> TrainingStepReport {
        let count = try batchCount(
            noised: batch.noised.count, noise: batch.noise.count, states: batch.states, embeddings: batch.embeddings)
        let coefficients = Self.coefficients(of: batch.states, count: count, anchor)
        let input = try whitenedData(batch.noised.span, coefficients)
        let network = networkBatch(input, states: batch.states, embeddings: batch.embeddings, count: count)
        return try core.withLock { core throws(DenoiserError) in
            let residual = try core.forward(network, randomSeed: randomSeed)
            var difference = [Float](repeating: 0, count: batch.noised.count)
            var span = difference.mutableSpan
            try assemble(batch.noised.span, residual, coefficients, into: &span)
            var sum = 0.0
            for place in batch.noise.indices {
                difference[place] -= batch.noise[place]
                sum += Double(difference[place]) * Double(difference[place])
            }
            let loss = sum / Double(difference.count)
            guard loss.isFinite else { return TrainingStepReport(loss: loss, gradientNorm: .nan) }
            // d loss / d ε̂ = 2 (ε̂ − ε) / (batch · K); then ρ and the inverse basis lead to the network's output.
            let factor = 2 / Float(difference.count)
            for place in difference.indices { difference[place] *= factor }
            let gradient = try dataSpace(scaled(difference.span, by: \.residualScale, coefficients))
            let norm = try core.update(gradient, learningRate: learningRate)
            return TrainingStepReport(loss: loss, gradientNorm: norm)
        }
    }
}

// MARK: Between components and what the network sees

extension NeuralDenoiser {
    private static func coefficients(
        of states: NoisingStates, count: Int, _ anchor: GaussianAnchor
    ) -> [GaussianAnchor.Coefficients] {
        switch states {
        case .shared(let state): [anchor.coefficients(state)]
        case .perSample(let states): states.map(anchor.coefficients)
        }
    }

    /// Each component times its coefficient; one set of coefficients serves all samples, or each has its own.
    ///
    /// There may be several batches, one after the other.
    private func scaled(
        _ components: Span<Float>, by scale: KeyPath<GaussianAnchor.Coefficients, [Float]>,
        _ coefficients: [GaussianAnchor.Coefficients]
    ) -> [Float] {
        var result = [Float](repeating: 0, count: components.count)
        for sample in 0..<components.count / componentCount {
            let scales = coefficients[sample % coefficients.count][keyPath: scale]
            let start = sample * componentCount
            for index in 0..<componentCount { result[start + index] = components[start + index] * scales[index] }
        }
        return result
    }

    private func dataSpace(_ components: [Float]) throws(DenoiserError) -> [Float] {
        do { return try space.basis.inverse(components) } catch { throw .failed(reason: error.description) }
    }

    private func componentSpace(_ data: [Float]) throws(DenoiserError) -> [Float] {
        do { return try space.basis.forward(data) } catch { throw .failed(reason: error.description) }
    }

    /// `Uᵀ (z / τ)`.
    private func whitenedData(
        _ noised: Span<Float>, _ coefficients: [GaussianAnchor.Coefficients]
    ) throws(DenoiserError) -> [Float] {
        try dataSpace(scaled(noised, by: \.inputScale, coefficients))
    }

    /// `σ z / τ² + ρ · U F`.
    private func assemble(
        _ noised: Span<Float>, _ residual: [Float], _ coefficients: [GaussianAnchor.Coefficients],
        into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        let components = try componentSpace(residual)
        for sample in 0..<noised.count / componentCount {
            let scales = coefficients[coefficients.count == 1 ? 0 : sample]
            let start = sample * componentCount
            for index in 0..<componentCount {
                noise[start + index] =
                    scales.anchor[index] * noised[start + index]
                    + scales.residualScale[index] * components[start + index]
            }
        }
    }

    private func networkBatch(
        _ input: [Float], states: NoisingStates, embeddings: Embeddings?, count: Int
    ) -> NetworkBatch {
        // Off by more than 20 in γ a component is as good as clean or as good as noise: there is nothing more to tell.
        func limited(_ gamma: Double) -> Double { min(max(gamma, -20), 20) }
        let perSample: [NoisingState] =
            switch states {
            case .shared(let state): [state]
            case .perSample(let states): states
            }
        func spread<Value>(_ values: [Value]) -> [Value] {
            perSample.count == count ? values : (0..<count).flatMap { _ in values }
        }
        let levels: [Float]
        var map: [Float]?
        switch conditioning {
        case .time:
            levels = spread(perSample.map { Float(1000 * $0.time) })
        case .map:
            levels = spread(
                perSample.map { state in
                    Float(25 * (20 + state.gamma.reduce(0) { $0 + limited($1) } / Double(componentCount)))
                })
            map = spread(perSample.flatMap { $0.gamma.map { Float(limited($0) / 10) } })
        }
        let condition =
            embeddingWidth == 0
            ? nil : embeddings?.values ?? [Float](repeating: 0, count: count * embeddingWidth)
        return NetworkBatch(
            axes: [count] + space.shape.axes, samples: input, levels: levels, gammaMap: map, embedding: condition,
            embeddingWidth: embeddingWidth)
    }
}
