import Foundation
import GUDCore
import TestSupport
import Testing

@testable import GUDPluginHost

/// Libraries that manifests bind and that change under the host: what was checked is what is called, or nothing is.
@Suite(.enabled(if: FixturePlugin.isPossible, FixturePlugin.skipped))
struct ManifestReplacementTests {
    private let folder: TemporaryDirectory
    private let library: String
    private let manifest: String

    init() throws {
        folder = try TemporaryDirectory()
        library = folder.file("libtransforms.so")
        manifest = folder.file("cosine.plugin.yaml")
        try FileManager.default.copyItem(atPath: CLibrary.transforms.get().path, toPath: library)
        try ManifestFixture.text.write(toFile: manifest, atomically: true, encoding: .utf8)
    }

    private func replace(_ path: String) throws {
        try Data(contentsOf: URL(fileURLWithPath: FixturePlugin.healthy()))
            .write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    private func expectUse(_ registry: Registry, isolated: Bool, _ location: SourceLocation = #_sourceLocation) throws {
        let basis = try registry.basis("plain-dct", ["isolated": .bool(isolated)], shape: .vector(4))
        let found = try basis.forward([1, 2, 3, 4])
        #expect(abs(found[0] - 5) < 1e-5, sourceLocation: location)
    }

    private func expectRefusal(_ registry: Registry, of record: PluginRecord, isolated: Bool) {
        #expect(
            throws: PluginError.load(
                path: manifest,
                reason: "its copy '\(record.cachedPath)', or the library that it binds, is gone, or is not what was "
                    + "checked any more; run the command again")
        ) { try registry.basis("plain-dct", ["isolated": .bool(isolated)], shape: .vector(4)) }
    }

    /// The library beside a manifest is copied with it.
    @Test(arguments: [false, true])
    func copies(isolated: Bool) throws {
        let host = try FixtureHost([manifest])
        let registry = try host.registry().0
        let record = try #require(try host.look(program: noProgram).records.first)
        #expect(record.cachedPath != manifest)
        try replace(library)
        try expectUse(registry, isolated: isolated)
    }

    @Test(arguments: [false, true])
    func copyIsSpoilt(isolated: Bool) throws {
        let host = try FixtureHost([manifest])
        let registry = try host.registry().0
        let record = try #require(try host.look(program: noProgram).records.first)
        try replace((record.cachedPath as NSString).deletingLastPathComponent + "/libtransforms.so")
        expectRefusal(registry, of: record, isolated: isolated)
    }

    /// A library that a link names, as installed ones are, is used where it is; its copy would have another name.
    @Test(arguments: [false, true])
    func links(isolated: Bool) throws {
        try FileManager.default.moveItem(atPath: library, toPath: library + ".1")
        try FileManager.default.createSymbolicLink(atPath: library, withDestinationPath: library + ".1")
        let host = try FixtureHost([manifest])
        #expect(try host.look().status(of: manifest) == "ok")
        try expectUse(try host.registry().0, isolated: isolated)
        let registry = try host.registry().0
        let record = try #require(try host.look(program: noProgram).records.first)
        #expect(record.cachedPath == manifest)
        try replace(library + ".1")
        // What is open in this process already stays open.
        guard isolated else { return try expectUse(registry, isolated: false) }
        expectRefusal(registry, of: record, isolated: true)
    }
}
