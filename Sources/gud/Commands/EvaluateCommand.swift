import ArgumentParser
import Foundation
import GUDCore
import GUDData
import GUDEvaluation
import GUDPipeline
import GUDSampling

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measure the samples and the likelihood of a trained run.",
        discussion: """
            Draws samples, rounds them to the data's levels, and compares them with the held-out part
            of the data, next to training images (the floor). Writes RUN/evaluation.json.

            With --guidance every sample has a class, equally many each, and a classifier among the
            extractors tells how often it agrees.

            Example:
              gud evaluate runs/digits --sampler ddim --sampler dpm++2m --steps 5,10,20 --baselines
              gud evaluate runs/classes --guidance 0,1,2,4 --figure guidance.svg
            """)

    /// How a likelihood is measured.
    enum LikelihoodChoice: String, ExpressibleByArgument, CaseIterable {
        case ode
        case elbo
        case none
    }

    @Argument(help: "The directory of a run, or a checkpoint file.")
    var runDirectory: String

    @Option(
        name: .customShort("n"),
        help: "Samples of each set. (default: as many as there are held-out images, at most 10000)")
    var count: Int?

    @Option(help: "The seed of the samples and of the likelihood.")
    var seed: UInt64 = 0

    @Option(
        name: .customLong("extractor"), parsing: .singleValue,
        help: ArgumentHelp(
            "What sets of images are compared by: 'pixels', a file of 'gud extractor train', or a TorchScript .pt file; may be "
                + "repeated. (default: pixels, and a classifier *.extractor.safetensors of the same data in the run or beside it)",
            valueName: "pixels|FILE"))
    var extractors: [String] = []

    @Flag(help: "Resize images, and repeat a grey channel, to what a TorchScript extractor takes.")
    var resize = false

    @Option(
        name: .customLong("sampler"), parsing: .singleValue,
        help: "A sampler to draw with, that of the run by default; may be repeated.")
    var samplers: [String] = []

    @Option(
        help: ArgumentHelp(
            "Steps of each sampler; several are measured one after the other. Samplers that choose their own ignore it.",
            valueName: "N,N,…"))
    var steps: String?

    @Option(
        help: ArgumentHelp(
            "Draw samples of every class with these guidance scales: 0 ignores the class, 1 is the plain conditional model.",
            valueName: "G,G,…"))
    var guidance: String?

    @OptionGroup var guiding: GuidanceOptions

    @Option(
        help: ArgumentHelp("Draw accuracy and quality against the guidance scale, .svg or .png.", valueName: "FILE"))
    var figure: String?

    @Option(help: "How to measure the likelihood of held-out data. (default: elbo, where the pipeline allows it)")
    var likelihood: LikelihoodChoice?

    @Option(help: "The most held-out samples whose likelihood is measured.")
    var likelihoodCount = 500

    @Flag(help: "Compare with samples of the exact Gaussian and mixture denoisers in the same space.")
    var baselines = false

    @Option(name: .customLong("batch"), help: "Samples evaluated at once.")
    var batchSize = 250

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var opening: RunOptions

    func validate() throws {
        if let count, count < 2 { throw ValidationError("-n \(count): compare at least two samples") }
        guard batchSize > 0 else { throw ValidationError("--batch \(batchSize): evaluate at least one sample at once") }
        guard likelihoodCount > 0 else {
            throw ValidationError("--likelihood-count \(likelihoodCount): measure at least one sample")
        }
        _ = try stepCounts()
        if try scales().isEmpty, guiding.isGiven || figure != nil {
            throw ValidationError("--guidance-interval, --guide and --figure go with --guidance, such as 0,1,2,4")
        }
        if let figure { _ = try FigureFile.format(of: figure, option: "--figure") }
        try OutputPath.validate([("--figure", figure)])
    }

    func run() throws {
        let directory = RunDirectory(runDirectory)
        let (pipeline, step) = try directory.load(opening)
        if let guidance, pipeline.conditioner.embeddingWidth == 0 {
            throw ValidationError(
                "--guidance \(guidance): the model is unconditional; train it with 'conditioner: class'")
        }
        let dataset = try pipeline.configuration.loadData(pipeline.registry)
        var options = RunEvaluator.Options()
        options.count = count
        options.seed = seed
        options.batchSize = batchSize
        options.extractors = try ExtractorFile.load(
            extractors.isEmpty
                ? ExtractorFile.customary(
                    run: runDirectory, data: try pipeline.configuration.dataText(pipeline.registry))
                : extractors,
            for: dataset.shape, resizes: resize, device: opening.device.device)
        options.samplers = try pipeline.samplerChoices(samplers, steps: try stepCounts())
        options.guidances = try scales().map { try guiding.guidance(scale: $0, in: pipeline) }
        options.guidedComponents = guiding.guide.isEmpty ? nil : guiding.guide.joined(separator: " ")
        options.baselines = baselines ? ["gaussian", "mixture"] : []
        options.likelihood = likelihoodMethod
        options.likelihoodCount = likelihoodCount
        options.toleratesNoLikelihood = likelihood == nil
        Interrupt.watch()
        let evaluation = try RunEvaluator(
            pipeline, dataset: dataset, options: options, progress: TerminalProgress(),
            isCancelled: { Interrupt.isRequested }
        ).evaluate(directory, step: step)
        if json {
            print(String(decoding: try evaluation.json(), as: UTF8.self))
        } else {
            print(EvaluationText(evaluation).description)
        }
        if let figure, let drawn = GuidanceFigure([evaluation]).figure() {
            try FigureFile.write(drawn, to: figure)
            Terminal.error(figure)
        }
        Terminal.error(directory.evaluationPath)
    }

    private func scales() throws -> [Double] {
        try CommaList.numbers(
            guidance, of: "--guidance", remedy: "write numbers with commas between, such as 0,1,2,4"
        ) { $0.isFinite }
    }

    private var likelihoodMethod: Pipeline.LikelihoodMethod? {
        switch likelihood ?? .elbo {
        case .none: nil
        case .elbo: .bound(times: 64)
        case .ode: .flow(trace: nil, stepping: .adaptive(rtol: 1e-5, atol: 1e-5))
        }
    }

    private func stepCounts() throws -> [Int] {
        try CommaList.numbers(
            steps, of: "--steps", remedy: "write positive numbers with commas between, such as 5,10,20"
        ) { $0 > 0 }
    }
}
