import Foundation
import GUDCore
import GUDEvaluation
import GUDTraining

extension RunDirectory {
    /// Where the record of an evaluation is kept: in the directory, or beside a checkpoint that was named itself.
    public var evaluationPath: String {
        var isDirectory: ObjCBool = false
        let isFile = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
        return isFile ? "\(path).evaluation.json" : "\(path)/evaluation.json"
    }

    /// The run's name: the last part of its path.
    public var name: String { URL(fileURLWithPath: path).lastPathComponent }

    /// The record of the last evaluation; `nil` where there is none.
    ///
    /// - Throws: ``FileError/read(_:reason:)`` or ``RunEvaluationError/record(_:reason:)``.
    public func evaluation() throws -> RunEvaluation? {
        guard FileManager.default.fileExists(atPath: evaluationPath) else { return nil }
        let data = try AtomicFile.read(evaluationPath)
        do {
            return try JSONDecoder().decode(RunEvaluation.self, from: data)
        } catch {
            throw RunEvaluationError.record(evaluationPath, reason: "it does not have the fields of one")
        }
    }

    /// Keeps the record of an evaluation, in place of an earlier one.
    ///
    /// - Throws: ``FileError/write(_:reason:)``.
    public func write(_ evaluation: RunEvaluation) throws {
        try AtomicFile.write(try evaluation.json(), to: evaluationPath)
    }

    /// The wall time of training in seconds, by the run's metrics: steps over steps per second, line by line.
    ///
    /// - Returns: `nil` without metrics, as for a checkpoint that was named itself.
    public var trainingSeconds: Double? { MetricsFile.seconds(path: metricsPath) }
}

extension RunEvaluator {
    /// Measures the run of a directory, and keeps the record there.
    ///
    /// - Parameter step: The training steps that the pipeline has had.
    /// - Throws: As ``evaluate(name:step:trainingSeconds:)`` and ``RunDirectory/write(_:)``.
    public func evaluate(_ directory: RunDirectory, step: Int) throws -> RunEvaluation {
        let evaluation = try evaluate(
            name: directory.name, step: step, trainingSeconds: directory.trainingSeconds)
        try directory.write(evaluation)
        return evaluation
    }
}
