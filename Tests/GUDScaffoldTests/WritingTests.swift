import Foundation
import GUDCore
import TestSupport
import Testing

@testable import GUDScaffold

@Suite("Directories of new plugins")
struct WritingTests {
    private let scratch: TemporaryDirectory

    init() throws { scratch = try TemporaryDirectory() }

    private func scaffold(_ language: PluginLanguage = .c) throws -> Scaffold {
        try Combination(language: language, kind: .basis).scaffold(name: "rotation")
    }

    private func entries(_ name: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: scratch.file(name)).sorted()
    }

    @Test("Everything is written, and nothing else, with folders on the way")
    func newDirectory() throws {
        let paths = try scaffold().write(to: scratch.file("a/b/rotation"))
        let expected = [
            ".gitignore", "Makefile", "README.md", "exports.map", "include/gud_plugin.h", "src/rotation_basis.c",
            "tests/check.c", "tests/stub_host.h",
        ]
        #expect(paths.sorted() == expected)
        let found = FileManager.default.enumerator(atPath: scratch.file("a/b/rotation"))?.compactMap { $0 as? String }
        #expect(Set(found ?? []) == Set(expected + ["include", "src", "tests"]))
        #expect(try entries("a/b") == ["rotation"])
        for file in try scaffold().files() {
            let text = try String(contentsOfFile: scratch.file("a/b/rotation/\(file.path)"), encoding: .utf8)
            #expect(text == file.text, "\(file.path)")
        }
    }

    @Test("An empty directory is filled and stays the one it was")
    func emptyDirectory() throws {
        try AtomicFile.makeDirectory(scratch.file("empty"))
        let before = try FileManager.default.attributesOfItem(atPath: scratch.file("empty"))[.systemFileNumber] as? Int
        try scaffold().write(to: scratch.file("empty"))
        let after = try FileManager.default.attributesOfItem(atPath: scratch.file("empty"))[.systemFileNumber] as? Int
        #expect(before != nil && before == after)
        #expect(
            try entries("empty") == [".gitignore", "Makefile", "README.md", "exports.map", "include", "src", "tests"])
    }

    @Test("A link to an empty directory leads there")
    func link() throws {
        try AtomicFile.makeDirectory(scratch.file("empty"))
        try FileManager.default.createSymbolicLink(
            atPath: scratch.file("link"), withDestinationPath: scratch.file("empty"))
        try scaffold().write(to: scratch.file("link"))
        #expect(try entries("empty").contains("Makefile"))
    }

    @Test("A directory that holds something is left alone")
    func occupied() throws {
        try AtomicFile.makeDirectory(scratch.file("full"))
        try AtomicFile.write(Data("mine".utf8), to: scratch.file("full/notes"))
        let refusal = refusal { try scaffold().write(to: scratch.file("full")) }
        #expect(
            refusal?.text
                == "'\(scratch.file("full"))' is not empty; name another directory with --output, or remove it")
        #expect(refusal?.blame == .request)
        #expect(try entries("full") == ["notes"])
        #expect(try entries() == ["full"])
    }

    @Test("A file of that name is left alone")
    func fileInTheWay() throws {
        try AtomicFile.write(Data("mine".utf8), to: scratch.file("rotation"))
        let refusal = refusal { try scaffold().write(to: scratch.file("rotation")) }
        #expect(
            refusal?.text
                == "'\(scratch.file("rotation"))' is there already and is no directory; name another one with "
                + "--output, or remove it")
        #expect(try String(contentsOfFile: scratch.file("rotation"), encoding: .utf8) == "mine")
    }

    @Test("Where nothing can be written, nothing is left behind")
    func unwritable() throws {
        // Below a file nobody may make a directory, not even the superuser.
        try AtomicFile.write(Data(), to: scratch.file("file"))
        let refusal = refusal { try scaffold().write(to: scratch.file("file/a/rotation")) }
        #expect(refusal?.text == "cannot write '\(scratch.file("file/a/rotation"))': Not a directory")
        #expect(refusal?.blame == .execution)
        #expect(try entries() == ["file"])
    }

    @Test("A directory in which the kernel allows none is an error with its reason")
    func kernelDirectory() {
        let refusal = refusal { try scaffold().write(to: "/proc/rotation") }
        #expect(refusal?.text == "cannot write '/proc/rotation': No such file or directory")
    }

    @Test("Where a template is missing, not even the folders on the way are made")
    func noTemplates() throws {
        let folder = ResourceFolder(ofTarget: "GUDScaffold", in: ["/nowhere"])
        #expect(refusal { try scaffold().write(to: scratch.file("a/rotation"), from: folder) } != nil)
        #expect(try entries().isEmpty)
    }

    @Test("A Swift plugin does not lie in a folder of the checkout's name")
    func sameFolder() throws {
        let checkout = PythonReference.packageRoot
        let directory = scratch.file(checkout.lastPathComponent)
        let refusal = refusal { try scaffold(.swift).write(to: directory) }
        #expect(
            refusal?.text
                == "the package manager cannot tell '\(directory)' from '\(checkout.path)', for their last parts "
                + "are the same; name another directory with --output")
        #expect(try entries().isEmpty)
        try scaffold(.c).write(to: directory)
    }
}
