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
    /// - Throws: ``PluginError/worker(program:reason:)`` where no process can be started, or it ends before it begins: that is
    ///   no fault of the plugin's.
    func run(_ file: String, name: String, kind: PluginCandidate.Kind) throws(PluginError) -> CheckOutcome {
        let worker = try WorkerProcess(
            program: program,
            arguments: [
                "check", kind == .library ? "library" : "manifest", file, name, "\(level.number)", "\(seed)",
            ])
        var log = Log()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            if worker.waitForMessage(milliseconds: 100) {
                var descriptor: Int32 = -1
                let count = gud_receive(worker.channel, &buffer, buffer.count, &descriptor, 0)
                if descriptor >= 0 { close(descriptor) }
                guard count > 0 else { break }
                log.take(WorkerMessage(Data(buffer[0..<count])))
            } else if worker.poll() != nil {
                // The process is gone, with a grandchild that holds the channel open.
                break
            }
            if log.stages > 10_000 {
                worker.kill()
                return try broken("it wrote to descriptor 3, which is the host's, without end", log, worker)
            }
            if Date().timeIntervalSince(log.lastStage) > stageSeconds {
                worker.kill()
                return try broken("it did not come back within \(text(stageSeconds)) s", log, worker)
            }
        }
        // A process that closed its channel may run on, but not for ever.
        guard let end = worker.wait(seconds: max(stageSeconds, 2)) else {
            worker.kill()
            return try broken("it closed the host's channel and ran on", log, worker)
        }
        switch end {
        case .signalled(let signal): return try broken(CheckOutcome.Breakdown.name(of: signal), log, worker)
        case .exited(let status):
            if let rejection = log.rejection { return .rejected(rejection) }
            if let spoilt = log.spoilt {
                log.stage = spoilt
                return try broken("it wrote to descriptor 3, which is the host's,", log, worker)
            }
            guard status == 0, log.isComplete,
                let report = try? JSONDecoder().decode(ValidationReport.self, from: log.report)
            else { return try broken("exit with status \(status)", log, worker) }
            return .finished(report)
        }
    }

    private func broken(_ event: String, _ log: Log, _ worker: WorkerProcess) throws(PluginError) -> CheckOutcome {
        let words = worker.lastWords()
        guard let stage = log.stage else {
            throw .worker(
                program: program,
                reason: "\(event) before it began" + (words.isEmpty ? "" : "; it said: \(words)"))
        }
        return .broken(.init(event: event, stage: stage, fault: log.fault, output: words))
    }

    private func text(_ seconds: Double) -> String { Int(exactly: seconds).map(String.init) ?? "\(seconds)" }

    /// What the worker told so far.
    private struct Log {
        /// What it does; `nil` until it begins.
        var stage: String?
        var lastStage = Date()
        /// How many stages there were: no trial has thousands.
        var stages = 0
        var fault: String?
        var rejection: String?
        var report = Data()
        var isComplete = false
        /// What was being done when something came over the channel that the worker does not send then.
        var spoilt: String?

        mutating func take(_ message: WorkerMessage?) {
            switch message {
            case .stage(let text):
                stage = text
                lastStage = Date()
                stages += 1
            case .fault(let text): fault = text
            case .rejected(let text): rejection = text
            case .report(let piece):
                if stage != PluginWorker.reportingStage { spoilt = spoilt ?? stage }
                report += piece
            case .end: isComplete = true
            case nil: spoilt = spoilt ?? stage
            }
        }
    }
}
