import CGUDPlugin
import GUDCore
import GUDPluginABI
import GUDPluginKit
import Testing

@testable import GUDPluginHost

/// Tables of a plugin that end early, at the edge of memory: one byte too many would end the process.
@Suite("The host reads short tables no further than they say", .serialized)
struct ShortTablesTests {
    /// A plugin's table that the kit made.
    private func plugin() throws -> gud_plugin {
        var table: UnsafePointer<gud_plugin>?
        #expect(
            Plugin(id: "org.example.copy", version: "1.0.0", components: [.basis(CopyBasis.factory)])
                .export(to: HostServices.table, &table, nil) == GUD_OK)
        return try #require(table).pointee
    }

    private func component() throws -> gud_component {
        let list = try #require(try plugin().components)
        return try #require(list[0]).pointee
    }

    /// What reading a table comes to: how many components, or what is wrong.
    private func reading(_ table: UnsafePointer<gud_plugin>) -> String {
        do throws(PluginError) {
            return "\(try PluginTables(table, path: "p").read().1.count) components"
        } catch {
            return error.description
        }
    }

    /// The same of a plugin of one component.
    private func reading(_ component: UnsafePointer<gud_component>, of plugin: gud_plugin) -> String {
        var plugin = plugin
        let list: [UnsafePointer<gud_component>?] = [component]
        return list.withUnsafeBufferPointer { list in
            plugin.components = list.baseAddress
            return reading(&plugin)
        }
    }

    @Test("A plugin's table")
    func pluginTable() throws {
        let whole = try plugin()
        let outcomes = [
            8: "plugin 'p' breaks the contract: it has no id", 16: "plugin 'p' breaks the contract: it has no version",
            56: "1 components",
        ]
        for bytes in lengths(of: gud_plugin.self) {
            try Edge(whole, bytes: bytes).lend(as: gud_plugin.self) {
                #expect(reading($0) == outcomes[bytes] ?? "0 components", "\(bytes) bytes")
            }
        }
        try Edge(whole, bytes: 8, says: 7).lend(as: gud_plugin.self) {
            #expect(reading($0) == "plugin 'p' breaks the contract: its table says that it is 7 bytes long")
        }
    }

    @Test("A table of another major version: nothing beyond its version")
    func otherMajor() throws {
        var whole = try plugin()
        whole.abi_major = 2
        try Edge(whole, bytes: 8).lend(as: gud_plugin.self) {
            #expect(
                reading($0)
                    == "plugin 'p' cannot be used: expected version 1.x of the plugin interface, "
                    + "got 2.0; build the plugin anew with this program's gud_plugin.h")
        }
    }

    @Test("A component")
    func componentTable() throws {
        let (plugin, whole) = (try plugin(), try component())
        for bytes in lengths(of: gud_component.self) {
            let outcome =
                switch bytes {
                case ..<24: "plugin 'p' breaks the contract: it has no name of a basis"
                case ..<56: "plugin 'p' breaks the contract: basis/copy has no table of functions"
                default: "1 components"
                }
            try Edge(whole, bytes: bytes).lend(as: gud_component.self) {
                #expect(reading($0, of: plugin) == outcome, "\(bytes) bytes")
            }
        }
        // Its kind is out of reach: none that this program knows.
        try Edge(whole, bytes: 4).lend(as: gud_component.self) { #expect(reading($0, of: plugin) == "0 components") }
    }

    @Test("A table of functions: what is missing is named, what is optional may be missing")
    func functions() throws {
        var component = try component()
        let plugin = try plugin()
        let whole = try #require(component.table).loadUnaligned(as: gud_basis_table.self)
        let names = ["create", "destroy", "info", "forward", "inverse"]
        for count in 0...7 {
            try Edge(whole, bytes: 8 + 8 * count).lend(as: gud_basis_table.self) { table in
                component.table = UnsafeRawPointer(table)
                #expect(
                    reading(&component, of: plugin)
                        == (count >= 5
                            ? "1 components"
                            : "plugin 'p' breaks the contract: basis/copy lacks \(names[count...].joined(separator: ", "))")
                )
                let copy = Versioned.copy(table, over: gud_basis_table())
                #expect((copy.labels != nil) == (count > 5) && (copy.state != nil) == (count > 6))
            }
        }
    }

    @Test("A longer structure is cut, and keeps its size and what was appended")
    func longer() {
        var longer = (info: gud_basis_info(), appended: UInt64(0x1234))
        longer.info.struct_size = 32
        let filled = gud_basis_info(struct_size: 24, flags: 1, dimension: 2, components: 3)
        withUnsafeMutableBytes(of: &longer) { bytes in
            guard let start = bytes.baseAddress else { return }
            Versioned.fill(start.assumingMemoryBound(to: gud_basis_info.self), with: filled)
            let copy = Versioned.copy(start, over: gud_basis_info())
            #expect(copy.struct_size == 32 && copy.flags == 1 && copy.components == 3)
        }
        #expect(longer.info.struct_size == 32 && longer.info.dimension == 2 && longer.appended == 0x1234)
    }
}
