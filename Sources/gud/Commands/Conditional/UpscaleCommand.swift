import ArgumentParser
import GUDCore
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
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var device: DeviceOptions
    @OptionGroup var plugins: PluginOptions
    @OptionGroup var mismatch: MismatchOptions

    func run() throws {
        let (pipeline, _) = try RunDirectory(runDirectory).load(
            overrides: overrides.set, registry: try plugins.registry(), device: device.device,
            onMismatch: mismatch.decide)
        let shape = pipeline.space.shape
        let small = try by.coarseShape(of: shape, factor: factor)
        let coarse =
            try pictures.testSamples(pipeline).map { try by.coarse($0, shape: shape, factor: factor) }
            ?? pictures.image.map { try PictureFile.samples($0, shape: small) } ?? []
        let observation = try by.observation(of: coarse, shape: shape, factor: factor, deviation: observing.noise)
        try ConditionalDrawing(pipeline: pipeline, pictures: pictures, drawing: drawing, observing: observing)
            .run(observation, shown: try Coarsening.enlarged(coarse, to: shape, factor: factor))
    }
}

extension Coarsening: ExpressibleByArgument {}
