import Foundation
import TestSupport

/// Programs that some tests need.
enum Tool {
    /// The path of a program, or `nil` where it is not installed.
    static func path(_ name: String) -> String? {
        ["/usr/bin", "/usr/local/bin", "/bin"].map { "\($0)/\(name)" }
            .first(where: FileManager.default.isExecutableFile(atPath:))
    }

    static let hasCompiler = path("gcc") != nil
    static let hasReadelf = path("readelf") != nil

    /// Runs a program; what it printed, or an error with what it said.
    @discardableResult
    static func run(_ name: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path(name) ?? name)
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(program: name, complaint: complaint) }
        return text
    }

    struct Failure: Error, CustomStringConvertible {
        let program: String
        let complaint: String
        var description: String { "\(program) failed:\n\(complaint)" }
    }

    /// Compiles C or, by the file's ending, C++.
    static func compile(
        _ source: String, _ options: [String] = ["-shared", "-fPIC"], in folder: TemporaryDirectory,
        name: String = "library.so", language: String = "c"
    ) throws -> String {
        let input = folder.file("source.\(language)")
        try Data(source.utf8).write(to: URL(fileURLWithPath: input))
        let output = folder.file(name)
        try run("gcc", ["-O1"] + options + ["-o", output, input])
        return output
    }
}
