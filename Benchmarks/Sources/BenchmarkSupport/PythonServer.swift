import Foundation

/// A script of Benchmarks/Python that answers one number a line.
public final class PythonServer {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    /// Starts a script with the project's Python environment and waits until it says that it is ready.
    public init(_ script: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        process.executableURL = package.deletingLastPathComponent().appendingPathComponent(".venv/bin/python")
        process.arguments = [package.appendingPathComponent("Python/\(script)").path] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        _ = readLine()
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Sends a request and waits for the number.
    public func ask(_ line: String) throws -> Double {
        try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
        return Double(readLine()) ?? .nan
    }

    private func readLine() -> String {
        var text = ""
        while let byte = try? output.fileHandleForReading.read(upToCount: 1), let first = byte.first, first != 10 {
            text.unicodeScalars.append(Unicode.Scalar(first))
        }
        return text
    }
}

/// The middle of a list of measurements.
public func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// Seconds per call of a body, after one call that warms up.
public func secondsPerCall(_ count: Int, _ body: () throws -> Void) rethrows -> Double {
    try body()
    let start = Date()
    for _ in 0..<count { try body() }
    return Date().timeIntervalSince(start) / Double(count)
}
