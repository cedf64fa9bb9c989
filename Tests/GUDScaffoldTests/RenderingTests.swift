import Foundation
import GUDCore
import TestSupport
import Testing

@testable import GUDScaffold

@Suite("Files of new plugins")
struct RenderingTests {
    private static let folder = ResourceFolder(ofTarget: "GUDScaffold")

    @Test("Every kind in every language is filled in, and clean", arguments: Combination.all)
    func everyCombination(combination: Combination) throws {
        let files = try combination.scaffold().files()
        #expect(Set(files.map(\.path)).count == files.count)
        for file in files {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
            let place = "\(combination): \(file.path)"
            #expect(!file.text.contains("{{") && !file.text.contains("{%") && !file.text.contains("{#"), "\(place)")
            #expect(file.text.hasSuffix("\n") && !file.text.hasSuffix("\n\n"), "\(place) ends in one line break")
            #expect(!file.text.hasPrefix("\n"), "\(place) begins with a blank line")
            #expect(!file.text.contains("\n\n\n"), "\(place) has a run of blank lines")
            for (number, line) in lines.enumerated() {
                #expect(line.last?.isWhitespace != true, "\(place), line \(number + 1) ends in white space")
                #expect(line.count <= 140, "\(place), line \(number + 1) is long")
            }
        }
    }

    @Test("The same files lie in the same places", arguments: Combination.all)
    func commonFiles(combination: Combination) throws {
        let files = try combination.scaffold(name: "plain").files()
        let texts = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.text) })
        for path in ["README.md", "Makefile", ".gitignore"] { #expect(texts[path] != nil, "\(path)") }
        let makefile = texts["Makefile"] ?? ""
        for target in ["all:", "check:", "test:", "install:", "clean:", "GUD ?= gud\n"] {
            #expect(makefile.contains("\n\(target)"), "\(combination): \(target)")
        }
        let scaffold = try combination.scaffold(name: "plain")
        #expect(makefile.contains("\t$(GUD) plugin validate build/\(scaffold.plugin) --level 10\n"))
        #expect(!makefile.contains("fast-math"))
        #expect(files.contains { $0.text.contains("org.example.plain") })
    }

    @Test("Templates name nothing that they are not given")
    func variables() throws {
        let known = Set(try Combination(language: .c, kind: .basis).scaffold().context.keys)
        var count = 0
        for language in PluginLanguage.allCases {
            let path = try Self.folder.path(of: language.rawValue)
            for name in try FileManager.default.contentsOfDirectory(atPath: path) {
                let text = try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
                for match in text.matches(of: /\{\{ (\w+)/) {
                    count += 1
                    #expect(known.contains(String(match.1)), "\(language)/\(name): \(match.1)")
                }
                for match in text.matches(of: /\{% (?:el)?if (\w+)/) {
                    #expect(known.contains(String(match.1)), "\(language)/\(name): \(match.1)")
                }
            }
        }
        #expect(count > 100)
    }

    @Test("Every template is used")
    func templatesAreUsed() throws {
        var used: Set<String> = ["entry.c.stencil", "entry.cpp.stencil"]
        for combination in Combination.all {
            for piece in try combination.scaffold().pieces {
                if case .template(let name) = piece.source { used.insert(name) }
            }
        }
        for language in PluginLanguage.allCases {
            let path = try Self.folder.path(of: language.rawValue)
            for name in try FileManager.default.contentsOfDirectory(atPath: path) {
                #expect(used.contains(name), "\(language)/\(name)")
            }
        }
    }

    @Test("Header and Rust binding are GUD's own, letter by letter")
    func interface() throws {
        let sources = PythonReference.packageRoot.appendingPathComponent("Sources/CGUDPlugin")
        let files = try [PluginLanguage.c, .cpp, .rust].flatMap {
            try Combination(language: $0, kind: .basis).scaffold().files()
        }
        let headers = files.filter { $0.path == "include/gud_plugin.h" }.map(\.text)
        let header = try String(contentsOf: sources.appendingPathComponent("include/gud_plugin.h"), encoding: .utf8)
        #expect(headers == [header, header])
        let binding = try String(contentsOf: sources.appendingPathComponent("rust/gud_plugin.rs"), encoding: .utf8)
        #expect(files.filter { $0.path == "src/gud_plugin.rs" }.map(\.text) == [binding])
        #expect(!binding.isEmpty)
    }

    @Test("Words that mean something else in YAML are quoted there")
    func yamlWords() throws {
        func line(_ name: String) throws -> String? {
            let files = try Scaffold(kind: .basis, name: name, language: .manifest).files()
            let manifest = files.first { $0.path == "\(name).plugin.yaml" }
            return manifest?.text.split(separator: "\n").first { $0.hasPrefix("  name:") }.map(String.init)
        }
        #expect(try line("null") == "  name: \"null\"")
        #expect(try line("no") == "  name: \"no\"")
        #expect(try line("nullify") == "  name: nullify")
    }

    @Test("A checkout's path is written as a Swift literal")
    func literalPath() throws {
        let scratch = try TemporaryDirectory()
        let checkout = scratch.file("a \"b\" \\c")
        try AtomicFile.makeDirectory(checkout)
        try AtomicFile.write(Data("// GUDPluginKit".utf8), to: "\(checkout)/Package.swift")
        let files = try Scaffold(kind: .basis, name: "x", language: .swift, checkout: checkout).files()
        let manifest = files.first { $0.path == "Package.swift" }?.text ?? ""
        #expect(manifest.contains("path: \"\(scratch.path)/a \\\"b\\\" \\\\c\")"))
    }

    @Test("A program without its templates says which one, where it looked and what to do")
    func missingTemplates() throws {
        let folder = ResourceFolder(ofTarget: "GUDScaffold", in: ["/nowhere"])
        let refusal = refusal { try Scaffold(kind: .basis, name: "x", language: .rust).files(from: folder) }
        #expect(
            refusal?.text
                == "GUD's own file 'rust/README.md.stencil' is missing; looked in '/nowhere'; keep the folder "
                + "'gud_GUDScaffold.resources' beside the program")
        #expect(refusal?.blame == .execution)
    }

    @Test("A broken template is named")
    func brokenTemplate() throws {
        let scratch = try TemporaryDirectory()
        let folder = ResourceFolder(ofTarget: "GUDScaffold", in: [scratch.path])
        try AtomicFile.makeDirectory(scratch.file("gud_GUDScaffold.resources/c"))
        try AtomicFile.write(
            Data("{% if kind %}".utf8), to: scratch.file("gud_GUDScaffold.resources/c/README.md.stencil"))
        let refusal = refusal { try Scaffold(kind: .basis, name: "x", language: .rust).files(from: folder) }
        #expect(refusal?.text.hasPrefix("the template 'README.md.stencil' cannot be filled in: ") == true)
        #expect(refusal?.blame == .execution)
    }
}
