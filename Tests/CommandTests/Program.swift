import Foundation
import TestSupport

/// The built program, run as a user runs it.
enum Program {
    /// `gud`, which the package manager builds beside the tests.
    static let path: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("gud").path
    }()

    /// How a run of the program ended.
    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Runs the program to its end.
    static func run(_ arguments: [String], environment: [String: String] = [:], in directory: String? = nil) throws
        -> Result
    {
        let running = try start(arguments, environment: environment, in: directory)
        return running.wait()
    }

    /// Starts the program.
    static func start(
        _ arguments: [String], environment: [String: String] = [:], in directory: String? = nil
    ) throws -> Running {
        try Running(path, arguments, environment, directory)
    }

    /// A program at work; its output goes to files, so that it never waits for a reader.
    final class Running {
        let process = Process()
        private let scratch: TemporaryDirectory

        init(
            _ path: String, _ arguments: [String], _ environment: [String: String], _ directory: String?
        ) throws {
            scratch = try TemporaryDirectory()
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
            if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
            for name in ["out", "err"] {
                _ = FileManager.default.createFile(atPath: scratch.file(name), contents: nil)
            }
            process.standardOutput = FileHandle(forWritingAtPath: scratch.file("out"))
            process.standardError = FileHandle(forWritingAtPath: scratch.file("err"))
            process.standardInput = FileHandle.nullDevice
            try process.run()
        }

        /// Waits for the end.
        func wait() -> Result {
            process.waitUntilExit()
            func text(_ name: String) -> String {
                String(
                    decoding: (try? Data(contentsOf: URL(fileURLWithPath: scratch.file(name)))) ?? Data(), as: UTF8.self
                )
            }
            return Result(status: process.terminationStatus, output: text("out"), errors: text("err"))
        }
    }

    /// A configuration small enough for tests, in a directory of its own.
    static func configuration(_ changes: [String: String] = [:]) throws -> (directory: TemporaryDirectory, path: String)
    {
        let sections = [
            "data": "{name: digits}", "basis": "{name: dct, whiten: data}",
            "schedule": "{name: soft, softness: 1, order: variance}",
            "denoiser": "{name: unet, channels: 8, multipliers: [1, 2]}",
            "training": "{steps: 12, batch: 16, checkpointEvery: 5, sampleEvery: 0, logEvery: 2}",
            "sampler": "{name: ddim, steps: 3}", "seed": "3",
        ].merging(changes) { _, new in new }
        let directory = try TemporaryDirectory()
        let text = sections.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined()
        try text.write(toFile: directory.file("small.yaml"), atomically: true, encoding: .utf8)
        return (directory, directory.file("small.yaml"))
    }
}
