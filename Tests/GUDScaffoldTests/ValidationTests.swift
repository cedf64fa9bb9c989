import Foundation
import TestSupport
import Testing

@testable import GUDScaffold

/// New plugins under GUD's own laws: what `make test` asks of the program, and what `gud list` shows.
@Suite("Validation of new plugins", .serialized, .enabled(if: Tool.gudValidates, "this gud has no 'plugin validate'"))
struct ValidationTests {
    /// Swift is tried where it is built, for that takes as long as all others together; see ``BuildTests``.
    @Test(
        "Every kind passes at level 10 and is listed, with no hand edit",
        .enabled(if: Tool.has("make", "cc", "c++", "cargo"), "no make, cc, c++ or cargo on this machine"),
        arguments: Combination.all.filter { $0.language != .swift })
    func levelTen(combination: Combination) throws {
        let scratch = try TemporaryDirectory()
        let scaffold = try combination.scaffold(name: "fresh-\(combination.language)")
        try scaffold.write(to: scratch.file("plugin"))
        try Self.expectLawful(scaffold, in: scratch.file("plugin"))
    }

    /// Validates a plugin as its author would, and looks for it in the program's list.
    static func expectLawful(_ scaffold: Scaffold, in directory: String) throws {
        let scratch = try TemporaryDirectory()
        let environment = ["XDG_DATA_HOME": scratch.file("data"), "XDG_CACHE_HOME": scratch.file("cache")]
        let test = try Tool.run("make", ["test", "GUD=\(Tool.gud)"], in: directory, environment: environment)
        #expect(test.status == 0, "\(test.text)")
        let list = try Tool.run(
            Tool.gud, ["list", scaffold.kind.rawValue], in: directory,
            environment: environment.merging(["GUD_PLUGIN_PATH": "\(directory)/build"]) { _, new in new })
        #expect(list.status == 0 && list.text.contains("\(scaffold.kind)/\(scaffold.name.text)"), "\(list.text)")
    }
}
