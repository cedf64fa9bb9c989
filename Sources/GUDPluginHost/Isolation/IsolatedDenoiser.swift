import GUDCore

/// A denoiser in a plugin's process.
class IsolatedDenoiser: Denoiser, @unchecked Sendable {
    let componentCount: Int
    let embeddingWidth: Int
    private let object: IsolatedObject

    required init(_ object: IsolatedObject, _ wire: WireObject) {
        self.object = object
        componentCount = wire.components
        embeddingWidth = wire.embeddingWidth
    }

    final func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        let batch = try batchCount(noised: noised.count, noise: noise.count, states: states, embeddings: embeddings)
        guard batch > 0 else { return }
        let layout = layout(batch, states, embeddings, isPullBack: false)
        try call(.predict, layout) { memory in
            memory.write(noised, at: layout.noised)
            layout.write(states, to: memory)
            layout.write(embeddings, to: memory)
        } read: { memory in
            memory.read(into: &noise, at: layout.noise)
        }
    }

    /// The vector–Jacobian product, for the classes that have it.
    fileprivate final func pullBackThere(
        _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
        noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        let batch = try batchCount(
            noised: noised.count, noise: noise.count, cotangents: cotangents.count, products: products.count,
            states: states, embeddings: embeddings)
        guard batch > 0 else { return }
        let layout = layout(batch, states, embeddings, isPullBack: true)
        try call(.pullBack, layout) { memory in
            memory.write(noised, at: layout.noised)
            memory.write(cotangents, at: layout.cotangents)
            layout.write(states, to: memory)
            layout.write(embeddings, to: memory)
        } read: { memory in
            memory.read(into: &noise, at: layout.noise)
            memory.read(into: &products, at: layout.products)
        }
    }

    /// The kept arrays, for the classes that have them.
    fileprivate final func stateThere() throws -> StateArrays {
        let answer = try object.process.ask(
            WireFrame(.state, object.number), doing: "the state of \(object.component)")
        return try answer.state(try answer.description(as: WireObject.self).state ?? [])
    }

    private func layout(
        _ batch: Int, _ states: NoisingStates, _ embeddings: Embeddings?, isPullBack: Bool
    ) -> DenoiserLayout {
        let stateCount = if case .perSample(let all) = states { all.count } else { 1 }
        return DenoiserLayout(
            batch: batch, components: componentCount, states: stateCount, embeddingWidth: embeddings?.width ?? 0,
            isPullBack: isPullBack)
    }

    private func call(
        _ kind: WireFrame.Kind, _ layout: DenoiserLayout, fill: (SharedMemory) -> Void, read: (SharedMemory) -> Void
    ) throws(DenoiserError) {
        do {
            try object.process.call(
                WireFrame(kind, object.number, layout.batch, layout.states, layout.embeddingWidth), size: layout.size,
                doing: "\(kind) of \(object.component)", fill: fill, read: read)
        } catch {
            throw .failed(reason: error.description)
        }
    }
}

final class FittedIsolatedDenoiser: IsolatedDenoiser, FittedDenoiser, @unchecked Sendable {
    var state: StateArrays { get throws { try stateThere() } }
}

final class DifferentiableIsolatedDenoiser: IsolatedDenoiser, DifferentiableDenoiser, @unchecked Sendable {
    func pullBack(
        _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
        noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        try pullBackThere(
            cotangents, through: noised, states: states, embeddings: embeddings, noise: &noise, into: &products)
    }
}

final class FittedDifferentiableIsolatedDenoiser: IsolatedDenoiser, FittedDenoiser, DifferentiableDenoiser,
    @unchecked Sendable
{
    var state: StateArrays { get throws { try stateThere() } }

    func pullBack(
        _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
        noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        try pullBackThere(
            cotangents, through: noised, states: states, embeddings: embeddings, noise: &noise, into: &products)
    }
}
