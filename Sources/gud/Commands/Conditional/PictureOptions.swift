import ArgumentParser
import GUDCore
import GUDData
import GUDPipeline

/// What a picture is drawn around: a file, or a sample of the run's test data.
struct PictureOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The picture: PNG, JPEG or .npy, one sample or a batch of them.", valueName: "FILE"))
    var image: String?

    @Option(
        name: .customLong("test"),
        help: ArgumentHelp("Instead of --image: samples of the run's test data, by index.", valueName: "INDEX"))
    var indices: [Int] = []

    @Option(name: .customShort("n"), help: "How many samples to draw for each picture.")
    var count = 8

    @Option(name: .shortAndLong, help: "The file to write: a .png grid that begins with what is given, or .npy.")
    var output: String

    func validate() throws {
        guard (image == nil) != indices.isEmpty else {
            throw ValidationError("name a picture: --image FILE, or --test INDEX for one of the run's test data")
        }
        guard count > 0 else { throw ValidationError("-n \(count): draw at least one sample") }
        try SampleFile.validate(output)
    }

    /// Whole samples, row-major `[pictures, D]`, from the test data where they are named.
    func testSamples(_ pipeline: Pipeline) throws -> [Float]? {
        if image != nil { return nil }
        let test = try pipeline.configuration.loadData(pipeline.registry).test
        return try indices.flatMap { index in
            guard 0..<test.count ~= index else {
                throw ValidationError("--test \(index): the test data hold samples 0 to \(test.count - 1)")
            }
            return Array(test[index])
        }
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
    /// - Parameter shown: What a grid begins with, one picture per row of the observation.
    func run(_ observation: Observation, shown: [Float]) throws {
        Interrupt.watch()
        let rows = shown.count / pipeline.space.dimension
        var request = try drawing.request(of: pipeline)
        observing.add(observation, to: &request)
        let samples = try pipeline.sample(
            0..<pictures.count * rows, seed: drawing.seed, request: request, sampler: try drawing.sampler(of: pipeline),
            batchSize: drawing.batchSize, isCancelled: { Interrupt.isRequested })
        try SampleFile.write(samples, after: shown, shape: pipeline.space.shape, to: pictures.output)
        print(pictures.output)
    }
}
