import Foundation
import TestSupport
import Testing

@testable import GUDPluginHost

@Suite("ELF files from compilers", .enabled(if: Tool.hasCompiler, "gcc is not installed"))
struct CompiledELFTests {
    let folder: TemporaryDirectory
    init() throws { folder = try TemporaryDirectory() }

    private func image(_ path: String) throws -> ELFImage {
        try ELFImage(bytes: Data(contentsOf: URL(fileURLWithPath: path)), path: "x.so")
    }

    private func refusal(_ path: String) -> String? {
        do {
            try image(path).requireFunction()
            return nil
        } catch {
            return "\(error)"
        }
    }

    static let plugin = """
        __attribute__((visibility("hidden"))) int secret(void) { return 1; }
        int gud_plugin_entry(void) { return secret(); }
        int helper(void) { return 2; }
        int number = 3;
        """

    @Test("A plugin with a version script exports the entry alone; the version's name does not count")
    func versionScript() throws {
        for script in ["{ global: gud_plugin_entry; local: *; };", "GUD_1 { global: gud_plugin_entry; local: *; };"] {
            let map = folder.file("exports.map")
            try Data(script.utf8).write(to: URL(fileURLWithPath: map))
            for style in ["gnu", "sysv", "both"] {
                let path = try Tool.compile(
                    Self.plugin,
                    [
                        "-shared", "-fPIC", "-Wl,--version-script=\(map)", "-Wl,--hash-style=\(style)",
                        "-Wl,-soname,me.so",
                    ],
                    in: folder)
                let image = try image(path)
                try image.requireFunction()
                #expect(image.unexpectedExports() == [])
                #expect(image.soname == "me.so")
                #expect(!image.hasExecutableStack)
            }
        }
    }

    @Test("Without a version script the other exports are named; hidden ones are not among them")
    func exports() throws {
        let image = try image(Tool.compile(Self.plugin, in: folder))
        #expect(image.unexpectedExports() == ["helper", "number"])
        #expect(image.export("number")?.kind == .object)
        #expect(image.export("secret") == nil)
    }

    @Test("A C++ name is recognised, with the remedy")
    func mangled() throws {
        let path = try Tool.compile("int gud_plugin_entry(int) { return 0; }", in: folder, language: "cpp")
        #expect(
            refusal(path) == "'x.so' does not export 'gud_plugin_entry': it exports '_Z16gud_plugin_entryi' instead; "
                + "declare it extern \"C\"")
    }

    @Test("Other reasons for a missing entry are told apart")
    func missing() throws {
        let head = "'x.so' does not export 'gud_plugin_entry': "
        let undefined = try Tool.compile(
            "int gud_plugin_entry(void); int f(void) { return gud_plugin_entry(); }", in: folder)
        #expect(refusal(undefined) == head + "it only refers to it; link the object file that defines it")
        let similar = try Tool.compile("int gud_plugin_entyr(void) { return 0; }", in: folder)
        #expect(refusal(similar) == head + "did it mean 'gud_plugin_entyr'? Rename that")
        let others = try Tool.compile("int a, b, c, d, e, f, g;", in: folder)
        #expect(
            refusal(others) == head + "it exports 'a', 'b', 'c', 'd', 'e', '…'; is it a plugin? A plugin for a plain C "
                + "library is a manifest, '….plugin.yaml'")
        let nothing = try Tool.compile("static int a;", ["-shared", "-fPIC"], in: folder)
        #expect(
            refusal(nothing) == head + "it exports nothing; define the function, with default visibility, and let the "
                + "version script export it")
        let data = try Tool.compile("int gud_plugin_entry = 1;", in: folder)
        #expect(refusal(data) == "'x.so' exports 'gud_plugin_entry', but it is not a function; export the function")
    }

    @Test("Objects, executables and static programs are told apart")
    func kinds() throws {
        let main = "int main(void) { return 0; }"
        #expect(
            refusal(try Tool.compile(main, ["-c"], in: folder))
                == "'x.so' is an object file (.o), not a shared object; link it with -shared")
        #expect(
            refusal(try Tool.compile(main, ["-no-pie"], in: folder))
                == "'x.so' is an executable, not a shared object; link it with -shared")
        #expect(
            refusal(try Tool.compile(main, ["-fPIE", "-pie"], in: folder))
                == "'x.so' is a position-independent executable (PIE), not a shared object; link it with -shared")
    }

    @Test("An executable stack and a library that may not be opened are seen")
    func flags() throws {
        let stack = try Tool.compile(Self.plugin, ["-shared", "-fPIC", "-Wl,-z,execstack"], in: folder)
        #expect(try image(stack).hasExecutableStack)
        let closed = try Tool.compile(Self.plugin, ["-shared", "-fPIC", "-Wl,-z,nodlopen"], in: folder)
        #expect(
            refusal(closed) == "'x.so' was linked with -z nodlopen, so no program can open it; link it without")
    }

    @Test("A compiled library cut off anywhere is refused")
    func truncated() throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: Tool.compile(Self.plugin, in: folder)))
        for length in stride(from: 0, to: whole.count, by: 61) {
            #expect(throws: ELFError.self, "\(length)") {
                try ELFImage(bytes: whole.prefix(length), path: "x.so")
            }
        }
    }

    @Test("Control characters of a file's names are escaped in messages")
    func escapes() throws {
        #expect("a\u{1B}[31m\nb\u{202E}é".printable == "a\\u{1b}[31m\\u{a}b\\u{202e}é")
        var bytes = try ELFCorpus.bytes("entry-renamed")
        bytes[0x140 + 1 + 15] = 0x07
        let image = try ELFImage(bytes: bytes, path: "x.so")
        #expect(
            throws: ELFError.missingSymbol(
                "x.so", name: "gud_plugin_entry", hint: .similar("gud_plugin_entr\u{7}"))
        ) { try image.requireFunction() }
        #expect(ELFSymbolHint.similar("gud_plugin_entr\u{7}").description.contains("entr\\u{7}"))
    }
}
