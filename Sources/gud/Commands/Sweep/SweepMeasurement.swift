import ArgumentParser
import Foundation
import GUDCore
import GUDPipeline
import GUDTraining

/// A command that is run on every member of a sweep once it is trained, and whose JSON is kept in the run.
///
/// `nll --probes 2` becomes `gud nll RUN --json --probes 2`, kept in `RUN/nll.json` with the command beside the result. It is run
/// again where the command has changed or the run has been trained further.
struct SweepMeasurement: ExpressibleByArgument {
    /// The command: `nll`.
    let name: String
    private let words: [String]

    init?(argument: String) {
        words = argument.split(separator: " ").map(String.init)
        guard let name = words.first, ["nll", "evaluate"].contains(name) else { return nil }
        self.name = name
    }

    func arguments(for run: RunDirectory) -> [String] { [name, run.path, "--json"] + words.dropFirst() }

    private func path(in run: RunDirectory) -> String { "\(run.path)/\(name).json" }

    /// What is kept, without what it was measured by.
    func result(in run: RunDirectory) -> [String: Any]? { kept(in: run)?["result"] as? [String: Any] }

    /// Whether the kept result is of this command, and of the run as it is.
    func isCurrent(in run: RunDirectory) -> Bool {
        guard let kept = kept(in: run) else { return false }
        return kept["command"] as? String == words.joined(separator: " ")
            && kept["step"] as? Int == run.checkpoints().steps.last && kept["result"] != nil
    }

    /// Takes the output of the command over.
    func keep(_ output: String, in run: RunDirectory) throws {
        let result = try JSONSerialization.jsonObject(with: try AtomicFile.read(output))
        let kept: [String: Any] = [
            "command": words.joined(separator: " "), "step": run.checkpoints().steps.last ?? 0, "result": result,
        ]
        try AtomicFile.write(Data(JSONText.of(kept).utf8), to: path(in: run))
        try? FileManager.default.removeItem(atPath: output)
    }

    private func kept(in run: RunDirectory) -> [String: Any]? {
        guard let data = try? AtomicFile.read(path(in: run)) else { return nil }
        return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
    }
}
