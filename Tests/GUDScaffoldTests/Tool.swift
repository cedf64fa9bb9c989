import Foundation
import TestSupport

/// Programs of the machine that tests run.
enum Tool {
    /// How a run ended: its status, and what it wrote to either stream.
    struct Result {
        let status: Int32
        let text: String
    }

    /// The path of a program on the search path; `nil` where it is not there.
    static func path(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Whether all of these programs are there.
    static func has(_ names: String...) -> Bool { names.allSatisfy { path($0) != nil } }

    /// Runs a program to its end; its output goes to a file, so that it never waits for a reader.
    static func run(
        _ name: String, _ arguments: [String], in directory: String, environment: [String: String] = [:]
    ) throws -> Result {
        guard let path = name.hasPrefix("/") ? name : path(name) else { throw CocoaError(.fileNoSuchFile) }
        let scratch = try TemporaryDirectory()
        _ = FileManager.default.createFile(atPath: scratch.file("out"), contents: nil)
        let output = FileHandle(forWritingAtPath: scratch.file("out"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        // A make above this one passes its flags on; the plugin's own make must not see them.
        process.environment = ProcessInfo.processInfo.environment
            .filter { !["MAKEFLAGS", "MAKELEVEL", "MFLAGS", "GNUMAKEFLAGS"].contains($0.key) }
            .merging(environment) { _, new in new }
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let text = try String(contentsOfFile: scratch.file("out"), encoding: .utf8)
        return Result(status: process.terminationStatus, text: text)
    }

    /// `gud`, which the package manager builds beside the tests.
    static let gud: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("gud").path
    }()

    /// Whether that program can validate plugins.
    static let gudValidates: Bool = {
        guard FileManager.default.isExecutableFile(atPath: gud) else { return false }
        let help = try? run(gud, ["plugin", "validate", "--help"], in: "/")
        return help?.text.contains("USAGE: gud plugin validate") == true
    }()
}
