import Foundation
import GUDCore
import GUDData
import GUDEvaluation
import GUDPipeline
import GUDPlot
import GUDSampling

extension ComparedRun {
    /// A run from its directory.
    ///
    /// - Parameters:
    ///   - directory: The run.
    ///   - name: What to call it.
    ///   - evaluation: What was measured of it.
    ///   - pipeline: Its pipeline: samples for people to look at are drawn from it, by its own sampler with seed 0.
    ///   - isCancelled: Polled between steps of the sampler.
    /// - Throws: What the sampler or the schedule throw.
    public init(
        _ directory: RunDirectory, name: String, evaluation: RunEvaluation, pipeline: Pipeline,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws {
        self.init(
            name: name, evaluation: evaluation,
            settings: try pipeline.configuration.flattened(pipeline.registry),
            losses: directory.losses.map { (Double($0.step), $0.loss) },
            picture: try Self.picture(of: pipeline, isCancelled: isCancelled),
            scatter: try Self.scatter(of: pipeline, name: name, isCancelled: isCancelled),
            schedule: try ScheduleFigure(
                name, schedule: pipeline.schedule, variances: pipeline.space.variances, lineLimit: 24, resolution: 100
            ).figure)
    }

    /// A thousand samples in the plane; `nil` where they do not lie in one.
    private static func scatter(
        of pipeline: Pipeline, name: String, isCancelled: @escaping @Sendable () -> Bool
    ) throws -> Figure? {
        guard case .vector(2) = pipeline.space.shape else { return nil }
        let samples = try pipeline.sample(0..<1000, seed: 0, batchSize: 500, isCancelled: isCancelled).map(Double.init)
        let points = Points(
            x: stride(from: 0, to: samples.count, by: 2).map { samples[$0] },
            y: stride(from: 1, to: samples.count, by: 2).map { samples[$0] })
        return Figure(
            "Samples: \(name)", panels: [Plot(x: Axis("x₁"), y: Axis("x₂"), marks: [.points(points)], legend: .none)],
            plotWidth: 300, plotHeight: 300)
    }

    /// Thirty-six samples side by side; `nil` where samples are not images.
    private static func picture(
        of pipeline: Pipeline, isCancelled: @escaping @Sendable () -> Bool
    ) throws -> [UInt8]? {
        guard case .image = pipeline.space.shape else { return nil }
        let samples = try pipeline.sample(0..<36, seed: 0, isCancelled: isCancelled)
        return try PNGFile.bytes(
            of: ImageGrid(columns: 6).compose(samples, shape: pipeline.space.shape), for: "the samples")
    }
}
