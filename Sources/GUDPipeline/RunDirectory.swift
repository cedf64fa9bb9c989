import Foundation
import GUDCore
import GUDTraining

/// The directory of a run: configuration, metrics, checkpoints, sample grids and log; it can be moved.
public struct RunDirectory: Sendable {
    /// The directory.
    public let path: String

    /// A run in a directory, which need not exist yet.
    public init(_ path: String) { self.path = path }

    /// The resolved configuration.
    public var configurationPath: String { "\(path)/config.yaml" }
    /// One line per logged step.
    public var metricsPath: String { "\(path)/metrics.csv" }
    /// What happened, for people.
    public var logPath: String { "\(path)/log.txt" }
    /// The checkpoints.
    public func checkpoints(keeping: Int = 3) -> CheckpointStore {
        CheckpointStore(directory: "\(path)/checkpoints", keeping: keeping)
    }
    /// The sample grid of a step.
    public func samplesPath(step: Int) -> String { "\(path)/samples/step-\(step).png" }

    /// Whether there is a run already.
    public var isOccupied: Bool {
        FileManager.default.fileExists(atPath: configurationPath) || !checkpoints().steps.isEmpty
    }

    /// The checkpoint to use: the one that did best in validation, else the newest; the file itself where the path is one.
    ///
    /// - Throws: ``CheckpointError/missing(_:)``, or ``FileError`` where it cannot be read.
    public func bestCheckpoint() throws -> (checkpoint: Safetensors, path: String) {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue {
            return (try Safetensors(contentsOf: path), path)
        }
        let best = checkpoints().bestPath
        guard FileManager.default.fileExists(atPath: best) else { return try latestCheckpoint() }
        return (try Safetensors(contentsOf: best), best)
    }

    /// The loss on held-out data of the checkpoint that did best in validation; `nil` without validation.
    func bestValidationLoss() throws -> Double? {
        let path = checkpoints().bestPath
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try Pipeline.metadata(of: Safetensors(contentsOf: path), path: path).validationLoss
    }

    /// The newest checkpoint, where training goes on from.
    ///
    /// - Throws: ``CheckpointError/missing(_:)``, or ``FileError`` where it cannot be read.
    public func latestCheckpoint() throws -> (checkpoint: Safetensors, path: String) {
        let store = checkpoints()
        guard let step = store.steps.last else { throw CheckpointError.missing(path) }
        return (try Safetensors(contentsOf: store.path(step: step)), store.path(step: step))
    }

    /// The pipeline of ``bestCheckpoint()``, and the number of steps it was trained for; see ``Pipeline/load(_:path:overrides:registry:device:onMismatch:)``.
    public func load(
        overrides: [String] = [], registry: Registry, device: String = "cpu",
        onMismatch: (CheckpointError) throws -> Void = { throw $0 }
    ) throws -> (pipeline: Pipeline, step: Int) {
        let (checkpoint, path) = try bestCheckpoint()
        return try Pipeline.load(
            checkpoint, path: path, overrides: overrides, registry: registry, device: device, onMismatch: onMismatch)
    }

    /// Appends a line to the log; a log that cannot be written is not worth losing a run for.
    func log(_ line: String) {
        let stamp = ISO8601DateFormatter().string(from: Date())
        if !FileManager.default.fileExists(atPath: logPath) {
            _ = FileManager.default.createFile(atPath: logPath, contents: nil)
        }
        guard let handle = FileHandle(forWritingAtPath: logPath) else { return }
        defer { try? handle.close() }
        _ = try? handle.seekToEnd()
        try? handle.write(contentsOf: Data("\(stamp) \(line)\n".utf8))
    }
}
