import ArgumentParser
import GUDCore
import GUDData
import GUDPipeline

struct InpaintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inpaint", abstract: "Keep part of a picture, and draw the rest around it.",
        discussion: """
            What the mask shows white (or not 0) is kept, what it shows black is drawn anew. Works with any run: models that \
            were trained to know which components are given hold them, others are corrected while they draw (--method).

            Example:
              gud inpaint runs/digits --test 3 --mask mask.png -n 8 -o inpainted.png
            """)

    @Argument(help: "The directory of a run, or a checkpoint file.")
    var runDirectory: String

    @Option(
        help: ArgumentHelp("What to keep: white in a PNG of the picture's size, or not 0 in .npy.", valueName: "FILE"))
    var mask: String

    @OptionGroup var pictures: PictureOptions
    @OptionGroup var observing: ObservationOptions
    @OptionGroup var drawing: DrawingOptions
    @OptionGroup var opening: RunOptions

    func run() throws {
        let pipeline = try RunDirectory(runDirectory).load(opening).pipeline
        let shape = pipeline.space.shape
        let kept = try PictureFile.mask(mask, shape: shape)
        let truth = try pictures.testSamples(pipeline)
        let whole = try truth?.values ?? pictures.image.map { try PictureFile.samples($0, shape: shape) } ?? []
        // Grey stands for what is not known.
        let shown = whole.enumerated().map { kept[$0.offset % kept.count] ? $0.element : 0 }
        try ConditionalDrawing(pipeline: pipeline, pictures: pictures, drawing: drawing, observing: observing)
            .run(Observation(whole, mask: kept, deviation: observing.noise), shown: shown, truth: truth)
    }
}
