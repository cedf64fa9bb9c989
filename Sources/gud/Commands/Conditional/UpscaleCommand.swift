import ArgumentParser
import GUDCore
import GUDData
import GUDPipeline

struct UpscaleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upscale", abstract: "Draw large pictures that a small one is the coarse part of.",
        discussion: """
            The small picture is the large one's averages over blocks, its coarse Haar coefficients; with --by fourier it holds \
            the large one's low frequencies. Every sample has exactly that small picture, unless --noise allows for more.

            Example:
              gud upscale runs/digits --test 3 --factor 2 -n 8 -o upscaled.png
            """)

    @Argument(help: "The directory of a run, or a checkpoint file.")
    var runDirectory: String

    @Option(help: "How many times larger the samples are than the picture, along each side.")
    var factor = 2

    @Option(help: "What the small picture is of the large one.")
    var by = Coarsening.haar

    @OptionGroup var pictures: PictureOptions
    @OptionGroup var observing: ObservationOptions
    @OptionGroup var drawing: DrawingOptions
    @OptionGroup var opening: RunOptions

    func run() throws {
        let pipeline = try RunDirectory(runDirectory).load(opening).pipeline
        let shape = pipeline.space.shape
        let small = try by.coarseShape(of: shape, factor: factor)
        let truth = try pictures.testSamples(pipeline)
        let coarse =
            try truth.map { try by.coarse($0.values, shape: shape, factor: factor) }
            ?? pictures.image.map { try PictureFile.samples($0, shape: small) } ?? []
        let observation = try by.observation(of: coarse, shape: shape, factor: factor, deviation: observing.noise)
        try ConditionalDrawing(pipeline: pipeline, pictures: pictures, drawing: drawing, observing: observing)
            .run(observation, shown: try Coarsening.enlarged(coarse, to: shape, factor: factor), truth: truth)
    }
}

extension Coarsening: ExpressibleByArgument {}
