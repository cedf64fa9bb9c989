import CGUDPlugin
import GUDCore
import GUDPluginABI
import Testing

@testable import GUDPluginKit

/// A denoiser of the kit, called through its C functions.
@Suite("The kit's table of a denoiser")
struct DenoiserTableTests {
    private let census = Census()
    private let space = LentSpace()
    private let noised: [Float] = [1, -2, 3, 0.5, 0.25, -8]
    private let states = [0.0, 1.5].map { shift in
        NoisingState(time: 0.4, gamma: [shift - 1, shift, shift + 1], gammaRate: [1, 2, 3])
    }

    private func make(
        embeddingWidth: UInt64 = 0, state: StateArrays? = nil
    ) throws -> (table: gud_denoiser_table, object: UnsafeMutableRawPointer?) {
        let plugin = try TestHost().export(.denoiser(Share.factory(census)))
        let table = try plugin.functions(gud_denoiser_table.self)
        let component = try plugin.component()
        #expect(component.kind == UInt32(GUD_KIND_DENOISER))
        let kept = try state.map { try ExportedArrays($0) }
        var context = gud_denoiser_context()
        context.struct_size = Versioned.size(of: gud_denoiser_context.self)
        context.space = UnsafePointer(space.table)
        context.embedding_width = embeddingWidth
        context.state = kept?.arrays.baseAddress
        context.state_count = kept?.arrays.count ?? 0
        var object: UnsafeMutableRawPointer?
        let answer = withExtendedLifetime(kept) {
            Answer { table.create(component.factory, &context, nil, &object, $0) }
        }
        #expect(answer == .ok)
        return (table, object)
    }

    /// What the space of the context makes of the shares: z of the mean plus one.
    private func direct(embeddingWidth: Int = 0) -> Share {
        Share(life: Census.Life(Census()), shares: [1, 0.5, 0.25], embeddingWidth: embeddingWidth)
    }

    private func call(
        _ states: LentStates, count: Int, embeddings: [Float]? = nil, cotangents: [Float]? = nil,
        _ function: (UnsafePointer<gud_denoiser_call>?, UnsafeMutablePointer<gud_error>?) -> gud_status
    ) -> (answer: Answer, noise: [Float], products: [Float]) {
        var (noise, products) = ([Float](repeating: .nan, count: 6), [Float](repeating: .nan, count: 6))
        let answer = noised.withUnsafeBufferPointer { noised in
            noise.withUnsafeMutableBufferPointer { noise in
                products.withUnsafeMutableBufferPointer { products in
                    (embeddings ?? []).withUnsafeBufferPointer { rows in
                        (cotangents ?? []).withUnsafeBufferPointer { cotangents in
                            var call = gud_denoiser_call()
                            call.struct_size = Versioned.size(of: gud_denoiser_call.self)
                            call.batch = 2
                            call.noised = noised.baseAddress
                            call.states = UnsafePointer(states.pointers.baseAddress)
                            call.state_count = count
                            call.embeddings = rows.isEmpty ? nil : rows.baseAddress
                            call.noise = noise.baseAddress
                            call.cotangents = cotangents.isEmpty ? nil : cotangents.baseAddress
                            call.products = products.baseAddress
                            return Answer { function(&call, $0) }
                        }
                    }
                }
            }
        }
        return (answer, noise, products)
    }

    @Test("Shared and single states give what the direct call gives, bit for bit")
    func prediction() throws {
        let (table, object) = try make()
        let lent = LentStates(states)
        let shared = call(lent, count: 1) { table.predict_noise(object, $0, $1) }
        #expect(shared.answer == .ok)
        #expect(shared.noise == (try direct().predictNoise(in: noised, states: .shared(states[0]))))
        let single = call(lent, count: 2) { table.predict_noise(object, $0, $1) }
        #expect(single.answer == .ok)
        #expect(single.noise == (try direct().predictNoise(in: noised, states: .perSample(states))))
        #expect(single.noise != shared.noise)
        table.destroy(object)
        #expect(census.alive == 0)
    }

    @Test("Conditions reach it, where it takes them")
    func embeddings() throws {
        let (table, object) = try make(embeddingWidth: 2)
        let rows: [Float] = [10, 0, -10, 0]
        let answer = call(LentStates(states), count: 1, embeddings: rows) { table.predict_noise(object, $0, $1) }
        #expect(
            answer.noise
                == (try direct(embeddingWidth: 2).predictNoise(
                    in: noised, states: .shared(states[0]), embeddings: Embeddings(width: 2, values: rows))))
        table.destroy(object)
        let (plain, other) = try make()
        let without = call(LentStates(states), count: 1, embeddings: rows) { plain.predict_noise(other, $0, $1) }
        #expect(without.noise == (try direct().predictNoise(in: noised, states: .shared(states[0]))))
        plain.destroy(other)
    }

    @Test("pull_back gives noise and products")
    func pullBack() throws {
        let (table, object) = try make()
        let cotangents: [Float] = [1, 2, 3, 4, 5, 6]
        let answer = call(LentStates(states), count: 2, cotangents: cotangents) { table.pull_back(object, $0, $1) }
        #expect(answer.answer == .ok)
        var (noise, products) = ([Float](repeating: 0, count: 6), [Float](repeating: 0, count: 6))
        var noiseSpan = noise.mutableSpan
        var productSpan = products.mutableSpan
        try direct().pullBack(
            cotangents.span, through: noised.span, states: .perSample(states), embeddings: nil, noise: &noiseSpan,
            into: &productSpan)
        #expect(answer.noise == noise && answer.products == products)
        #expect(
            call(LentStates(states), count: 2) { table.pull_back(object, $0, $1) }.answer
                == Answer(status: GUD_ERROR_ARGUMENT, text: "a function was called without its input"))
        table.destroy(object)
    }

    @Test("info tells its abilities, and its state makes it again")
    func state() throws {
        let (table, object) = try make(embeddingWidth: 5)
        var info = gud_denoiser_info()
        info.struct_size = Versioned.size(of: gud_denoiser_info.self)
        #expect(Answer { table.info(object, &info, $0) } == .ok)
        #expect(info.components == 3 && info.embedding_width == 5)
        #expect(info.flags == UInt32(GUD_DENOISER_FITTED | GUD_DENOISER_DIFFERENTIABLE))
        var arrays: UnsafePointer<gud_array>?
        var count = 0
        #expect(Answer { table.state(object, &arrays, &count, $0) } == .ok)
        #expect(
            try StateArrays(arrays, count: count).entries
                == ["shares": .init(axes: [3], values: .float([1, 0.5, 0.25]))])
        let other = StateArrays(["shares": .init(axes: [3], values: .float([0, 0, 0]))])
        let again = try make(state: other).object
        let answer = call(LentStates(states), count: 1) { table.predict_noise(again, $0, $1) }
        #expect(answer.noise == [1, 2, 3, 1, 2, 3])
        table.destroy(object)
        table.destroy(again)
        #expect(census.alive == 0)
    }

    @Test("States that do not go with the batch, and calls without what they need, are errors")
    func errors() throws {
        let (table, object) = try make()
        #expect(
            call(LentStates(states + states), count: 4) { table.predict_noise(object, $0, $1) }.answer
                == Answer(status: GUD_ERROR_ARGUMENT, text: "4 noising states for a batch of 2"))
        #expect(
            call(LentStates(states), count: 0) { table.predict_noise(object, $0, $1) }.answer
                == Answer(status: GUD_ERROR_ARGUMENT, text: "0 noising states for a batch of 2"))
        #expect(
            Answer { table.predict_noise(object, nil, $0) }
                == Answer(status: GUD_ERROR_ARGUMENT, text: "the denoiser was called without a request"))
        table.destroy(object)
        let plugin = try TestHost().export(.denoiser(Share.factory(census)))
        var context = gud_denoiser_context()
        context.struct_size = Versioned.size(of: gud_denoiser_context.self)
        var none: UnsafeMutableRawPointer?
        let factory = try plugin.component().factory
        #expect(
            Answer { table.create(factory, &context, nil, &none, $0) }
                == Answer(status: GUD_ERROR_ARGUMENT, text: "the host gave no space"))
    }
}
