import Foundation
import GUDCore
import TestSupport
import Testing

@testable import GUDPluginHost

/// Files that are no plugins, found without running any of them.
@Suite(.enabled(if: FixturePlugin.isPossible, FixturePlugin.skipped))
struct FileFaultTests {
    /// A copy of the healthy plugin, with its bytes changed.
    private func copy(_ folder: TemporaryDirectory, _ change: (inout Data) -> Void) throws -> String {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: FixturePlugin.healthy()))
        change(&bytes)
        let path = folder.file("copy.so")
        try bytes.write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func foreignProcessor() throws {
        let folder = try TemporaryDirectory()
        let path = try copy(folder) { $0[18] = 243 }
        try expectItAloneFails(
            path, "rejected: 'FILE' is made for RISC-V, this host is x86-64; build it for x86-64", isTried: false)
    }

    @Test(arguments: [0, 4, 40, 63, 64, 100, 500, 4096, 8192, -5000, -2500])
    func cutShort(_ length: Int) throws {
        let folder = try TemporaryDirectory()
        let path = try copy(folder) { $0 = $0.prefix(length >= 0 ? length : $0.count + length) }
        var host = try FixtureHost([path])
        let healthy = try FixturePlugin.healthy()
        host.paths.append(healthy)
        let look = try host.look()
        #expect(look.started == [healthy])
        let status = try look.status(of: path)
        #expect(
            ["is truncated: ", "too few for the 64", "is empty"].contains { status.contains($0) }
                && status.hasPrefix("rejected: 'FILE' ") && status.hasSuffix("get or build the file again"), "\(status)"
        )
        try host.registry(program: noProgram).0.expectOthersWork()
    }

    @Test func text() throws {
        let folder = try TemporaryDirectory()
        let path = try copy(folder) { $0 = Data("Dear plugin,\nplease whiten.\n".utf8) }
        try expectItAloneFails(
            path,
            "rejected: 'FILE' is not an ELF file: it looks like text ('Dear plugin, please whit'); a plugin is a shared "
                + "object (.so)", isTried: false)
    }

    @Test func folderThatLooksLikeAFile() throws {
        let folder = try TemporaryDirectory()
        try FileManager.default.createDirectory(
            atPath: folder.file("library.so"), withIntermediateDirectories: false)
        let healthy = try FixturePlugin.healthy()
        let host = try FixtureHost([folder.file("library.so"), healthy])
        let (registry, complaints) = try host.registry()
        #expect(
            complaints == [
                "plugin '\(folder.file("library.so"))' (explicit): there is no .so or .plugin.yaml file in it, nor in its "
                    + "sub-folders"
            ])
        try registry.expectOthersWork()
    }

    @Test func nothingThere() throws {
        let error = #expect(throws: PluginFolderError.self) { try FixtureHost(["/nowhere/x.so"]).host() }
        #expect(
            error?.description
                == "cannot read plugin '/nowhere/x.so': No such file or directory; give the path of a .so file, a "
                + ".plugin.yaml file or a folder of them")
    }
}
