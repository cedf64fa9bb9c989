import Foundation
import GUDCore
import TestSupport
import Testing

@testable import GUDPluginHost

/// Files that change under the host, before and after they are loaded.
@Suite(.enabled(if: FixturePlugin.isPossible, FixturePlugin.skipped))
struct ReplacementTests {
    /// A file that can be replaced.
    private struct Installed {
        let folder: TemporaryDirectory
        var path: String { folder.file("plugin.so") }

        init(_ plugin: String) throws {
            folder = try TemporaryDirectory()
            try FileManager.default.copyItem(atPath: plugin, toPath: path)
        }

        /// Writes other bytes into the very file, as a linker or `cp` may do.
        func overwrite(with plugin: String) throws {
            let file = try #require(FileHandle(forWritingAtPath: path))
            try file.truncate(atOffset: 0)
            try file.write(contentsOf: Data(contentsOf: URL(fileURLWithPath: plugin)))
            try file.close()
        }

        /// Puts another file in its place.
        func replace(with plugin: String) throws {
            try Data(contentsOf: URL(fileURLWithPath: plugin)).write(to: URL(fileURLWithPath: path), options: .atomic)
        }

        func change(_ inPlace: Bool, to plugin: String) throws {
            if inPlace { try overwrite(with: plugin) } else { try replace(with: plugin) }
        }
    }

    private func build(_ number: Int) throws -> String {
        try FixturePlugin.named("healthy", id: "org.example.healthy", build: number)
    }

    @Test(arguments: [true, false])
    func whileLoaded(inPlace: Bool) throws {
        let file = try Installed(build(1))
        let host = try FixtureHost([file.path])
        let (registry, _) = try host.registry()
        let basis = try registry.basis("healthy")
        #expect(try basis.forward([1, 2, 3]) == [-1, -2, -3])
        try file.change(inPlace, to: FixturePlugin.faulty("constructor_crash"))
        #expect(try basis.forward([1, 2, 3]) == [-1, -2, -3])
        try registry.expectOthersWork()
        // Other bytes: another verdict.
        let look = try host.look()
        #expect(look.started == [file.path])
        #expect(
            try look.status(of: file.path).hasPrefix("quarantined: signal 11 (SIGSEGV) during 'opening the library'"))
        try file.change(inPlace, to: build(1))
        #expect(try host.look(program: noProgram).status(of: file.path) == "ok")
    }

    /// What was checked is what is loaded, in this process and in one of its own.
    @Test(arguments: [true, false], [true, false])
    func betweenCheckAndLoad(inPlace: Bool, isolated: Bool) throws {
        let file = try Installed(build(1))
        let (registry, complaints) = try FixtureHost([file.path]).registry()
        #expect(complaints == [])
        try file.change(inPlace, to: FixturePlugin.faulty("constructor_crash"))
        let basis = try registry.basis("healthy", ["isolated": .bool(isolated)])
        #expect(try basis.forward([1, 2, 3]) == [-1, -2, -3])
    }

    @Test func afterItWasTrusted() throws {
        let (first, second) = (try build(1), try build(2))
        let file = try Installed(first)
        let host = try FixtureHost([file.path])
        let pinned = try #require(try host.look().records.first).sha256
        var trust = try TrustFile.load(host.environment)
        try trust.pin(id: "org.example.healthy", .init(sha256: pinned, version: "1.0.0", path: file.path))
        try trust.save()
        #expect(try host.look(program: noProgram).status(of: file.path) == "ok")
        try file.replace(with: second)
        let look = try host.look()
        let got = try #require(look.records.first).sha256
        let status =
            "refused: plugin 'org.example.healthy' ('FILE') has changed since it was trusted: expected SHA-256 \(pinned), "
            + "got \(got); check where the new file came from, then run 'gud plugin trust FILE'"
        #expect(try look.status(of: file.path) == status)
        let (registry, complaints) = try host.registry(program: noProgram)
        #expect(
            complaints == [
                "plugin '\(file.path)' is not used; \(status)".replacingOccurrences(of: "FILE", with: file.path)
            ])
        #expect(registry.names(of: "basis").contains("pixel") && !registry.names(of: "basis").contains("healthy"))
    }

    @Test func copyInTheCacheIsSpoilt() throws {
        let path = try build(1)
        let host = try FixtureHost([path])
        let record = try #require(try host.look().records.first)
        let before = try host.registry(program: noProgram).0
        try Data("junk".utf8).write(to: URL(fileURLWithPath: record.cachedPath))
        for isolated in [true, false] {
            #expect(
                throws: PluginError.load(
                    path: path,
                    reason:
                        "its copy '\(record.cachedPath)' is gone, or is not what was checked any more; run the command "
                        + "again")
            ) { try before.basis("healthy", ["isolated": .bool(isolated)]) }
        }
        try host.registry(program: noProgram).0.expectOthersWork()
    }
}

/// Plugins that want what another has.
@Suite(.enabled(if: FixturePlugin.isPossible, FixturePlugin.skipped))
struct ConflictTests {
    @Test func sameIdTwice() throws {
        let first = try FixturePlugin.named("healthy", id: "org.example.healthy", build: 1)
        let second = try FixturePlugin.named("healthy", id: "org.example.healthy", build: 2)
        let host = try FixtureHost([first, second])
        let look = try host.look()
        #expect(try look.status(of: first) == "ok")
        #expect(
            try look.status(of: second)
                == "conflict: plugin 'org.example.healthy' comes from '\(first)' already; remove one of the two files")
        let (registry, complaints) = try host.registry(program: noProgram)
        #expect(complaints.count == 1 && complaints[0].contains(first) && complaints[0].contains(second))
        try registry.expectOthersWork()
    }

    @Test func sameBytesTwice() throws {
        let first = try FixturePlugin.named("healthy", id: "org.example.healthy", build: 1)
        let folder = try TemporaryDirectory()
        try FileManager.default.copyItem(atPath: first, toPath: folder.file("again.so"))
        let look = try FixtureHost([first, folder.file("again.so")]).look()
        #expect(look.started == [first])
        #expect(
            try look.status(of: folder.file("again.so"))
                == "the same as '\(first)', which was found before")
    }

    /// None of a plugin's components is registered where one of them cannot be.
    @Test func nameOfABuiltIn() throws {
        let plugin = try FixturePlugin.named("haar", id: "org.example.greedy")
        let healthy = try FixturePlugin.healthy()
        let (registry, complaints) = try FixtureHost([plugin, healthy]).registry()
        #expect(
            complaints == [
                "plugin '\(plugin)' is not used; conflict: basis 'haar' of org.example.greedy 1.0.0 cannot be registered: "
                    + "the name is taken by built-in; rename one of them"
            ])
        #expect(registry.names(of: "schedule") == ["healthy"])
        #expect(try registry.entry("basis", named: "haar").provider == .builtIn)
        try registry.expectOthersWork()
    }
}
