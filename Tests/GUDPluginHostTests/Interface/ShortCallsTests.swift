import CGUDPlugin
import GUDCore
import GUDPluginABI
import GUDPluginKit
import Testing

@testable import GUDPluginHost

/// Structures of a host that end early, at the edge of memory: the kit neither reads nor writes beyond them.
@Suite("The kit reads and writes short structures no further than they say", .serialized)
struct ShortCallsTests {
    private struct Zero: Denoiser {
        let componentCount: Int
        var embeddingWidth: Int { 0 }
        func predictNoise(
            in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
        ) throws(DenoiserError) {
            _ = try batchCount(noised: noised.count, noise: noise.count, states: states, embeddings: embeddings)
            for index in 0..<noise.count { noise[index] = 0 }
        }
    }

    private struct Free: Conditioner {
        var embeddingWidth: Int { 0 }
        func condition(_ request: ConditionRequest, in space: ComponentSpace) throws(ConditionerError) -> Condition {
            Condition(guidance: request.guidance)
        }
    }

    private static let plugin = Plugin(
        id: "a", version: "1",
        components: [
            .basis(CopyBasis.factory),
            .denoiser(
                DenoiserFactory(Descriptor(name: "zero", summary: "")) { _, context in
                    Zero(componentCount: context.space.componentCount)
                }),
            .conditioner(ConditionerFactory(Descriptor(name: "free", summary: "")) { _, _ in Free() }),
        ])

    private let space: LentSpace

    init() throws {
        space = LentSpace(
            try ComponentSpace(
                basis: CopyBasis(shape: .vector(2)), mean: [0, 0], scale: [1, 1], variances: [1, 1]))
    }

    private func component(_ index: Int) throws -> gud_component {
        var table: UnsafePointer<gud_plugin>?
        #expect(Self.plugin.export(to: HostServices.table, &table, nil) == GUD_OK)
        let plugin = try #require(table).pointee
        let list = try #require(plugin.components)
        return try #require(list[index]).pointee
    }

    @Test("A host with few functions, or none")
    func hosts() throws {
        for bytes in lengths(of: gud_host.self) {
            try Edge(HostServices.table.pointee, bytes: bytes).lend(as: gud_host.self) { host in
                var table: UnsafePointer<gud_plugin>?
                #expect(Self.plugin.export(to: host, &table, nil) == GUD_OK)
            }
        }
    }

    @Test("The context and info of a basis")
    func basis() throws {
        let component = try component(0)
        let functions = try #require(component.table).loadUnaligned(as: gud_basis_table.self)
        var context = gud_basis_context()
        context.rank = 1
        context.axes.0 = 3
        for bytes in lengths(of: gud_basis_context.self) {
            var object: UnsafeMutableRawPointer?
            let status = try Edge(context, bytes: bytes).lend(as: gud_basis_context.self) {
                functions.create(component.factory, $0, nil, &object, nil)
            }
            // Without axes there is no shape; everything behind them is optional.
            #expect(status == (bytes < 16 ? GUD_ERROR_SHAPE : GUD_OK), "\(bytes) bytes")
            guard let object else { continue }
            for room in lengths(of: gud_basis_info.self) {
                let info = try Edge(gud_basis_info(), bytes: room)
                #expect(info.lend(as: gud_basis_info.self) { functions.info(object, $0, nil) } == GUD_OK)
                #expect(info.load(0, as: UInt32.self) == UInt32(room))
                if room >= 16 { #expect(info.load(8, as: UInt64.self) == 3) }
            }
            let nowhere = try Edge(gud_basis_info(), bytes: 4, says: 0)
            #expect(nowhere.lend(as: gud_basis_info.self) { functions.info(object, $0, nil) } == GUD_OK)
            functions.destroy(object)
        }
    }

    @Test("The context and space of a denoiser")
    func denoiserContexts() throws {
        let component = try component(1)
        let functions = try #require(component.table).loadUnaligned(as: gud_denoiser_table.self)
        func create(_ context: UnsafePointer<gud_denoiser_context>) -> gud_status {
            var object: UnsafeMutableRawPointer?
            defer { functions.destroy(object) }
            return functions.create(component.factory, context, nil, &object, nil)
        }
        var context = gud_denoiser_context()
        context.space = space.table
        for bytes in lengths(of: gud_denoiser_context.self) {
            try Edge(context, bytes: bytes).lend(as: gud_denoiser_context.self) {
                #expect(create($0) == (bytes < 16 ? GUD_ERROR_ARGUMENT : GUD_OK), "\(bytes) bytes")
            }
        }
        context.struct_size = Versioned.size(of: gud_denoiser_context.self)
        for bytes in lengths(of: gud_space.self) {
            try Edge(space.table.pointee, bytes: bytes).lend(as: gud_space.self) {
                context.space = UnsafePointer($0)
                // Variances are the last that a space must have; a transform that is missing fails when it is called.
                #expect((create(&context) == GUD_OK) == (bytes >= 80), "\(bytes) bytes")
            }
        }
    }

    @Test("The calls and noising states of a denoiser")
    func denoiserCalls() throws {
        let component = try component(1)
        let functions = try #require(component.table).loadUnaligned(as: gud_denoiser_table.self)
        var context = gud_denoiser_context()
        context.struct_size = Versioned.size(of: gud_denoiser_context.self)
        context.space = space.table
        var object: UnsafeMutableRawPointer?
        #expect(functions.create(component.factory, &context, nil, &object, nil) == GUD_OK)
        let noised = try Edge((Float(1), Float(2)), bytes: 8)
        let noise = try Edge((Float(9), Float(9)), bytes: 8)
        let row = try Edge((0.0, 0.0), bytes: 16)
        let whole = row.lend(as: Double.self) {
            gud_noising_state(struct_size: 0, reserved: 0, time: 0.5, gamma: $0, gamma_rate: $0, alpha: $0, sigma: $0)
        }
        for stateBytes in lengths(of: gud_noising_state.self) {
            for callBytes in lengths(of: gud_denoiser_call.self) {
                let status = try Edge(whole, bytes: stateBytes).lend(as: gud_noising_state.self) { state in
                    try [UnsafePointer?(state)].withUnsafeBufferPointer { states in
                        var call = gud_denoiser_call()
                        call.batch = 1
                        call.noised = noised.lend(as: Float.self) { UnsafePointer($0) }
                        call.states = states.baseAddress
                        call.state_count = 1
                        call.noise = noise.lend(as: Float.self) { $0 }
                        return try Edge(call, bytes: callBytes).lend(as: gud_denoiser_call.self) {
                            functions.predict_noise(object, $0, nil)
                        }
                    }
                }
                // γ and its rate are needed of a state, everything up to the noise of a call.
                #expect(
                    (status == GUD_OK) == (stateBytes >= 32 && callBytes >= 56), "\(stateBytes), \(callBytes) bytes")
            }
        }
        #expect(noise.load(0, as: Float.self) == 0 && noise.load(4, as: Float.self) == 0)
        functions.destroy(object)
        withExtendedLifetime((noised, noise, row)) {}
    }

    @Test("The requests and conditions of a conditioner")
    func conditions() throws {
        let component = try component(2)
        let functions = try #require(component.table).loadUnaligned(as: gud_conditioner_table.self)
        var object: UnsafeMutableRawPointer?
        try Edge(gud_conditioner_context(), bytes: 8).lend(as: gud_conditioner_context.self) {
            #expect(functions.create(component.factory, $0, nil, &object, nil) == GUD_OK)
        }
        var request = gud_condition_request()
        request.class_index = -1
        request.guidance = 3
        request.space = space.table
        for bytes in lengths(of: gud_condition_request.self) {
            for room in lengths(of: gud_condition.self) {
                let answer = try Edge(gud_condition(), bytes: room)
                let status = try Edge(request, bytes: bytes).lend(as: gud_condition_request.self) { request in
                    answer.lend(as: gud_condition.self) { functions.condition(object, request, $0, nil) }
                }
                #expect((status == GUD_OK) == (bytes == 48), "\(bytes) bytes")
                if status == GUD_OK, room >= 16 { #expect(answer.load(8, as: Double.self) == 3) }
            }
        }
        functions.destroy(object)
    }
}
