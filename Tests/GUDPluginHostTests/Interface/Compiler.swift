import Foundation
import TestSupport

/// The compilers of this machine, looked for along `PATH`.
enum Compiler {
    /// The header under test.
    static let header = packageRoot + "/Sources/CGUDPlugin/include/gud_plugin.h"
    static let rustBinding = packageRoot + "/Sources/CGUDPlugin/rust/gud_plugin.rs"

    /// The path of a program, or `nil` where it is not installed.
    static func path(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (folders + ["/usr/bin", "/usr/local/bin"]).map { "\($0)/\(name)" }
            .first(where: FileManager.default.isExecutableFile(atPath:))
    }

    static func has(_ name: String) -> Bool { path(name) != nil }

    /// Runs a program; its status and everything that it said.
    static func run(
        _ program: String, _ arguments: [String], environment: [String: String]? = nil
    ) throws -> (status: Int32, said: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        if let environment { process.environment = environment }
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    /// Runs a program that has to succeed; what it said.
    @discardableResult
    static func succeed(
        _ program: String, _ arguments: [String], environment: [String: String]? = nil
    ) throws -> String {
        let (status, said) = try run(program, arguments, environment: environment)
        guard status == 0 else { throw Failure(description: "\(program) fails:\n\(said)") }
        return said
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The interface of a header's text as gcc lays it out.
    static func layout(of header: String) throws -> String {
        let folder = try TemporaryDirectory()
        try header.write(toFile: folder.file("gud_plugin.h"), atomically: true, encoding: .utf8)
        try InterfaceHeader(header).measuringProgram(including: "gud_plugin.h")
            .write(toFile: folder.file("measure.c"), atomically: true, encoding: .utf8)
        try succeed(
            path("gcc") ?? "gcc",
            ["-std=c11", "-Wall", "-Werror", "-o", folder.file("measure"), folder.file("measure.c")])
        return try succeed(folder.file("measure"), [])
    }

    /// Compiles a plugin in C against the header in a folder.
    static func plugin(
        _ source: String, header folder: String, flags: [String] = [], into output: String
    ) throws {
        try succeed(
            path("gcc") ?? "gcc",
            ["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-fvisibility=hidden", "-I", folder]
                + flags + ["-o", output, source])
    }
}
