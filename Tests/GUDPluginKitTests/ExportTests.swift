import CGUDPlugin
import Foundation
import GUDCore
import GUDPluginABI
import Synchronization
import Testing

@testable import GUDPluginKit

/// What a plugin's entry gives, and when it refuses.
@Suite("The kit's export")
struct ExportTests {
    private let census = Census()

    private func entry(_ plugin: Plugin, _ host: UnsafePointer<gud_host>?) -> (Answer, UnsafePointer<gud_plugin>?) {
        var exported: UnsafePointer<gud_plugin>?
        let answer = Answer { plugin.export(to: host, &exported, $0) }
        return (answer, exported)
    }

    @Test("The table describes the plugin, and its components in order")
    func table() throws {
        let exported = try TestHost().export(
            .basis(Shortened.factory(census)), .schedule(Slope.factory(census), threads: .plugin),
            .denoiser(Share.factory(census)), .conditioner(Echo.factory(census)))
        let table = exported.plugin.pointee
        #expect(table.struct_size == 56 && table.abi_major == 1 && table.abi_minor == 0)
        #expect(String(cString: table.id) == "org.example.kit" && String(cString: table.version) == "1.2.3")
        #expect(String(cString: table.license) == "Apache-2.0")
        #expect(String(cString: table.toolkit) == "GUDPluginKit \(GUDVersion.current)")
        #expect(try (0..<4).map { try exported.component($0).kind } == [1, 2, 3, 4])
        #expect(try (0..<4).map { try exported.component($0).threads } == [0, 2, 0, 0])
        let (answer, plain) = entry(Plugin(id: "a", version: "1", components: []), TestHost().table)
        #expect(answer == .ok)
        #expect(plain?.pointee.license == nil && plain?.pointee.component_count == 0)
        #expect(census.made == 0, "nothing is made before the host asks for it")
    }

    @Test("A host of another major version is refused: what it is, what was expected, what to do", arguments: [0, 2])
    func otherHost(_ major: UInt16) {
        let plugin = Plugin(id: "org.example.old", version: "1", components: [])
        let (answer, exported) = entry(plugin, TestHost(major: major).table)
        #expect(
            answer
                == Answer(
                    status: GUD_ERROR_ABI,
                    text: "plugin 'org.example.old' speaks version 1.0 of the plugin interface, the host \(major).7; "
                        + "build the plugin for this host"))
        #expect(exported == nil)
        #expect(plugin.export(to: TestHost(major: major).table, nil, nil) == GUD_ERROR_ARGUMENT)
    }

    @Test("Without a host, or a place for the table, there is an error")
    func nothing() {
        let plugin = Plugin(id: "a", version: "1", components: [])
        let lacking = Answer(status: GUD_ERROR_ARGUMENT, text: "gud_plugin_entry was called without a host")
        #expect(entry(plugin, nil).0 == lacking)
        #expect(Answer { plugin.export(to: TestHost().table, nil, $0) } == lacking)
    }

    @Test("A parameter of a type that cannot cross is refused by name")
    func unsupportedType() {
        let nested = Parameter<ParameterValue>("nested", default: .null, "Anything.")
        let factory = ScheduleFactory(
            Descriptor(name: "odd", summary: "", schema: ParameterSchema([nested.specification]))
        ) { _, _ in Slope(life: Census.Life(Census()), slopes: []) }
        let (answer, exported) = entry(
            Plugin(id: "a", version: "1", components: [.schedule(factory)]), TestHost().table)
        #expect(
            answer
                == Answer(
                    status: GUD_ERROR_INTERNAL,
                    text: "parameter 'nested' has a type that a plugin cannot take; use Bool, Int, Double, String, an "
                        + "enumeration of words, a list of numbers, or an optional of these"))
        #expect(exported == nil)
    }

    @Test("The host's services are at hand")
    func host() {
        let double = TestHost()
        let host = Host(double.table, plugin: "org.example.kit")
        #expect(host.version == (1, 7))
        #expect(host.isCancelled)
        host.log("a line", level: .warning)
        #expect(double.lines.withLock { $0 } == ["2 org.example.kit: a line"])
        // What a host does not have is missing, not a crash.
        double.table.pointee.struct_size = 8
        let small = Host(double.table, plugin: "a")
        small.log("lost")
        #expect(!small.isCancelled && small.version == (1, 7))
        #expect(double.lines.withLock { $0.count } == 1)
    }
}

/// Errors become a status and a text.
@Suite("Errors of the kit")
struct ErrorTests {
    struct Own: Error {}

    private func answer(_ error: any Error) -> Answer { Answer { reporting(to: $0) { throw error } } }

    @Test("Each error has the status that its kind has in the interface")
    func statuses() {
        #expect(answer(BasisError.fit(reason: "x")).status == GUD_ERROR_INTERNAL)
        #expect(answer(BasisError.needsData(basis: "x")).status == GUD_ERROR_NEEDS_DATA)
        #expect(answer(DenoiserError.needsData(denoiser: "x")).status == GUD_ERROR_NEEDS_DATA)
        #expect(answer(DenoiserError.configuration("no")) == Answer(status: GUD_ERROR_ARGUMENT, text: "no"))
        #expect(answer(ScheduleError.configuration("no")) == Answer(status: GUD_ERROR_ARGUMENT, text: "no"))
        #expect(answer(AbsentAbility(description: "no")) == Answer(status: GUD_ERROR_UNSUPPORTED, text: "no"))
        #expect(answer(BasisError.unsupportedShape(.vector(1), reason: "x")).status == GUD_ERROR_SHAPE)
        #expect(answer(Own()) == Answer(status: GUD_ERROR_INTERNAL, text: "Own()"))
        #expect(Answer { reporting(to: $0) {} } == .ok)
        #expect(reporting(to: nil) { throw Own() } == GUD_ERROR_INTERNAL)
    }

    @Test("A long text is cut at a whole character, and no earlier", arguments: ["a", "é", "€", "👋"])
    func cut(_ character: String) {
        for shift in 0..<4 {
            let text = String(repeating: "x", count: shift) + String(repeating: character, count: 600)
            let kept = Answer { gud_error.report(text, code: 1000, to: $0) }
            let width = character.utf8.count
            #expect(kept.status == 1000)
            #expect(
                kept.text == String(repeating: "x", count: shift)
                    + String(repeating: character, count: (503 - shift) / width), "shifted by \(shift)")
        }
        let fits =
            String(repeating: "x", count: 503 % character.utf8.count)
            + String(repeating: character, count: 503 / character.utf8.count)
        #expect(Answer { gud_error.report(fits, code: 1, to: $0) }.text == fits)
    }
}
