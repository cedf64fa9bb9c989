import GUDCore
import GUDPipeline
import GUDPlot

/// From diffusion to autoregression: the same digit at several softnesses, pixels by column and principal components by variance.
///
/// The denoiser is the exact one of a mixture of ten Gaussians, so that nothing is trained.
enum TransitionFigure {
    private static let softnesses = [".inf", "2", "0.5", "0.2", "hard"]

    static func figure() throws -> Figure {
        let registry = try Registry.builtIn()
        let spaces = [
            ("Pixels, column by column", "{name: pixel}", "column"),
            ("Principal components, by variance", "{name: pca}", "variance"),
        ]
        var (panels, width, height) = ([Plot](), 0.0, 0.0)
        for (title, basis, order) in spaces {
            var (rows, times, shape) = ([TrajectoryFigure.Row](), [Double](), SampleShape.vector(1))
            for softness in softnesses {
                let configuration = try Configuration(
                    yaml: """
                        data: {name: digits}
                        basis: \(basis)
                        schedule: {name: soft, softness: \(softness), order: \(order), clip: true, gammaDenoise: -7, gammaNoise: 7}
                        denoiser: {name: mixture}
                        sampler: {name: dpm++2m, steps: 110}
                        """, registry: registry)
                let pipeline = try Pipeline.fit(
                    configuration, to: try configuration.loadData(registry), registry: registry)
                let trajectory = try pipeline.trajectory(0..<1, seed: 5, frames: 11)
                (times, shape) = (trajectory.times, pipeline.space.shape)
                let label = softness == ".inf" ? "∞" : softness
                rows.append(TrajectoryFigure.Row(label, trajectory, sample: 0, shape: shape))
            }
            let made = try TrajectoryFigure.plot(title, rows: rows, times: times, shape: shape, axis: "softness")
            panels.append(made.plot)
            (width, height) = (made.width, made.height)
        }
        return Figure(
            "From diffusion to autoregression", panels: panels, columns: 1, plotWidth: width, plotHeight: height)
    }
}
