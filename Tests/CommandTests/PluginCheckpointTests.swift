import Foundation
import TestSupport
import Testing

@Suite("Runs with a plugin's basis", .enabled(if: CompiledPlugin.isPossible, CompiledPlugin.skipped))
struct PluginCheckpointTests {
    private let here: CompiledPlugin
    private let plugin: String
    private let run: String
    private let trained: Program.Result

    /// Fits an exact denoiser in the basis of a plugin, which takes a moment.
    init() throws {
        here = try CompiledPlugin()
        plugin = try here.compile("negation.so")
        run = here.directory.file("run")
        let configuration = here.directory.file("small.yaml")
        try """
        data: {name: digits}
        basis: {name: negation, whiten: data}
        schedule: {name: soft, softness: 1, order: variance}
        denoiser: {name: gaussian}
        sampler: {name: ddim, steps: 3}
        seed: 3

        """.write(toFile: configuration, atomically: true, encoding: .utf8)
        trained = try here.run(["train", configuration, "--run", run, "--plugin", plugin])
    }

    private func sample(_ more: [String]) throws -> (result: Program.Result, bytes: Data?) {
        let file = here.directory.file("\(UUID().uuidString).npy")
        let result = try here.run(["sample", run, "-n", "2", "--seed", "5", "-o", file] + more)
        return (result, try? Data(contentsOf: URL(fileURLWithPath: file)))
    }

    private var checkpoint: String { "\(run)/checkpoints/step-00000000.safetensors" }

    /// The beginning of a file's digest, as messages show it.
    private func digest(_ file: String) throws -> String {
        let fields = try here.json(["plugin", "info", file]) as? [String: Any]
        return String((fields?["sha256"] as? String ?? "").prefix(12))
    }

    @Test("It is sampled with the plugin, in this process or in one of its own, bit for bit")
    func sampled() throws {
        #expect(trained.status == 0, "\(trained.errors)")
        let (result, here) = try sample(["--plugin", plugin])
        #expect(result.status == 0, "\(result.errors)")
        let (other, there) = try sample(["--plugin", plugin, "--set", "basis.isolated=true"])
        #expect(other.status == 0, "\(other.errors)")
        #expect(here != nil && here == there)
    }

    @Test("Without the plugin, or with another build of it, it is refused; the other build may be taken on request")
    func otherPlugin() throws {
        #expect(trained.status == 0, "\(trained.errors)")
        let without = try sample([]).result
        #expect(without.status == 2)
        let made =
            "gud: '\(checkpoint)' was made with basis/negation of org.example.negation 1.0.0 (\(try digest(plugin)))"
        #expect(
            without.errors
                == "\(made), but here nobody provides it; install that plugin, or name its file with --plugin\n")

        let original = try sample(["--plugin", plugin]).bytes
        let other = try here.compile("other.so", build: 2)
        let refused = try sample(["--plugin", other]).result
        #expect(refused.status == 2)
        #expect(
            refused.errors
                == "checking plugin '\(other)' in a process of its own\n\(made), but here it is provided by "
                + "org.example.negation 1.0.0 (\(try digest(other))); use that very plugin, or add --allow-plugin-mismatch to "
                + "take this one\n")
        let allowed = try sample(["--plugin", other, "--allow-plugin-mismatch"])
        #expect(allowed.result.status == 0, "\(allowed.result.errors)")
        #expect(allowed.result.errors.contains("warning: "))
        #expect(allowed.bytes == original)
    }

    @Test("A basis inside a composition is remembered, and explained, as much as one that stands alone")
    func composed() throws {
        let configuration = here.directory.file("composed.yaml")
        try """
        data: {name: digits}
        basis: {name: compose, of: [dct, {name: compose, of: [negation]}]}
        schedule: {name: soft, softness: 1, order: variance}
        denoiser: {name: gaussian}
        sampler: {name: ddim, steps: 3}

        """.write(toFile: configuration, atomically: true, encoding: .utf8)
        let run = here.directory.file("composed")
        let explained = try here.run(["explain", configuration, "--plugin", plugin])
        #expect(
            explained.output.contains(
                "basis.of: basis/negation  [org.example.negation 1.0.0, sha256 \(try digest(plugin))]\n"),
            "\(explained.output)")
        #expect(try here.run(["train", configuration, "--run", run, "--plugin", plugin]).status == 0)
        let other = try here.compile("other.so", build: 2)
        let arguments = ["sample", run, "-n", "1", "-o", here.directory.file("x.npy"), "--plugin"]
        #expect(try here.run(arguments + [plugin]).status == 0)
        let refused = try here.run(arguments + [other])
        #expect(refused.status == 2)
        #expect(
            refused.errors.contains(
                "was made with basis/negation of org.example.negation 1.0.0 (\(try digest(plugin))), but here it is provided "
                    + "by org.example.negation 1.0.0 (\(try digest(other)))"), "\(refused.errors)")
    }

    @Test("A plugin that is broken by now is named with the reason, and the run is refused")
    func brokenSince() throws {
        #expect(trained.status == 0, "\(trained.errors)")
        _ = try here.compile("negation.so", fault: "constructor_crash")
        let result = try sample(["--plugin", plugin]).result
        #expect(result.status == 2)
        #expect(
            result.errors.contains("signal 11 (SIGSEGV) during 'opening the library': it follows a null pointer"),
            "\(result.errors)")
    }
}
