import Foundation
import TestSupport
import Testing

@testable import GUDScaffold

/// New plugins under GUD's own laws: what `make test` asks of the program, and what `gud list` shows.
///
/// Swift is left out, for its build alone takes as long as all others; see ``BuildTests``.
@Suite("Validation of new plugins", .serialized, .enabled(if: Tool.gudValidates, "this gud has no 'plugin validate'"))
struct ValidationTests {
    @Test(
        "Every kind passes at level 10 and is listed, with no hand edit",
        .enabled(if: Tool.has("make", "cc", "c++", "cargo"), "no make, cc, c++ or cargo on this machine"),
        arguments: Combination.all.filter { $0.language != .swift })
    func levelTen(combination: Combination) throws {
        let scratch = try TemporaryDirectory()
        let name = "fresh-\(combination.language)"
        let scaffold = try combination.scaffold(name: name)
        let directory = scratch.file("plugin")
        try scaffold.write(to: directory)
        let environment = ["XDG_DATA_HOME": scratch.file("data"), "XDG_CACHE_HOME": scratch.file("cache")]
        let test = try Tool.run("make", ["test", "GUD=\(Tool.gud)"], in: directory, environment: environment)
        #expect(test.status == 0, "\(test.text)")
        let list = try Tool.run(
            Tool.gud, ["list", combination.kind.rawValue], in: directory,
            environment: environment.merging(["GUD_PLUGIN_PATH": "\(directory)/build"]) { _, new in new })
        #expect(list.status == 0 && list.text.contains("\(combination.kind)/\(name)"), "\(list.text)")
    }
}
