import CPluginSystem
import Foundation
import GUDCore

/// Checks a plugin in a process of its own, and says what became of it; whatever the plugin does, this returns.
struct GuardedCheck {
    /// The program that knows the command `plugin-worker`.
    let program: String
    /// How far to go.
    var level = ValidationLevel.probe
    /// Seeds everything random.
    var seed: UInt64 = 1
    /// How long one stage may take.
    var stageSeconds = 5.0

    /// Checks a file.
    ///
    /// - Parameters:
    ///   - file: The library or manifest to open.
    ///   - name: What messages call it.
    ///   - kind: What it is.
    /// - Throws: ``PluginError/worker(program:reason:)`` where no process can be started.
    func run(_ file: String, name: String, kind: PluginCandidate.Kind) throws(PluginError) -> CheckOutcome {
        let worker = try WorkerProcess(
            program: program,
            arguments: [
                "check", kind == .library ? "library" : "manifest", file, name, "\(level.number)", "\(seed)",
            ])
        var log = Log()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            var descriptor: Int32 = -1
            let count = gud_receive(worker.channel, &buffer, buffer.count, &descriptor, Int32(100))
            worker.drain()
            if count > 0 {
                log.take(WorkerMessage(Data(buffer[0..<count])))
                continue
            }
            // The end of the channel, or of the process with a grandchild holding the channel open.
            if count == 0 || worker.poll() != nil { break }
            if Date().timeIntervalSince(log.lastStage) > stageSeconds {
                worker.kill()
                return .broken(log.breakdown("it did not come back within \(text(stageSeconds)) s", worker))
            }
        }
        return log.outcome(of: worker.wait(seconds: 2), worker)
    }

    private func text(_ seconds: Double) -> String { Int(exactly: seconds).map(String.init) ?? "\(seconds)" }

    /// What the worker told so far.
    private struct Log {
        var stage = "starting"
        var lastStage = Date()
        var fault: String?
        var rejection: String?
        var report = Data()
        var isComplete = false

        mutating func take(_ message: WorkerMessage?) {
            switch message {
            case .stage(let text):
                stage = text
                lastStage = Date()
            case .fault(let text): fault = text
            case .rejected(let text): rejection = text
            case .report(let piece): report += piece
            case .end: isComplete = true
            case nil: break
            }
        }

        func outcome(of end: WorkerProcess.End, _ worker: WorkerProcess) -> CheckOutcome {
            switch end {
            case .signalled(let signal): return .broken(breakdown(CheckOutcome.Breakdown.name(of: signal), worker))
            case .exited(let status):
                if let rejection { return .rejected(rejection) }
                guard status == 0, isComplete,
                    let report = try? JSONDecoder().decode(ValidationReport.self, from: report)
                else { return .broken(breakdown("exit with status \(status)", worker)) }
                return .finished(report)
            }
        }

        func breakdown(_ event: String, _ worker: WorkerProcess) -> CheckOutcome.Breakdown {
            .init(event: event, stage: stage, fault: fault, output: worker.lastWords())
        }
    }
}
