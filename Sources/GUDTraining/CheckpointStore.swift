import Foundation
import GUDCore

/// The checkpoints of one run: a folder of safetensors files named by their step, of which the last few are kept.
public struct CheckpointStore: Sendable {
    /// The folder.
    public let directory: String
    /// How many checkpoints to keep.
    public let keeping: Int

    /// A store in a folder; the folder is made when the first checkpoint is written.
    public init(directory: String, keeping: Int = 3) {
        self.directory = directory
        self.keeping = max(1, keeping)
    }

    /// The path of the checkpoint of a step.
    public func path(step: Int) -> String {
        let digits = String(step)
        return "\(directory)/step-\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits).safetensors"
    }

    /// The path of the checkpoint that did best in validation, where there is validation.
    public var bestPath: String { "\(directory)/best.safetensors" }

    /// The steps that have a checkpoint, in increasing order.
    public var steps: [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.compactMap { name in
            guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
            return Int(name.dropFirst(5).dropLast(12))
        }.sorted()
    }

    /// Writes the checkpoint that did best so far; it stays whatever becomes of the others.
    ///
    /// - Throws: ``FileError/write(_:reason:)``; the one before is untouched then.
    public func saveBest(_ checkpoint: Safetensors) throws(FileError) {
        try AtomicFile.makeDirectory(directory)
        try checkpoint.write(to: bestPath)
    }

    /// Writes the checkpoint of a step, then removes all but the last few.
    ///
    /// - Throws: ``FileError/write(_:reason:)``; earlier checkpoints are untouched then.
    public func save(_ checkpoint: Safetensors, step: Int) throws(FileError) {
        try AtomicFile.makeDirectory(directory)
        try checkpoint.write(to: path(step: step))
        for old in steps.dropLast(keeping) where old != step {
            try? FileManager.default.removeItem(atPath: path(step: old))
        }
    }

    /// The newest checkpoint and its step, or `nil` where there is none.
    public func latest() throws(FileError) -> (step: Int, checkpoint: Safetensors)? {
        guard let step = steps.last else { return nil }
        return (step, try Safetensors(contentsOf: path(step: step)))
    }
}
