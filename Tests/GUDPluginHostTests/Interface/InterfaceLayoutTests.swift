import CGUDPlugin
import Foundation
import GUDCore
import TestSupport
import Testing

/// The layout of the interface is what it was, byte for byte, in every language that declares it.
@Suite("The interface's layout", .enabled(if: Compiler.has("gcc"), "there is no gcc to lay the interface out"))
struct InterfaceLayoutTests {
    static let golden = fixtures + "/interface-1.0.txt"

    private func header() throws -> String { try String(contentsOfFile: Compiler.header, encoding: .utf8) }
    private func recorded() throws -> String { try String(contentsOfFile: Self.golden, encoding: .utf8) }

    @Test("Every constant, size, offset and declaration is what it was; GUD_RECORD=1 writes them anew")
    func golden() throws {
        let layout = try Compiler.layout(of: try header())
        if ProcessInfo.processInfo.environment["GUD_RECORD"] == "1" {
            try layout.write(toFile: Self.golden, atomically: true, encoding: .utf8)
        }
        #expect(InterfaceComparison(from: try recorded(), to: layout).breaks == [])
        #expect(layout == (try recorded()))
    }

    @Test("The reader of the header overlooks nothing")
    func reader() throws {
        let text = try header()
        let read = InterfaceHeader(text)
        #expect(read.structures.count == text.matches(of: /\n\} gud_\w+;/).count)
        #expect(read.constants.count == text.matches(of: /#define GUD_\w+ -?\d/).count)
        // A structure without padding is as long as its fields: none is missing.
        for structure in try structures() {
            #expect(structure.size == structure.fields.reduce(0) { $0 + $1.size }, "\(structure.name)")
        }
        for structure in read.structures where structure.grows {
            #expect(structure.fields.first?.declaration == "uint32_t struct_size", "\(structure.name)")
        }
        #expect(read.declarations.map(\.name).contains("gud_plugin_entry"))
        #expect(read.declarations.map(\.name).contains("gud_status"))
    }

    @Test("Swift imports every structure with the same size")
    func swift() throws {
        let sizes: [String: Int] = [
            "gud_error": MemoryLayout<gud_error>.stride, "gud_array": MemoryLayout<gud_array>.stride,
            "gud_space": MemoryLayout<gud_space>.stride, "gud_host": MemoryLayout<gud_host>.stride,
            "gud_basis_context": MemoryLayout<gud_basis_context>.stride,
            "gud_basis_info": MemoryLayout<gud_basis_info>.stride,
            "gud_basis_table": MemoryLayout<gud_basis_table>.stride,
            "gud_schedule_context": MemoryLayout<gud_schedule_context>.stride,
            "gud_schedule_info": MemoryLayout<gud_schedule_info>.stride,
            "gud_schedule_table": MemoryLayout<gud_schedule_table>.stride,
            "gud_denoiser_context": MemoryLayout<gud_denoiser_context>.stride,
            "gud_denoiser_info": MemoryLayout<gud_denoiser_info>.stride,
            "gud_noising_state": MemoryLayout<gud_noising_state>.stride,
            "gud_denoiser_call": MemoryLayout<gud_denoiser_call>.stride,
            "gud_denoiser_table": MemoryLayout<gud_denoiser_table>.stride,
            "gud_conditioner_context": MemoryLayout<gud_conditioner_context>.stride,
            "gud_conditioner_info": MemoryLayout<gud_conditioner_info>.stride,
            "gud_condition_request": MemoryLayout<gud_condition_request>.stride,
            "gud_condition": MemoryLayout<gud_condition>.stride,
            "gud_conditioner_table": MemoryLayout<gud_conditioner_table>.stride,
            "gud_component": MemoryLayout<gud_component>.stride, "gud_plugin": MemoryLayout<gud_plugin>.stride,
        ]
        #expect(sizes == Dictionary(uniqueKeysWithValues: try structures().map { ($0.name, $0.size) }))
        // What crosses is `size` bytes; a tail of padding would be read on one side and not on the other.
        #expect(MemoryLayout<gud_plugin>.size == MemoryLayout<gud_plugin>.stride)
        #expect(MemoryLayout<gud_host>.offset(of: \.parameter_numbers) == (try offset("gud_host", "parameter_numbers")))
        #expect(MemoryLayout<gud_basis_table>.offset(of: \.state) == (try offset("gud_basis_table", "state")))
        #expect(MemoryLayout<gud_schedule_table>.offset(of: \.member) == (try offset("gud_schedule_table", "member")))
        #expect(MemoryLayout<gud_denoiser_table>.offset(of: \.state) == (try offset("gud_denoiser_table", "state")))
        #expect(MemoryLayout<gud_denoiser_call>.offset(of: \.products) == (try offset("gud_denoiser_call", "products")))
        #expect(MemoryLayout<gud_component>.offset(of: \.table) == (try offset("gud_component", "table")))
        #expect(
            MemoryLayout<gud_condition>.offset(of: \.given_values) == (try offset("gud_condition", "given_values")))
    }

    @Test(
        "The Rust binding declares the same constants, sizes and offsets",
        .enabled(if: Compiler.has("rustc"), "there is no rustc"))
    func rust() throws {
        let folder = try TemporaryDirectory()
        let program = InterfaceHeader(try header()).rustProgram(binding: Compiler.rustBinding)
        try program.write(toFile: folder.file("measure.rs"), atomically: true, encoding: .utf8)
        try Compiler.succeed(
            try #require(Compiler.path("rustc")),
            ["--edition", "2021", "-o", folder.file("measure"), folder.file("measure.rs")])
        let expected = try recorded().split(separator: "\n").compactMap { line -> String? in
            if let match = line.wholeMatch(of: /(\w+ = -?\d+) \(.*\)/) { return String(match.1) }
            if let match = line.prefixMatch(of: /\w+: \d+ bytes/) { return String(match.0) }
            if let match = line.prefixMatch(of: /\w+\.\w+: at \d+, \d+ bytes/) { return String(match.0) }
            return nil
        }
        #expect(try Compiler.succeed(folder.file("measure"), []).split(separator: "\n").map(String.init) == expected)
    }

    /// The structures of the golden file with the sizes of their fields.
    private func structures() throws -> [(name: String, size: Int, fields: [(name: String, offset: Int, size: Int)])] {
        var all: [(name: String, size: Int, fields: [(name: String, offset: Int, size: Int)])] = []
        for line in try recorded().split(separator: "\n") {
            if let match = line.wholeMatch(of: /(\w+): (\d+) bytes, (?:grows|frozen)/) {
                all.append((String(match.1), Int(match.2) ?? 0, []))
            } else if let match = line.prefixMatch(of: /(\w+)\.(\w+): at (\d+), (\d+) bytes/) {
                all[all.count - 1].fields.append((String(match.2), Int(match.3) ?? 0, Int(match.4) ?? 0))
            }
        }
        return all
    }

    private func offset(_ structure: String, _ field: String) throws -> Int? {
        try structures().first { $0.name == structure }?.fields.first { $0.name == field }?.offset
    }
}
