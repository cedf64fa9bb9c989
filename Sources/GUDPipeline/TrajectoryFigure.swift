import Foundation
import GUDCore
import GUDData
import GUDPlot

/// Images on their way from noise to data: a row each, time from left to right, the finished sample last.
public struct TrajectoryFigure {
    /// One row.
    public struct Row {
        /// What stands before it.
        public let label: String
        /// The states, each one sample of the data's shape.
        public let frames: [[Float]]

        /// A sample of a trajectory: its states and what they end in.
        public init(_ label: String, _ trajectory: SampleTrajectory, sample: Int, shape: SampleShape) {
            let range = sample * shape.dimension..<(sample + 1) * shape.dimension
            self.label = label
            frames = trajectory.states.map { Array($0[range]) } + [Array(trajectory.samples[range])]
        }
    }

    /// A plot of rows that have as many frames as there are times, and one.
    ///
    /// - Throws: ``ImageGridError`` where samples are not images, ``PlotError``.
    public static func plot(
        _ title: String, rows: [Row], times: [Double], shape: SampleShape, axis: String = ""
    ) throws -> (plot: Plot, width: Double, height: Double) {
        let side = if case .image(let height, let width, _) = shape { max(height, width, 1) } else { 1 }
        let grid = ImageGrid(columns: times.count + 1, scale: max(1, 40 / side), padding: 2, background: 255)
        let picture = try grid.compose(rows.flatMap { $0.frames.joined() }, shape: shape).colour()
        let pixels = stride(from: 0, to: picture.bytes.count, by: 3).map {
            RGB(picture.bytes[$0], picture.bytes[$0 + 1], picture.bytes[$0 + 2])
        }
        let columns = times.map { String(format: "%.2g", $0) } + ["sample"]
        let x = Axis("time t", categories: columns)
        // Names count from the bottom.
        let y = Axis(axis, categories: rows.reversed().map(\.label))
        let mark = Mark.picture(
            try Picture(
                x: -0.5...Double(columns.count) - 0.5, y: -0.5...Double(rows.count) - 0.5, rows: picture.height,
                columns: picture.width, pixels: pixels))
        return (Plot(title, x: x, y: y, marks: [mark]), Double(picture.width), Double(picture.height))
    }
}
