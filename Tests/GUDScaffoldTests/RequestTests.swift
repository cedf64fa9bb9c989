import Foundation
import GUDCore
import TestSupport
import Testing

@testable import GUDScaffold

@Suite("Requests for new plugins")
struct RequestTests {
    @Test("Kinds and languages go by their words, and C++ by both of its own")
    func words() throws {
        for kind in PluginKind.allCases { #expect(try PluginKind(named: kind.rawValue) == kind) }
        for language in PluginLanguage.allCases { #expect(try PluginLanguage(named: language.rawValue) == language) }
        #expect(try PluginLanguage(named: "C++") == .cpp)
    }

    @Test("An unknown word is refused with the nearest known one")
    func unknownWords() {
        let kind = refusal { try PluginKind(named: "scedule") }
        #expect(
            kind?.text == "there is no kind of plugin 'scedule'; did you mean 'schedule'? known: basis, schedule, "
                + "denoiser, conditioner")
        #expect(kind?.blame == .request)
        #expect(
            refusal { try PluginLanguage(named: "rsut") }?.text
                == "there is no language 'rsut'; did you mean 'rust'? known: swift, c, cpp, rust, manifest")
        #expect(
            refusal { try PluginLanguage(named: "fortran") }?.text
                == "there is no language 'fortran'; known: swift, c, cpp, rust, manifest")
    }

    @Test("A manifest makes a basis and nothing else", arguments: [PluginKind.schedule, .denoiser, .conditioner])
    func manifests(kind: PluginKind) {
        let refusal = refusal { try Scaffold(kind: kind, name: "x", language: .manifest) }
        #expect(
            refusal?.text == "a \(kind) cannot be written as a manifest; manifest: basis; \(kind): swift, c, cpp, rust")
        #expect(refusal?.blame == .request)
    }

    @Test("The id is org.example.NAME unless it is given")
    func ids() throws {
        #expect(try Scaffold(kind: .basis, name: "rotation", language: .c).id == "org.example.rotation")
        #expect(try Scaffold(kind: .basis, name: "x+y", language: .c).id == "org.example.x-plusy")
        #expect(try Scaffold(kind: .basis, name: "x", language: .c, id: "io.me.A-1").id == "io.me.A-1")
        for id in ["", "a b", "a\"b", "é", String(repeating: "a", count: 129)] {
            #expect(
                refusal { try Scaffold(kind: .basis, name: "x", language: .c, id: id) }?.text
                    == "'\(id)' cannot be a plugin's id; wanted: 1 to 128 letters, digits, - and ., such as "
                    + "'org.example.walsh'")
        }
    }

    @Test("A Swift plugin needs GUD's sources: those that were named, or those that the program was built from")
    func checkouts() throws {
        let scratch = try TemporaryDirectory()
        #expect(try Checkout.path(nil) == PythonReference.packageRoot.path)
        #expect(try Checkout.path(PythonReference.packageRoot.path + "/Tests/..") == PythonReference.packageRoot.path)
        #expect(
            refusal { try Checkout.path(scratch.path) }?.text
                == "'\(scratch.path)' is no checkout of GUD: it has no Package.swift with a product GUDPluginKit; name one "
                + "with --gud PATH")
        let gone = refusal { try Checkout.path(nil, standard: scratch.file("gone")) }
        #expect(
            gone?.text
                == "a Swift plugin is built against GUD's sources, and those that this program was built from are "
                + "gone; name a checkout with --gud PATH")
        #expect(gone?.blame == .request)
        #expect(try Scaffold(kind: .basis, name: "x", language: .c, checkout: scratch.path).checkout == nil)
    }
}
