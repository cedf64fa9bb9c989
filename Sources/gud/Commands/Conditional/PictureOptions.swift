import ArgumentParser
import Foundation
import GUDCore
import GUDData
import GUDPipeline

/// What a picture is drawn around: a file, or a sample of the run's test data.
struct PictureOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The picture: PNG, JPEG or .npy, one sample or a batch of them.", valueName: "FILE"))
    var image: String?

    @Option(
        name: .customLong("test"),
        help: ArgumentHelp(
            "Instead of --image: samples of the run's test data, by index or range, such as 3 or 0-9. May be repeated.",
            valueName: "INDEX"))
    var tests: [IndexRange] = []

    @Option(name: .customShort("n"), help: "How many samples to draw for each picture.")
    var count = 8

    @Flag(
        help:
            "With --test: print the error of the samples beside that of a Gaussian fit and of the nearest training picture."
    )
    var measure = false

    @Option(
        help: ArgumentHelp(
            "With --measure: how often this classifier tells the true class; from 'gud extractor train'.",
            valueName: "FILE"))
    var extractor: String?

    @Flag(help: "With --measure: print JSON.")
    var json = false

    @Option(name: .shortAndLong, help: "The file to write: a .png grid that begins with what is given, or .npy.")
    var output: String

    func validate() throws {
        guard (image == nil) != tests.isEmpty else {
            throw ValidationError("name a picture: --image FILE, or --test INDEX for one of the run's test data")
        }
        guard !measure || image == nil else { throw ValidationError("--measure compares with the truth: take --test") }
        guard measure || extractor == nil && !json else {
            throw ValidationError("--extractor and --json are for --measure")
        }
        guard count > 0 else { throw ValidationError("-n \(count): draw at least one sample") }
        try SampleFile.validate(output)
        try OutputPath.validate([("-o", output)])
    }

    /// Samples of the test data, where some are named.
    func testSamples(_ pipeline: Pipeline) throws -> LabelledSamples? {
        if image != nil { return nil }
        let test = try pipeline.configuration.loadData(pipeline.registry).test
        if let last = tests.map(\.range.upperBound).max(), last >= test.count {
            throw ValidationError(
                test.count == 0
                    ? "--test \(last): the run has no test data; take --image"
                    : "--test \(last): the test data hold samples 0 to \(test.count - 1)")
        }
        return test.selecting(tests.flatMap(\.range))
    }
}

/// An index, or a range of them with both ends: `3`, `0-9`.
struct IndexRange: ExpressibleByArgument {
    let range: ClosedRange<Int>

    init?(argument: String) {
        let ends = argument.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1], low >= 0, low <= high
        else { return nil }
        range = low...high
    }
}

/// Draws samples around an observation and writes them: what the commands do that differ in their observation alone.
struct ConditionalDrawing {
    let pipeline: Pipeline
    let pictures: PictureOptions
    let drawing: DrawingOptions
    let observing: ObservationOptions

    /// Draws, and writes the samples.
    ///
    /// - Parameters:
    ///   - shown: What a grid begins with, one picture per row of the observation.
    ///   - truth: The whole pictures, where they are known.
    func run(_ observation: Observation, shown: [Float], truth: LabelledSamples?) throws {
        Interrupt.watch()
        try SampleFile.check(pipeline.space.shape, for: pictures.output)
        if pictures.extractor != nil, truth?.labels == nil {
            throw ValidationError("--extractor tells classes, and the run's test data have none; leave it out")
        }
        let rows = shown.count / pipeline.space.dimension
        let product = pictures.count.multipliedReportingOverflow(by: rows)
        // What no number holds is above every limit of the sampler.
        let count = product.overflow ? .max : product.partialValue
        var request = try drawing.request(of: pipeline)
        observing.add(observation, to: &request)
        Terminal.warn(try pipeline.trainingCaveats(of: request))
        let watch = GuidanceWatch(request.guidance)
        let samples = try pipeline.sample(
            0..<count, seed: drawing.seed, request: request, sampler: try drawing.sampler(of: pipeline),
            batchSize: drawing.batchSize, observer: watch.observer, isCancelled: { Interrupt.isRequested })
        Terminal.warn(watch.warnings)
        try SampleFile.write(samples, after: shown, shape: pipeline.space.shape, to: pictures.output)
        if pictures.measure, let truth { try measure(samples, observation, truth) }
        if !pictures.json { print(pictures.output) }
    }

    private func measure(_ samples: [Float], _ observation: Observation, _ truth: LabelledSamples) throws {
        let dataset = try pipeline.configuration.loadData(pipeline.registry)
        let classifier = try pictures.extractor.map { path in
            try ClassifierExtractor(contentsOf: path, for: pipeline.space.shape)
        }
        let quality = try ConditionalQuality(
            of: samples, truth: truth.values, labels: truth.labels, observation: observation, in: pipeline,
            training: dataset.training, classifier: classifier)
        if pictures.json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode(quality), as: UTF8.self))
        } else {
            print(quality.text)
        }
    }
}

extension ConditionalQuality {
    /// The measures as a table.
    fileprivate var text: String {
        func number(_ value: Double) -> String { String(format: "%.4f", value) }
        func share(_ value: Double?) -> String { value.map { String(format: "%.1f %%", 100 * $0) } ?? "" }
        return
            "\(pictures) pictures, \(samplesPerPicture) samples each; root mean square errors of what was not observed\n"
            + Terminal.table(
                [
                    ["", "error", "class told"], ["samples", number(samples), share(agreement)],
                    ["mean of samples", number(mean), ""], ["Gaussian fit", number(gaussian), ""],
                    ["nearest training picture", number(nearest), share(nearestAgreement)],
                    ["truth", number(0), share(trueAgreement)],
                ], numeric: true)
    }
}
