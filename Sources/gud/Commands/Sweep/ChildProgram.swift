import Foundation
import GUDCore
import GUDPluginHost

/// This program at work in a child process: what goes wrong there is lost to one child alone.
final class ChildProgram {
    /// How a child ended.
    enum End: Equatable {
        /// With status 0.
        case success
        /// Because it was asked to stop.
        case interrupted
        /// Otherwise: the last lines that it wrote.
        case failure(String)
    }

    private let process = Process()
    private let log: FileHandle
    private let logPath: String
    private let outputPath: String
    private var isAskedToStop = false

    /// Starts `gud` with arguments.
    ///
    /// - Parameters:
    ///   - logPath: A file to which everything that it says is added.
    ///   - outputPath: A file for its results; overwritten.
    ///   - threads: The threads that it may use.
    /// - Throws: ``FileError`` where a file cannot be written or the program cannot be started.
    init(_ arguments: [String], logPath: String, outputPath: String, threads: Int) throws {
        self.logPath = logPath
        self.outputPath = outputPath
        if !FileManager.default.fileExists(atPath: logPath) { try AtomicFile.write(Data(), to: logPath) }
        try AtomicFile.write(Data(), to: outputPath)
        guard let log = FileHandle(forWritingAtPath: logPath), let output = FileHandle(forWritingAtPath: outputPath)
        else { throw FileError.write(logPath, reason: "it cannot be opened") }
        self.log = log
        _ = try? log.seekToEnd()
        try? log.write(contentsOf: Data("$ gud \(arguments.joined(separator: " "))\n".utf8))
        process.executableURL = URL(fileURLWithPath: PluginHost.Options.defaultProgram)
        process.arguments = arguments
        var environment = ProcessInfo.processInfo.environment
        for name in ["OMP_NUM_THREADS", "GUD_THREADS"] where environment[name] == nil {
            environment[name] = "\(threads)"
        }
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = log
        do {
            try process.run()
        } catch {
            throw FileError.read(PluginHost.Options.defaultProgram, reason: "cannot be started: \(error)")
        }
    }

    /// How the child ended; `nil` while it runs.
    ///
    /// The child is in a process group of its own: Ctrl-C reaches it through here.
    func end() -> End? {
        if process.isRunning {
            if Interrupt.isRequested, !isAskedToStop {
                isAskedToStop = true
                process.interrupt()
            }
            return nil
        }
        try? log.close()
        if process.terminationReason == .exit, process.terminationStatus == 0 { return .success }
        if isAskedToStop { return .interrupted }
        let text = (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? ""
        let said = text.split(separator: "\n").split { $0.hasPrefix("$ gud ") }.last ?? []
        let lines = said.lastIndex { $0.hasPrefix("gud: ") }.map { said[$0...] } ?? said.suffix(3)
        let reason = lines.joined(separator: "\n")
        return .failure(
            process.terminationReason == .exit ? reason : "killed by signal \(process.terminationStatus)\n\(reason)")
    }
}
