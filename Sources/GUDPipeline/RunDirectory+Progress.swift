import Foundation
import GUDCore
import GUDTraining

extension RunDirectory {
    /// How far a run has come.
    public enum Progress: Sendable, Equatable {
        /// There is nothing yet.
        case absent
        /// It was begun with this very configuration, and has steps to go.
        case begun
        /// It was trained to its end with this very configuration.
        case finished
        /// It was made with another configuration, or a shorter or longer training.
        case different
    }

    /// How far a run of a configuration has come in this directory.
    ///
    /// - Throws: What resolving the configuration throws.
    public func progress(of configuration: Configuration, _ registry: Registry) throws -> Progress {
        guard isOccupied else { return .absent }
        guard let kept = try? AtomicFile.read(configurationPath),
            String(decoding: kept, as: UTF8.self) == (try configuration.yaml(registry))
        else { return .different }
        // An exact denoiser, whose one checkpoint is of step 0, is always begun: going on with it takes no time.
        return (checkpoints().steps.last ?? 0) >= (try configuration.training().stepCount) ? .finished : .begun
    }

    /// The reported training losses, by step; empty where there are none.
    public var losses: [(step: Int, loss: Double)] { MetricsFile.losses(path: metricsPath) }
}
