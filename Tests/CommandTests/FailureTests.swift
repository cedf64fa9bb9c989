import Foundation
import GUDCore
import TestSupport
import Testing

@Suite("Failures exit with 1, and lose nothing")
struct FailureTests {
    @Test("No LibTorch: the message says where it was looked for and what to run; exact denoisers work without")
    func engine() throws {
        let (directory, path) = try Program.configuration()
        let without = ["GUD_ENGINE": "/nonexistent/engine.so"]
        let result = try Program.run(["train", path, "--run", directory.file("run")], environment: without)
        #expect(result.status == 1)
        #expect(
            result.errors.hasSuffix(
                """
                gud: the denoiser failed: networks need LibTorch, and no engine could be opened:
                  /nonexistent/engine.so: no such file
                run 'make setup' in the project, or set GUD_ENGINE to a built libgud_tensor_engine.so

                """), "\(result.errors)")
        let exact = try Program.run(
            ["train", path, "--run", directory.file("exact"), "--set", "denoiser=gaussian"], environment: without)
        #expect(exact.status == 0)
        let doctor = try Program.run(["doctor"], environment: without)
        #expect(doctor.status == 1)
        #expect(doctor.output.contains("FAIL tensor engine") && doctor.output.contains("ok   bundled digits"))
    }

    @Test("Missing data, and data with a NaN")
    func data() throws {
        let (directory, path) = try Program.configuration()
        let missing = try Program.run(["explain", path, "--set", "data={name: idx, directory: nowhere}"])
        #expect(missing.status != 0)
        #expect(missing.errors.contains("nowhere"), "\(missing.errors)")

        var values = CounterNoise(seed: 1, purpose: .synthesis).normals(samples: 0..<20, count: 64)
        values[5 * 64 + 7] = .nan
        try NumpyArray.write(values, axes: [20, 8, 8], to: directory.file("x.npy"))
        let broken = try Program.run(["explain", path, "--set", "data={name: npy, train: x.npy}"])
        #expect(broken.status == 1)
        #expect(
            broken.errors
                == "gud: '\(directory.file("x.npy"))', byte \(128 + 4 * (5 * 64 + 7)): value 327 is nan; only finite numbers can "
                + "be used\n")
    }

    @Test("A directory that cannot be written")
    func readOnly() throws {
        let (directory, path) = try Program.configuration(["denoiser": "gaussian"])
        let result = try Program.run(["train", path, "--run", "/proc/gud-run"])
        #expect(result.status == 1)
        #expect(result.errors.contains("gud: cannot write '/proc/gud-run'"), "\(result.errors)")
        let run = directory.file("run")
        #expect(try Program.run(["train", path, "--run", run]).status == 0)
        let sample = try Program.run(["sample", run, "-n", "4", "-o", "/proc/samples.png"])
        #expect(sample.status == 1)
        #expect(sample.errors.contains("gud: cannot write '/proc/samples.png'"), "\(sample.errors)")
    }

    @Test("Results that nobody can take are a failure")
    func fullOutput() throws {
        #expect(try shell("'\(Program.path)' list basis --safe-mode >/dev/full") == 1)
        #expect(try shell("'\(Program.path)' list basis --safe-mode >/dev/null") == 0)
        #expect(try shell("'\(Program.path)' list basis --safe-mode >&-") == 1)
    }

    @Test("Messages that nobody can take stop nothing, and stay out of the files that are written")
    func fullErrors() throws {
        let (directory, path) = try Program.configuration(["denoiser": "gaussian"])
        #expect(try shell("'\(Program.path)' train '\(path)' --run '\(directory.file("full"))' 2>/dev/full") == 0)
        #expect(try shell("'\(Program.path)' train '\(path)' --run '\(directory.file("closed"))' 2>&-") == 0)
        #expect(try shell("'\(Program.path)' sample nosuch -o '\(directory.file("a.npy"))' 2>&-") == 2)
        let output = directory.file("x.npy")
        #expect(try shell("'\(Program.path)' sample '\(directory.file("closed"))' -n 2 -o '\(output)' <&- 2>&-") == 0)
        #expect(try NumpyArray(contentsOf: output).axes == [2, 8, 8, 1])
    }

    @Test(
        "A full disk leaves the old file and no partial one",
        .enabled(if: getuid() == 0, "needs root to mount a small disk"))
    func fullDisk() throws {
        let (directory, path) = try Program.configuration(["denoiser": "gaussian"])
        let run = directory.file("run")
        #expect(try Program.run(["train", path, "--run", run]).status == 0)
        let disk = directory.file("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        guard try shell("mount -t tmpfs -o size=16k none '\(disk)'") == 0 else { return }
        defer { _ = try? shell("umount '\(disk)'") }
        let small = try Program.run(["sample", run, "-n", "1", "-o", "\(disk)/x.npy"])
        #expect(small.status == 0)
        let before = try Data(contentsOf: URL(fileURLWithPath: "\(disk)/x.npy"))
        let large = try Program.run(["sample", run, "-n", "400", "-o", "\(disk)/x.npy"])
        #expect(large.status == 1)
        #expect(large.errors == "gud: cannot write '\(disk)/x.npy': No space left on device\n")
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(disk)/x.npy")) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk) == ["x.npy"])
    }

    private func shell(_ command: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
