import CGUDPlugin
import Foundation
import GUDCore
import GUDPluginABI
import Testing

@testable import GUDPluginHost

/// Negotiation with plugins that say anything of themselves: a trap ends the test program, a loop hangs it.
///
/// Pointers stay valid, as nobody can tell one that is not; everything else is drawn. See ``FuzzTests`` for the
/// variables.
@Suite("Fuzzing of the negotiation")
struct NegotiationFuzzTests {
    private static let schemas = [
        "[]", #"[{"name":"levels","type":"integer","default":3,"range":[1,16],"documentation":"Levels."}]"#,
        #"[{"name":"a","type":"text","choices":["x","y"],"default":"x","documentation":"A."},{"name":"b","type":"numbers","optional":true,"documentation":"B."}]"#,
        #"[{"name":"c","type":"number","required":true,"unit":"s","range":["-inf","inf"],"documentation":"C."}]"#,
    ]

    @Test("A schema is read or refused, and what is read can be written and read again")
    func schemas() throws {
        print("fuzzing schemas: seed \(FuzzTests.seed), \(FuzzTests.iterations) iterations")
        var accepted = 0
        for iteration in 0..<FuzzTests.iterations {
            var source = MutationSource(seed: FuzzTests.seed, stream: iteration)
            let bytes = Data(Self.schemas[source.below(Self.schemas.count)].utf8)
            let other = Data(Self.schemas[source.below(Self.schemas.count)].utf8)
            let text = String(decoding: Mutation.apply(bytes, fields: [], other: other, &source), as: UTF8.self)
            guard let schema = try? ParameterSchema(json: text) else { continue }
            accepted += 1
            let again = try ParameterSchema(json: schema.json())
            #expect(again.specifications.map(\.name) == schema.specifications.map(\.name), "\(text)")
            #expect(again.specifications.map(\.form) == schema.specifications.map(\.form), "\(text)")
        }
        #expect(accepted > 0)
    }

    @Test("Tables are read or refused, and what is read is sound")
    func tables() throws {
        print("fuzzing tables: seed \(FuzzTests.seed), \(FuzzTests.iterations) iterations")
        let texts = Texts([
            "walsh", "a-b_c+d.e", "", "two words", String(repeating: "n", count: 200), "\u{1B}[31m", "ünicode",
        ])
        let schemas = Texts(Self.schemas + ["", "{}", "[1]", "null", String(repeating: "[", count: 5000)])
        var (accepted, refused) = (0, Set<String>())
        for iteration in 0..<FuzzTests.iterations {
            var source = MutationSource(seed: FuzzTests.seed, stream: iteration)
            var table = gud_basis_table()
            table.struct_size = Self.size(MemoryLayout<gud_basis_table>.size, &source)
            if source.below(8) > 0 { table.create = { _, _, _, _, _ in GUD_ERROR_INTERNAL } }
            if source.below(8) > 0 { table.destroy = { _ in } }
            if source.below(8) > 0 { table.info = { _, _, _ in GUD_OK } }
            if source.below(8) > 0 { table.forward = { _, _, _, _, _ in GUD_OK } }
            if source.below(8) > 0 { table.inverse = { _, _, _, _, _ in GUD_OK } }
            try withUnsafePointer(to: table) { table in
                var component = gud_component()
                component.struct_size = Self.size(MemoryLayout<gud_component>.size, &source)
                component.kind =
                    source.below(3) == 0 ? UInt32(truncatingIfNeeded: source.bits()) : UInt32(GUD_KIND_BASIS)
                component.threads = source.below(8) == 0 ? UInt32(truncatingIfNeeded: source.bits()) : 1
                component.name = source.below(2) == 0 ? texts.first : texts.any(&source)
                component.summary = texts.any(&source)
                component.parameters = source.below(2) == 0 ? schemas.first : schemas.any(&source)
                component.table = source.below(16) == 0 ? nil : UnsafeRawPointer(table)
                withUnsafePointer(to: component) { component in
                    // As many as the host would ever read.
                    var list = [UnsafePointer<gud_component>?](repeating: component, count: 4096)
                    if source.below(8) == 0 { list[0] = nil }
                    list.withUnsafeBufferPointer { list in
                        var plugin = gud_plugin()
                        plugin.struct_size = Self.size(MemoryLayout<gud_plugin>.size, &source)
                        plugin.abi_major = source.below(16) == 0 ? UInt16(truncatingIfNeeded: source.bits()) : 1
                        plugin.abi_minor = UInt16(truncatingIfNeeded: source.bits())
                        plugin.id = source.below(2) == 0 ? texts.first : texts.any(&source)
                        plugin.version = source.below(2) == 0 ? texts.first : texts.any(&source)
                        plugin.components = source.below(16) == 0 ? nil : list.baseAddress
                        plugin.component_count =
                            source.below(4) == 0
                            ? UInt32(truncatingIfNeeded: source.bits() >> UInt64(source.below(33))) : 1
                        do throws(PluginError) {
                            let (description, components) = try PluginTables(&plugin, path: "p").read()
                            accepted += 1
                            #expect(description.components == components.map(\.description))
                            #expect(components.count <= 1, "two components of one name, iteration \(iteration)")
                        } catch {
                            refused.insert(String(error.description.prefix(60)))
                        }
                    }
                }
            }
        }
        #expect(accepted > FuzzTests.iterations / 100)
        #expect(refused.count > 10, "\(refused)")
    }

    @Test("What an isolated plugin's process sends is read or refused")
    func payloads() throws {
        print("fuzzing payloads: seed \(FuzzTests.seed), \(FuzzTests.iterations / 10) iterations")
        var payload = try WirePayload(WireObject(number: 3, components: 8))
        _ = payload.append([Float](repeating: 1, count: 40))
        _ = payload.append([Double](repeating: 2, count: 3))
        let whole = try payload.share()
        let bytes = whole.bytes(whole.count)
        var accepted = 0
        for iteration in 0..<FuzzTests.iterations / 10 {
            var source = MutationSource(seed: FuzzTests.seed, stream: iteration)
            let mutant = Mutation.apply(bytes, fields: [0, 8, 16, 24], other: bytes, &source)
            let memory = try SharedMemory(count: max(mutant.count, 1))
            mutant.copyBytes(
                to: UnsafeMutableRawBufferPointer(memory.scalars(at: 0, count: mutant.count, as: UInt8.self)))
            guard let read = try? WirePayload(descriptor: dup(memory.descriptor)) else { continue }
            accepted += 1
            _ = try? read.description(as: WireObject.self)
            for section in 0...read.sections.count {
                let floats: [Float]? = try? read.array(section)
                #expect((floats?.count ?? 0) * 4 <= mutant.count)
            }
        }
        #expect(accepted > 0)
    }

    /// A table's true size, or any.
    private static func size(_ whole: Int, _ source: inout MutationSource) -> UInt32 {
        source.below(4) > 0 ? UInt32(whole) : UInt32(truncatingIfNeeded: source.bits() >> UInt64(source.below(64)))
    }

    /// Texts as C has them, for as long as this object lives.
    private final class Texts {
        private let pointers: [UnsafeMutablePointer<CChar>?]

        init(_ texts: [String]) { pointers = texts.map { strdup($0) } }

        var first: UnsafePointer<CChar>? { UnsafePointer(pointers[0]) }

        func any(_ source: inout MutationSource) -> UnsafePointer<CChar>? {
            source.below(8) == 0 ? nil : UnsafePointer(pointers[source.below(pointers.count)])
        }

        deinit { for pointer in pointers { free(pointer) } }
    }
}
