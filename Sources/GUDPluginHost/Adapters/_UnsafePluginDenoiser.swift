import CGUDPlugin
import GUDCore
import GUDPluginABI

/// A plugin's denoiser behind the core's protocol.
///
/// Invariant: the plugin sees buffers of exactly the counts that the interface promises; everything is checked before
/// it is called.
class PluginDenoiser: Denoiser, @unchecked Sendable {
    let componentCount: Int
    let embeddingWidth: Int
    fileprivate let object: PluginObject
    fileprivate let table: gud_denoiser_table
    /// Whether it says that it is exact for independent normal components of the space's variances.
    let claimsGaussian: Bool

    required init(_ object: PluginObject, _ table: gud_denoiser_table, _ info: gud_denoiser_info, embeddingWidth: Int) {
        self.object = object
        self.table = table
        self.embeddingWidth = embeddingWidth
        componentCount = Int(info.components)
        claimsGaussian = info.flags & UInt32(GUD_DENOISER_GAUSSIAN) != 0
    }

    /// Makes a denoiser of a component.
    static func make(
        _ component: LoadedPlugin.Component, of plugin: LoadedPlugin, _ parameters: ParameterBox,
        _ context: DenoiserContext
    ) throws -> PluginDenoiser {
        let table = Versioned.copy(component.table, over: gud_denoiser_table())
        let state = try context.state.map { try ExportedArrays($0) }
        let space = LentSpace(context.space)
        var asked = gud_denoiser_context()
        asked.struct_size = Versioned.size(of: gud_denoiser_context.self)
        asked.space = space.table
        asked.state = state?.arrays.baseAddress
        asked.state_count = state?.arrays.count ?? 0
        asked.embedding_width = UInt64(context.embeddingWidth)
        asked.seed = context.seed
        let object = try PluginObject(component, of: plugin, keeping: space, destroy: table.destroy) { object, error in
            withOptionalPointer(context.fitting) { fitting, count in
                context.device.withCString { device in
                    asked.fitting = fitting
                    asked.fitting_count = count / context.space.componentCount
                    asked.device = device
                    return withExtendedLifetime((state, parameters)) {
                        table.create(component.factory, &asked, parameters.handle, object, error)
                    }
                }
            }
        }
        var info = gud_denoiser_info()
        info.struct_size = Versioned.size(of: gud_denoiser_info.self)
        if let failure = object.call({ table.info($0, &info, $1) }) { throw object.inconsistent(failure.message) }
        let count = context.space.componentCount
        guard Int(exactly: info.components) == count else {
            throw object.inconsistent("says that it has \(info.components) components where \(count) were asked for")
        }
        guard let width = Int(exactly: info.embedding_width), width <= 1 << 24 else {
            throw object.inconsistent("says that it takes conditions of width \(info.embedding_width)")
        }
        return try kind(info.flags, table, object).init(object, table, info, embeddingWidth: width)
    }

    /// The class that has the abilities which a denoiser claims.
    private static func kind(
        _ flags: UInt32, _ table: gud_denoiser_table, _ object: PluginObject
    ) throws(PluginError) -> PluginDenoiser.Type {
        let isFitted = flags & UInt32(GUD_DENOISER_FITTED) != 0
        let isDifferentiable = flags & UInt32(GUD_DENOISER_DIFFERENTIABLE) != 0
        guard !isFitted || table.state != nil else {
            throw object.inconsistent("is fitted, but has no function 'state'")
        }
        guard !isDifferentiable || table.pull_back != nil else {
            throw object.inconsistent("differentiates itself, but has no function 'pull_back'")
        }
        return switch (isFitted, isDifferentiable) {
        case (false, false): PluginDenoiser.self
        case (true, false): FittedPluginDenoiser.self
        case (false, true): DifferentiablePluginDenoiser.self
        case (true, true): FittedDifferentiablePluginDenoiser.self
        }
    }

    final func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        let batch = try batchCount(noised: noised.count, noise: noise.count, states: states, embeddings: embeddings)
        guard batch > 0 else { return }
        let failure = unsafe noised.withUnsafeBufferPointer { noised in
            unsafe noise.withUnsafeMutableBufferPointer { noise in
                evaluate(table.predict_noise, batch, noised, states, embeddings) { call in
                    call.noise = noise.baseAddress
                }
            }
        }
        if let failure { throw .failed(reason: failure.message) }
    }

    /// The vector–Jacobian product, for the classes that have it.
    fileprivate final func pullBackInPlugin(
        _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
        noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        let batch = try batchCount(
            noised: noised.count, noise: noise.count, cotangents: cotangents.count, products: products.count,
            states: states, embeddings: embeddings)
        guard batch > 0 else { return }
        let failure = unsafe noised.withUnsafeBufferPointer { noised in
            unsafe cotangents.withUnsafeBufferPointer { cotangents in
                unsafe noise.withUnsafeMutableBufferPointer { noise in
                    unsafe products.withUnsafeMutableBufferPointer { products in
                        evaluate(table.pull_back, batch, noised, states, embeddings) { call in
                            call.noise = noise.baseAddress
                            call.cotangents = cotangents.baseAddress
                            call.products = products.baseAddress
                        }
                    }
                }
            }
        }
        if let failure { throw .failed(reason: failure.message) }
    }

    private typealias Function =
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafePointer<gud_denoiser_call>?, UnsafeMutablePointer<gud_error>?
        ) -> gud_status

    private func evaluate(
        _ function: Function?, _ batch: Int, _ noised: UnsafeBufferPointer<Float>, _ states: NoisingStates,
        _ embeddings: Embeddings?, fill: (inout gud_denoiser_call) -> Void
    ) -> (status: gud_status, message: String)? {
        guard let function else { return (GUD_ERROR_UNSUPPORTED, "\(object.component) has no such function") }
        return states.withTable { table, count in
            withOptionalPointer(embeddings?.values) { rows, _ in
                var call = gud_denoiser_call()
                call.struct_size = Versioned.size(of: gud_denoiser_call.self)
                call.batch = batch
                call.noised = noised.baseAddress
                call.states = table
                call.state_count = count
                call.embeddings = rows
                fill(&call)
                return object.call { function($0, &call, $1) }
            }
        }
    }
}

private final class FittedPluginDenoiser: PluginDenoiser, FittedDenoiser, @unchecked Sendable {
    var state: StateArrays { get throws { try object.state(table.state) } }
}

private final class DifferentiablePluginDenoiser: PluginDenoiser, DifferentiableDenoiser, @unchecked Sendable {
    func pullBack(
        _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
        noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        try pullBackInPlugin(
            cotangents, through: noised, states: states, embeddings: embeddings, noise: &noise, into: &products)
    }
}

private final class FittedDifferentiablePluginDenoiser: PluginDenoiser, FittedDenoiser, DifferentiableDenoiser,
    @unchecked Sendable
{
    var state: StateArrays { get throws { try object.state(table.state) } }

    func pullBack(
        _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
        noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        try pullBackInPlugin(
            cotangents, through: noised, states: states, embeddings: embeddings, noise: &noise, into: &products)
    }
}
