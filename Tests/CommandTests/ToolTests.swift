import Foundation
import GUDCore
import TestSupport
import Testing

@Suite("Tools of the command line")
struct ToolTests {
    @Test(
        "Help texts are what they were; GUD_RECORD=1 writes them anew",
        arguments: [
            "", "quickstart", "train", "sweep", "compare", "sample", "inpaint", "upscale", "nll", "evaluate",
            "extractor train",
            "extractor info",
            "list",
            "extend", "explain", "basis show", "basis apply",
            "schedule table", "schedule plot", "schedule lint", "plugin list", "plugin info", "plugin new",
            "plugin build", "plugin validate",
            "plugin probe", "plugin trust", "plugin bench", "doctor",
        ])
    func help(_ command: String) throws {
        let result = try Program.run(
            command.split(separator: " ").map(String.init) + ["--help"], environment: ["COLUMNS": "100"])
        #expect(result.status == 0)
        #expect(
            result.output.contains("gud ") && (command.isEmpty || result.output.contains("Example:") || command == ""))
        let name = command.isEmpty ? "gud" : command.replacingOccurrences(of: " ", with: "-")
        let file = PythonReference.packageRoot.appendingPathComponent("Tests/CommandTests/Snapshots/\(name).txt")
        if ProcessInfo.processInfo.environment["GUD_RECORD"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try result.output.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == result.output)
    }

    @Test("Every basis transforms files and back", arguments: ["pixel", "pca", "fourier", "dct", "haar"])
    func basis(_ name: String) throws {
        let directory = try TemporaryDirectory()
        let values = CounterNoise(seed: 2, purpose: .checking).normals(samples: 0..<70, count: 64)
        try NumpyArray.write(values, axes: [70, 8, 8, 1], to: directory.file("x.npy"))
        let common = ["basis", "apply", name, "--shape", "8,8,1", "--fit", directory.file("x.npy")]
        let forward = try Program.run(
            common + ["--input", directory.file("x.npy"), "--output", directory.file("c.npy")])
        #expect(forward.status == 0, "\(forward.errors)")
        let inverse = try Program.run(
            common + ["--input", directory.file("c.npy"), "--output", directory.file("y.npy"), "--inverse"])
        #expect(inverse.status == 0, "\(inverse.errors)")
        let (coefficients, back) = (
            try NumpyArray(contentsOf: directory.file("c.npy")), try NumpyArray(contentsOf: directory.file("y.npy"))
        )
        #expect(coefficients.axes == [70, 64] && back.axes == [70, 8, 8, 1])
        #expect(zip(back.floats, values).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test("The table of a schedule has the derived quantities of a known γ")
    func schedule() throws {
        let result = try Program.run([
            "schedule", "table", "linear", "--set", "gammaMin=-2", "--set", "gammaMax=2", "--components", "1",
            "--times", "0.5,1",
        ])
        let rows = result.output.split(separator: "\n")
        #expect(rows.count == 3)
        #expect(rows[0] == "t,component,gamma,gamma_dot,alpha,sigma,beta")
        #expect(rows[1] == "0.5,0,0.0,4.0,0.7071067811865476,0.7071067811865476,2.0")
        let last = rows[2].split(separator: ",").compactMap { Double($0) }
        #expect(abs(last[4] - 0.345_257_761_711_619_6) < 1e-14)  // √sigmoid(−2)
    }

    @Test("A schedule with labels and variances from files, as a file")
    func scheduleFile() throws {
        let directory = try TemporaryDirectory()
        try NumpyArray.write([0, 1, 2], axes: [3], to: directory.file("l.npy"))
        let result = try Program.run([
            "schedule", "table", "soft", "--labels", directory.file("l.npy"), "--set", "softness=0.5", "--set",
            "gammaDenoise=-7",
            "--set", "gammaNoise=3", "--times", "0,1", "-o", directory.file("t.csv"),
        ])
        #expect(result.status == 0, "\(result.errors)")
        let rows = try String(contentsOfFile: directory.file("t.csv"), encoding: .utf8).split(separator: "\n")
            .dropFirst()
        // γ_i(0) = −7 + 2 (l − 2), common slope 10 + 2·2.
        #expect(rows.map { Double($0.split(separator: ",")[2]) ?? .nan } == [-11, -9, -7, 3, 5, 7])
    }

    @Test("Lists and explanations are JSON where a script asks for it")
    func json() throws {
        let list = try Program.run(["list", "--json"])
        let entries = try #require(try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]])
        #expect(
            Set(entries.compactMap { $0["kind"] as? String })
                == ["basis", "schedule", "denoiser", "conditioner", "sampler", "dataset"])
        let (directory, path) = try Program.configuration(["denoiser": "gaussian"])
        let explained = try Program.run(["explain", path, "--json"])
        let tree = try #require(try JSONSerialization.jsonObject(with: Data(explained.output.utf8)) as? [String: Any])
        #expect((tree["components"] as? [[String: Any]])?.count == 6)
        _ = directory
    }

    @Test("A reader that goes away ends the program quietly")
    func brokenPipe() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "'\(Program.path)' list | head -n 1; true"]
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        process.waitUntilExit()
        #expect(errors.fileHandleForReading.readDataToEndOfFile().isEmpty)
        #expect(!output.fileHandleForReading.readDataToEndOfFile().isEmpty)
    }
}
