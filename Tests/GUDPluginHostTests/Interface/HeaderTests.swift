import Foundation
import GUDCore
import TestSupport
import Testing

@testable import GUDPluginHost

/// The header compiles everywhere without a warning, and is all that a plugin needs.
@Suite("The header of the interface")
struct HeaderTests {
    /// A compiler, a language and the standard that it is read as.
    struct Reader: Sendable, CustomTestStringConvertible {
        let compiler: String
        let language: String
        let standard: String
        var testDescription: String { "\(compiler) -std=\(standard)" }
    }

    static let all = [
        Reader(compiler: "gcc", language: "c", standard: "c11"),
        Reader(compiler: "gcc", language: "c", standard: "c17"),
        Reader(compiler: "clang", language: "c", standard: "c11"),
        Reader(compiler: "clang", language: "c", standard: "c17"),
        Reader(compiler: "g++", language: "c++", standard: "c++17"),
        Reader(compiler: "g++", language: "c++", standard: "c++20"),
        Reader(compiler: "clang++", language: "c++", standard: "c++17"),
        Reader(compiler: "clang++", language: "c++", standard: "c++20"),
    ]
    static let present = all.filter { Compiler.has($0.compiler) }
    static let absent = Set(all.map(\.compiler)).filter { !Compiler.has($0) }.sorted()

    @Test("It compiles without warnings, twice in one file", arguments: present)
    func compiles(_ reader: Reader) throws {
        let folder = try TemporaryDirectory()
        let source = """
            #include <gud_plugin.h>
            #include <gud_plugin.h>
            gud_status refuse(gud_error *error);
            gud_status refuse(gud_error *error) { return gud_fail(error, GUD_ERROR_SHAPE, "no"); }
            """
        try source.write(toFile: folder.file("twice.txt"), atomically: true, encoding: .utf8)
        let (status, said) = try Compiler.run(
            try #require(Compiler.path(reader.compiler)),
            [
                "-x", reader.language, "-std=\(reader.standard)", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow",
                "-Werror",
                "-I", URL(fileURLWithPath: Compiler.header).deletingLastPathComponent().path, "-c", "-o",
                folder.file("twice.o"), folder.file("twice.txt"),
            ])
        #expect(status == 0, "\(said)")
        #expect(said == "")
    }

    @Test(
        "It was tried with every compiler",
        .enabled(if: absent.isEmpty, "some compilers are not installed, and the header was not tried with them"))
    func compilers() { #expect(Self.absent == []) }

    @Test("A minimal plugin needs nothing else", .enabled(if: Compiler.has("gcc"), "there is no gcc"))
    func minimalPlugin() throws {
        let folder = try TemporaryDirectory()
        let headers = folder.file("include")
        try FileManager.default.createDirectory(atPath: headers, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: Compiler.header, toPath: headers + "/gud_plugin.h")
        try Compiler.plugin(
            fixtures + "/Interface/minimal.c", header: headers, flags: ["-Wpedantic"], into: folder.file("minimal.so"))
        let plugin = try LoadedPlugin(path: folder.file("minimal.so"), name: "minimal.so")
        #expect(
            plugin.description
                == PluginDescription(
                    id: "org.example.minimal", version: "1.0.0", interface: "1.0",
                    components: [
                        .init(
                            kind: "basis", name: "same", summary: "The samples themselves.", threads: .concurrent,
                            parameters: "[]")
                    ]))
        let basis = try plugin.makeBasis(
            "same", try ParameterSchema().resolve([:], at: "basis"),
            BasisContext(shape: .vector(3), registry: Registry()))
        #expect(try basis.forward([1, -2, 3]) == [1, -2, 3])
        #expect(try basis.inverse([1, -2, 3]) == [1, -2, 3])
        #expect(NaturalOrder.allCases.allSatisfy { basis.labels($0) == nil })
    }
}
