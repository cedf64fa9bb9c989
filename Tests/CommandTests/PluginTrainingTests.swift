import Foundation
import TestSupport
import Testing

/// The example in Plugins/WalshHadamard as the basis of a network, from end to end.
@Suite(
    "Training a network in a plugin's basis", .enabled(if: PythonReference.isAvailable, "run 'make setup'"),
    .enabled(if: CompiledPlugin.isPossible, CompiledPlugin.skipped))
struct PluginTrainingTests {
    private let here: CompiledPlugin
    private let plugin: String

    init() throws {
        here = try CompiledPlugin()
        plugin = here.directory.file("walsh-hadamard.so")
        let folder = PythonReference.packageRoot.appendingPathComponent("Plugins/WalshHadamard").path
        let gcc = Process()
        gcc.executableURL = URL(fileURLWithPath: "/usr/bin/gcc")
        gcc.arguments = [
            "-O2", "-shared", "-fPIC", "-fvisibility=hidden", "-I", "\(folder)/../../Sources/CGUDPlugin/include",
            "\(folder)/src/plugin.c", "\(folder)/src/walsh.c", "-o", plugin, "-lm",
        ]
        try gcc.run()
        gcc.waitUntilExit()
        try #require(gcc.terminationStatus == 0)
    }

    private func train(_ configuration: String, _ run: String, _ more: [String]) throws {
        let result = try here.run(["train", configuration, "--run", run, "--plugin", plugin] + more)
        #expect(result.status == 0, "\(result.errors)")
    }

    private func samples(_ run: String, isolated: Bool) throws -> Data {
        let file = here.directory.file("\(UUID().uuidString).npy")
        let result = try here.run([
            "sample", run, "-n", "4", "--seed", "5", "-o", file, "--plugin", plugin, "--set",
            "basis.isolated=\(isolated)",
        ])
        #expect(result.status == 0, "\(result.errors)")
        return try Data(contentsOf: URL(fileURLWithPath: file))
    }

    @Test(
        "Stopped, resumed in another process and with the plugin isolated, a run gives the bits of one that went through"
    )
    func endToEnd() throws {
        let (directory, configuration) = try Program.configuration([
            "basis": "{name: walsh-hadamard, whiten: data}", "schedule": "{name: soft, softness: 2, order: frequency}",
        ])
        let (whole, parts) = (here.directory.file("whole"), here.directory.file("parts"))
        try train(configuration, whole, [])
        try train(configuration, parts, ["--set", "training.steps=5"])
        try train(configuration, parts, ["--resume", "--set", "basis.isolated=true"])
        let expected = try samples(whole, isolated: false)
        #expect(try samples(whole, isolated: true) == expected)
        #expect(try samples(parts, isolated: false) == expected)
        #expect(try samples(parts, isolated: true) == expected)
        _ = directory
    }
}
