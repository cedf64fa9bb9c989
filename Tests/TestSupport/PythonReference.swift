import Foundation

/// Runs the scripts of Tests/Reference with the project's own Python environment.
public enum PythonReference {
    /// The root of the package.
    public static let packageRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static var interpreter: URL { packageRoot.appendingPathComponent(".venv/bin/python") }

    /// Whether the environment is there; `make setup` makes it.
    public static var isAvailable: Bool { FileManager.default.isExecutableFile(atPath: interpreter.path) }

    /// Runs a script and returns what it printed; a script that fails is an error with what it said.
    public static func run(_ script: String, _ arguments: [String] = []) throws -> String {
        let process = Process()
        process.executableURL = interpreter
        process.arguments = [packageRoot.appendingPathComponent("Tests/Reference/\(script)").path] + arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(script: script, complaint: complaint) }
        return text
    }

    /// A script that failed.
    public struct Failure: Error, CustomStringConvertible {
        let script: String
        let complaint: String
        /// The script and what it said.
        public var description: String { "\(script) failed:\n\(complaint)" }
    }
}
