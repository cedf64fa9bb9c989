import ArgumentParser
import Foundation
import GUDCore
import GUDData
import GUDPipeline
import GUDPlot
import GUDSampling

struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample", abstract: "Draw samples from a trained run.",
        discussion: """
            The output's ending decides its form: a .png grid, or .npy numbers with the batch first.
            The same seed and index give the same sample whatever the batch size; networks, to rounding.
            Another --sampler keeps the parameters of the run's sampler that it has too, steps
            among them, and says which; --steps and --placement replace times that the run lists.

            Example:
              gud sample runs/digits -n 64 --sampler dpm++2m --steps 20 --seed 0 -o samples.png
              gud sample runs/digits --class 3 --guidance 2 --guidance-interval 0.3,0.9 -o threes.png
            """)

    @Argument(help: "The directory of a run, or a checkpoint file.")
    var runDirectory: String

    @Option(name: .customShort("n"), help: "How many samples to draw.")
    var count = 64

    @Option(
        name: .customLong("given"), parsing: .upToNextOption,
        help: ArgumentHelp(
            "Observed data: a mask, not 0 or white where it is known, and a sample with the values; several samples are taken in turn.",
            valueName: "MASK VALUES"))
    var given: [String] = []

    @Option(name: .shortAndLong, help: "The file to write, .png or .npy.")
    var output: String

    @Option(
        help: ArgumentHelp(
            "Also draw the first samples (8 at most) on their way from noise, .png or .svg.", valueName: "FILE"))
    var trajectory: String?

    @Option(help: "States of the trajectory, evenly over the steps; 12 by default.")
    var frames: Int?

    @OptionGroup var drawing: DrawingOptions
    @OptionGroup var observation: ObservationOptions
    @OptionGroup var opening: RunOptions

    func validate() throws {
        guard count > 0 else { throw ValidationError("-n \(count): draw at least one sample") }
        guard given.isEmpty || given.count == 2 else {
            throw ValidationError("--given takes two files, MASK and VALUES, each .npy or a picture")
        }
        guard !given.isEmpty || !observation.isGiven else {
            throw ValidationError("--method, --resamplings and --noise are for --given")
        }
        if let frames {
            guard trajectory != nil else { throw ValidationError("--frames is for --trajectory") }
            guard frames >= 2 else { throw ValidationError("--frames \(frames): show at least 2 states") }
        }
        if let trajectory { _ = try FigureFile.format(of: trajectory, option: "--trajectory") }
        try SampleFile.validate(output)
        try OutputPath.validate([("-o", output), ("--trajectory", trajectory)])
    }

    func run() throws {
        let pipeline = try RunDirectory(runDirectory).load(opening).pipeline
        try SampleFile.check(pipeline.space.shape, for: output)
        Interrupt.watch()
        let sampler = try drawing.sampler(of: pipeline)
        let request = try request(pipeline)
        Terminal.warn(try pipeline.trainingCaveats(of: request))
        let watch = GuidanceWatch(request.guidance)
        let samples = try pipeline.sample(
            0..<count, seed: drawing.seed, request: request, sampler: sampler, batchSize: drawing.batchSize,
            observer: watch.observer, isCancelled: { Interrupt.isRequested })
        Terminal.warn(watch.warnings)
        if let trajectory { try draw(pipeline, request, sampler, to: trajectory) }
        try SampleFile.write(samples, shape: pipeline.space.shape, to: output)
        print(output)
        if let trajectory { print(trajectory) }
    }

    private func draw(
        _ pipeline: Pipeline, _ request: ConditionRequest, _ sampler: any Sampler, to path: String
    ) throws {
        let count = min(count, 8)
        let trajectory = try pipeline.trajectory(
            0..<count, seed: drawing.seed, frames: frames ?? 12, request: request, sampler: sampler,
            isCancelled: { Interrupt.isRequested })
        let shape = pipeline.space.shape
        let made = try TrajectoryFigure.plot(
            "", rows: (0..<count).map { TrajectoryFigure.Row("\($0)", trajectory, sample: $0, shape: shape) },
            times: trajectory.times, shape: shape, axis: "sample")
        try FigureFile.write(
            Figure(panels: [made.plot], plotWidth: made.width, plotHeight: made.height), to: path)
    }

    private func request(_ pipeline: Pipeline) throws -> ConditionRequest {
        var request = try drawing.request(of: pipeline)
        if given.count == 2 {
            let shape = pipeline.space.shape
            observation.add(
                Observation(
                    try PictureFile.samples(given[1], shape: shape), mask: try PictureFile.mask(given[0], shape: shape),
                    deviation: observation.noise),
                to: &request)
        }
        return request
    }
}
