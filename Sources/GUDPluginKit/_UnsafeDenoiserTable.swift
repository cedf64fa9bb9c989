import CGUDPlugin
import GUDCore
import GUDPluginABI

private typealias Box = ObjectBox<any Denoiser>

extension gud_denoiser_table {
    /// The functions of every denoiser in Swift.
    static let swift: gud_denoiser_table = {
        var table = gud_denoiser_table()
        table.struct_size = Versioned.size(of: gud_denoiser_table.self)
        table.create = { factory, context, parameters, object, error in
            reporting(to: error) {
                let box = try FactoryBox<DenoiserFactory>.of(factory)
                Box.create(try box.factory.make(try box.parameters(parameters), try DenoiserContext(context)), object)
            }
        }
        table.destroy = { Box.destroy($0) }
        table.info = { object, info, error in
            reporting(to: error) {
                let denoiser = try Box.of(object).value
                var filled = gud_denoiser_info()
                filled.components = UInt64(denoiser.componentCount)
                filled.embedding_width = UInt64(denoiser.embeddingWidth)
                if denoiser is any FittedDenoiser { filled.flags |= UInt32(GUD_DENOISER_FITTED) }
                if denoiser is any DifferentiableDenoiser { filled.flags |= UInt32(GUD_DENOISER_DIFFERENTIABLE) }
                if let info { Versioned.fill(info, with: filled) }
            }
        }
        table.predict_noise = { object, call, error in
            reporting(to: error) {
                let denoiser = try Box.of(object).value
                let call = try DenoiserCall(call, for: denoiser)
                var noise = try output(call.table.noise, call.count).mutableSpan
                try denoiser.predictNoise(
                    in: try input(call.table.noised, call.count).span, states: call.states, embeddings: call.embeddings,
                    into: &noise)
            }
        }
        table.pull_back = { object, call, error in
            reporting(to: error) {
                guard let denoiser = try Box.of(object).value as? any DifferentiableDenoiser else {
                    throw AbsentAbility(description: "the denoiser does not differentiate itself")
                }
                let call = try DenoiserCall(call, for: denoiser)
                var noise = try output(call.table.noise, call.count).mutableSpan
                var products = try output(call.table.products, call.count).mutableSpan
                try denoiser.pullBack(
                    try input(call.table.cotangents, call.count).span,
                    through: try input(call.table.noised, call.count).span,
                    states: call.states, embeddings: call.embeddings, noise: &noise, into: &products)
            }
        }
        table.state = { object, arrays, count, error in
            reporting(to: error) {
                let box = try Box.of(object)
                guard let denoiser = box.value as? any FittedDenoiser else {
                    throw AbsentAbility(description: "the denoiser is not fitted: it keeps nothing")
                }
                try box.export(try denoiser.state, arrays, count)
            }
        }
        return table
    }()
}

/// One call of the host, with the noising states as the core has them.
private struct DenoiserCall {
    let table: gud_denoiser_call
    let count: Int
    let states: NoisingStates
    let embeddings: Embeddings?

    init(_ pointer: UnsafePointer<gud_denoiser_call>?, for denoiser: any Denoiser) throws {
        guard let pointer else { throw BrokenCall(description: "the denoiser was called without a request") }
        table = Versioned.copy(pointer, over: gud_denoiser_call())
        let components = denoiser.componentCount
        count = table.batch * components
        let all = try values(table.states, table.state_count).compactMap { pointer -> NoisingState? in
            guard let pointer else { return nil }
            let state = Versioned.copy(pointer, over: gud_noising_state())
            return NoisingState(
                time: state.time, gamma: try values(state.gamma, components),
                gammaRate: try values(state.gamma_rate, components))
        }
        guard let first = all.first, all.count == 1 || all.count == table.batch else {
            throw BrokenCall(description: "\(all.count) noising states for a batch of \(table.batch)")
        }
        states = all.count == 1 ? .shared(first) : .perSample(all)
        let width = denoiser.embeddingWidth
        embeddings =
            table.embeddings == nil || width == 0
            ? nil : Embeddings(width: width, values: try values(table.embeddings, table.batch * width))
    }
}

extension DenoiserContext {
    /// The context that the host describes.
    fileprivate init(_ pointer: UnsafePointer<gud_denoiser_context>?) throws {
        guard let pointer else { throw BrokenCall(description: "create was called without a context") }
        let context = Versioned.copy(pointer, over: gud_denoiser_context())
        let space = try ComponentSpace(context.space)
        self.init(
            space: space,
            fitting: try context.fitting.map { try values($0, context.fitting_count * space.componentCount) },
            state: try context.state.map { try StateArrays($0, count: context.state_count) },
            embeddingWidth: Int(context.embedding_width), seed: context.seed,
            device: context.device.map { String(cString: $0) } ?? "cpu")
    }
}
