import Foundation
import TestSupport
import Testing

/// Plugins for the tests of the command line, good and bad, and a home for `gud` that holds nothing else.
final class CompiledPlugin {
    /// Whether there is a compiler.
    static let isPossible = FileManager.default.isExecutableFile(atPath: "/usr/bin/gcc")
    static let skipped: Comment = "there is no gcc to compile the plugins"

    /// The folder that everything lies in.
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Surroundings of the program that nobody else's plugins, pins or verdicts are in.
    var environment: [String: String] {
        [
            "HOME": directory.path, "XDG_DATA_HOME": directory.file("data"), "XDG_CACHE_HOME": directory.file("cache"),
            "XDG_CONFIG_HOME": directory.file("config"), "GUD_LOCK": "", "GUD_PLUGIN_PATH": "", "GUD_PROGRAM": "",
        ]
    }

    /// Compiles the plugin of the fixtures: `org.example.negation` with its `negation` of all four kinds.
    ///
    /// - Parameters:
    ///   - file: The name of the file.
    ///   - build: A number that makes the bytes differ.
    ///   - fault: One of the faults of `faulty.c`.
    func compile(_ file: String, build: Int = 1, fault: String? = nil, _ flags: [String] = []) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let gcc = Process()
        gcc.executableURL = URL(fileURLWithPath: "/usr/bin/gcc")
        gcc.arguments =
            [
                "-O1", "-w", "-shared", "-fPIC", "-fvisibility=hidden", "-I", "\(root)/Sources/CGUDPlugin/include",
                "-DID=\"org.example.negation\"", "-DNAME=\"negation\"", "-DBUILD=\(build)",
            ] + (fault.map { ["-DFAULT_\($0)"] } ?? []) + flags
            + ["-o", directory.file(file), "\(root)/Tests/GUDPluginHostTests/Fixtures/Plugins/faulty.c", "-lm"]
        try gcc.run()
        gcc.waitUntilExit()
        try #require(gcc.terminationStatus == 0)
        return directory.file(file)
    }

    /// Runs the program to its end in these surroundings.
    func run(_ arguments: [String]) throws -> Program.Result {
        try Program.run(arguments, environment: environment, in: directory.path)
    }

    /// Runs the program, and reads the JSON that it prints.
    func json(_ arguments: [String], status: Int32 = 0) throws -> Any {
        let result = try run(arguments + ["--json"])
        #expect(result.status == status, "\(result.errors)")
        return try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    }
}
