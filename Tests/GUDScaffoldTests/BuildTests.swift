import Foundation
import GUDCore
import TestSupport
import Testing

@testable import GUDScaffold

/// New plugins with the compilers of this machine, under names that are hard on their languages.
@Suite("Builds of new plugins", .serialized)
struct BuildTests {
    private static func combinations(_ language: PluginLanguage) -> [Combination] {
        Combination.all.filter { $0.language == language }
    }

    @Test(
        "C", .enabled(if: Tool.has("make", "cc", "nm"), "no make, cc or nm on this machine"),
        arguments: combinations(.c))
    func c(combination: Combination) throws { try expectSoundPlugin(combination, checks: "0 failed") }

    @Test(
        "C++", .enabled(if: Tool.has("make", "c++", "nm"), "no make, c++ or nm on this machine"),
        arguments: combinations(.cpp))
    func cpp(combination: Combination) throws { try expectSoundPlugin(combination, checks: "0 failed") }

    @Test(
        "Rust", .enabled(if: Tool.has("make", "cargo", "cc", "nm"), "no make, cargo, cc or nm on this machine"),
        arguments: combinations(.rust))
    func rust(combination: Combination) throws { try expectSoundPlugin(combination, checks: "test result: ok.") }

    /// Each kind in Swift takes as long as all other languages together.
    @Test(
        "Swift", .enabled(if: Tool.has("make", "swift", "nm"), "no make, swift or nm on this machine"),
        arguments: combinations(.swift))
    func swift(combination: Combination) throws { try expectSoundPlugin(combination, checks: "in 1 suite passed") }

    @Test(
        "A manifest's library", .enabled(if: Tool.has("make", "cc", "nm"), "no make, cc or nm on this machine"))
    func manifest() throws {
        try expectSoundPlugin(
            Combination(language: .manifest, kind: .basis), checks: "0 failed",
            exports: ["int_2_plus_basis_forward", "int_2_plus_basis_inverse"])
    }

    /// Builds without a warning, passes the plugin's own tests, exports what it should, installs, and cleans up.
    private func expectSoundPlugin(
        _ combination: Combination, checks: String, exports: [String] = ["gud_plugin_entry"]
    ) throws {
        let scratch = try TemporaryDirectory()
        let scaffold = try combination.scaffold()
        let directory = scratch.file("plugin")
        try scaffold.write(to: directory)
        let start = Date()
        let build = try Tool.run("make", [], in: directory)
        #expect(build.status == 0 && !build.text.lowercased().contains("warning"), "\(build.text)")
        let built = Date()
        let check = try Tool.run("make", ["check"], in: directory)
        #expect(check.status == 0 && check.text.contains(checks), "\(check.text)")
        print(
            String(
                format: "%@: built in %.1f s, its own tests in %.1f s", "\(combination)",
                built.timeIntervalSince(start),
                Date().timeIntervalSince(built)))

        // The others have a suite of their own.
        if combination.language == .swift, Tool.gudValidates {
            try ValidationTests.expectLawful(scaffold, in: directory)
        }

        let symbols = try Tool.run(
            "nm", ["-D", "--defined-only", "--extern-only", "build/\(scaffold.product)"], in: directory)
        #expect(symbols.status == 0)
        let names = symbols.text.split(separator: "\n").compactMap { $0.split(separator: " ").last.map(String.init) }
        #expect(names.sorted() == exports)

        let install = try Tool.run("make", ["install"], in: directory, environment: ["XDG_DATA_HOME": scratch.path])
        #expect(install.status == 0, "\(install.text)")
        let installed = try FileManager.default.contentsOfDirectory(atPath: scratch.file("gud/plugins")).sorted()
        #expect(installed == Set([scaffold.product, scaffold.plugin]).sorted())
        #expect(try Tool.run("make", ["clean"], in: directory).status == 0)
        #expect(!FileManager.default.fileExists(atPath: "\(directory)/build"))
    }
}
