import ArgumentParser
import Foundation
import GUDCore
import GUDData
import GUDEvaluation
import GUDPipeline

struct ExtendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extend", abstract: "Draw images of any width or height, window by window.",
        discussion: """
            The model draws windows of its own size. Each begins with columns (or rows) that are there already, which are given, and \
            adds new ones. Works with any model of images; best are those that know which components are given and generate \
            column by column, see Documentation/extension.md.

            Steps are placed evenly in log-SNR, so that none is spent on what is given, unless --placement or the run say otherwise.

            Example:
              gud extend runs/texture --by 16 --windows 10 -n 8 -o strips.png
              gud extend runs/texture --size 512 --from beginning.png -n 1 -o wide.png
            """)

    @Argument(help: "The directory of a run, or a checkpoint file.")
    var runDirectory: String

    @Option(help: "Whether images grow to the right, by columns, or downwards, by rows.")
    var axis = ImageAxis.columns

    @Option(name: .customLong("by"), help: "New columns (or rows) per window; half a window by default.")
    var step: Int?

    @Option(help: "How many windows to draw; 10 by default.")
    var windows: Int?

    @Option(help: "Instead of --windows: how many columns (or rows) the images are to have.")
    var size: Int?

    @Option(name: .customShort("n"), help: "How many strips to draw.")
    var count = 8

    @Option(
        name: .customLong("from"),
        help: ArgumentHelp(
            "What the strips begin with: PNG, JPEG or .npy, one image for all or one for each; else they begin freely.",
            valueName: "FILE"))
    var beginning: String?

    @Option(name: .shortAndLong, help: "The file to write: .png with the strips side by side, or .npy.")
    var output: String

    @Flag(help: "Measure seams and drift, against windows of the run's data where they can be loaded.")
    var measure = false

    @Flag(help: "Print what was measured as JSON.")
    var json = false

    @Option(
        help: ArgumentHelp("Measure, and draw what was measured along the strips, .svg or .png.", valueName: "FILE"))
    var figure: String?

    private static let customaryLabel = "strips"

    @Option(help: "What the figure calls these strips.")
    var label = ExtendCommand.customaryLabel

    @Option(
        help: ArgumentHelp(
            "Show another record in the figure too, printed before by --measure --json; may be repeated.",
            valueName: "LABEL=FILE.json"))
    var beside: [String] = []

    @OptionGroup var meeting: MethodOptions
    @OptionGroup var drawing: DrawingOptions
    @OptionGroup var opening: RunOptions

    func validate() throws {
        guard count > 0 else { throw ValidationError("-n \(count): draw at least one strip") }
        guard windows == nil || size == nil else {
            throw ValidationError("--windows \(windows ?? 0) and --size \(size ?? 0): give one of them")
        }
        if measure || figure != nil, count < 2 {
            throw ValidationError(
                "--measure and --figure with -n \(count): errors are those over strips; draw two or more")
        }
        if measure || figure != nil, windows == 1, beginning == nil { throw Self.oneWindow }
        if figure == nil, label != Self.customaryLabel { throw ValidationError("--label is for --figure") }
        if json, !measure { throw ValidationError("--json is for --measure") }
        if figure == nil, !beside.isEmpty { throw ValidationError("--beside is for --figure") }
        if let figure { _ = try FigureFile.format(of: figure, option: "--figure") }
        for entry in beside where Self.labelAndPath(entry) == nil {
            throw ValidationError("--beside \(entry): write LABEL=FILE.json")
        }
        try SampleFile.validate(output)
        try OutputPath.validate([("-o", output), ("--figure", figure)])
    }

    func run() throws {
        let pipeline = try RunDirectory(runDirectory).load(opening).pipeline
        let plan = ExtensionPlan(axis, by: step, until: size.map { .size($0) } ?? .windows(windows ?? 10))
        let shape = pipeline.space.shape
        try SampleFile.check(shape, for: output)
        let earlier = try beside.map(Self.record)
        let start = try beginning.map { try StripFile.read($0, window: shape, along: axis) }
        if measure || figure != nil, start == nil, try plan.windowCount(of: shape) == 1 { throw Self.oneWindow }
        var request = try drawing.request(of: pipeline)
        meeting.choose(in: &request)
        Terminal.warn(
            try pipeline.trainingCaveats(of: request, extending: plan, beginning: start?.lineCount ?? 0))
        let asked = try drawing.choice(of: pipeline)
        let sampler = drawing.placement == nil ? try pipeline.skippingDeadTime(asked) : asked
        Interrupt.watch()
        let watch = GuidanceWatch(request.guidance)
        let progress = TerminalProgress()
        defer { progress.end() }
        let extended = try pipeline.extend(
            0..<count, plan: plan, from: start, seed: drawing.seed, request: request,
            sampler: try Pipeline.sampler(sampler, pipeline.registry), batchSize: drawing.batchSize,
            observer: watch.observer,
            onWindow: { finished, all in
                if finished == 1 { progress.begin(total: all, at: 0) }
                progress.advance(to: finished, "windows", isMilestone: true)
            },
            isCancelled: { Interrupt.isRequested })
        progress.end()
        Terminal.warn(watch.warnings)
        try write(extended.strips)
        if !json { print(output) }
        if measure || figure != nil { try report(extended, plan, sampler, pipeline, beside: earlier) }
    }

    private static let oneWindow = ValidationError(
        "--measure and --figure with one window: seams lie between windows; draw two or more, ten for drift")

    private func write(_ strips: ImageStrips) throws {
        guard URL(fileURLWithPath: output).pathExtension.lowercased() == "png" else {
            return try SampleFile.write(strips.values, shape: strips.shape, to: output)
        }
        // Strips lie beside one another, and the short side decides how large a pixel is.
        let scale = max(1, 64 / max(1, strips.profile[0]))
        let grid = ImageGrid(columns: axis == .columns ? 1 : strips.count, scale: scale)
        try PNGFile.write(grid.compose(strips.values, shape: strips.shape), to: output)
    }

    private func report(
        _ extended: ExtendedStrips, _ plan: ExtensionPlan, _ sampler: Configuration.Choice, _ pipeline: Pipeline,
        beside earlier: [(name: String, evaluation: StripEvaluation)]
    ) throws {
        let evaluation = try pipeline.evaluate(
            extended, plan: plan, seed: drawing.seed, method: meeting.method, sampler: sampler)
        if let figure {
            try FigureFile.write(
                StripFigure(earlier + [(label, evaluation)]).figure, to: figure)
            if !json { print(figure) }
        }
        if json {
            let measures = try JSONSerialization.jsonObject(with: JSONEncoder().encode(evaluation))
            print(try JSONText.of(["output": output, "measures": measures]))
        } else if measure {
            print("\n\(evaluation)")
        }
    }

    /// A record of earlier strips, `LABEL=FILE.json`.
    private static func record(_ entry: String) throws -> (name: String, evaluation: StripEvaluation) {
        struct Record: Decodable { let measures: StripEvaluation }
        guard let (label, path) = labelAndPath(entry) else {
            throw ValidationError("--beside \(entry): write LABEL=FILE.json")
        }
        let bytes = try AtomicFile.read(path)
        do {
            return (label, try JSONDecoder().decode(Record.self, from: bytes).measures)
        } catch {
            throw FileError.format(path, offset: 0, reason: "is no record of 'gud extend --measure --json'")
        }
    }

    private static func labelAndPath(_ entry: String) -> (label: String, path: String)? {
        let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        return (parts[0], parts[1])
    }
}

extension ImageAxis: ExpressibleByArgument {}
