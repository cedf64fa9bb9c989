import Foundation
import GUDCore
import GUDData
import GUDEvaluation
import GUDSampling
import TestSupport
import Testing

@testable import GUDPipeline

@Suite("Evaluation of runs")
struct RunEvaluatorTests {
    private let registry: Registry

    init() throws { registry = try .builtIn() }

    private func pipeline(_ sections: String) throws -> (Pipeline, Dataset) {
        let configuration = try Configuration(yaml: sections, registry: registry)
        let dataset = try configuration.loadData(registry)
        return (try Pipeline.fit(configuration, to: dataset, registry: registry), dataset)
    }

    @Test("Digits: the floor, the Gaussian and the mixture are where they are known to be; samplers are told apart")
    func digits() throws {
        let (pipeline, dataset) = try pipeline(
            """
            data: {name: digits, split: random}
            basis: dct
            schedule: {name: soft, softness: 2, order: frequency, gammaDenoise: -6, gammaNoise: 6}
            denoiser: gaussian
            """)
        var options = RunEvaluator.Options()
        options.count = 700
        options.seed = 3
        options.samplers = try pipeline.samplerChoices(["ddim", "{name: dpm++2m, anchored: false}"], steps: [4, 20])
        options.baselines = ["mixture"]
        options.likelihood = .bound(times: 4)
        options.likelihoodCount = 40
        let record = try RunEvaluator(pipeline, dataset: dataset, options: options).evaluate(name: "test", step: 0)

        let names = [
            "ddim, 4 steps", "ddim, 20 steps", "dpm++2m, 4 steps, anchored false", "dpm++2m, 20 steps, anchored false",
            "training images", "mixture",
        ]
        #expect(record.entries.map(\.name) == names)
        #expect(record.entries.map { $0.sampling?.evaluationsPerSample } == [5, 21, 5, 21, nil, 21])
        #expect(record.entries.map { $0.sampling?.steps } == [4, 20, 4, 20, nil, 20])
        func value(_ entry: Int, _ measure: Measure.Name) -> Double {
            record.entries[entry].measure(measure, on: "pixels")?.value ?? .nan
        }
        print("seed 3: \(names.indices.map { value($0, .slicedWasserstein) })")
        // Random splits: sliced Wasserstein 0.055 ± 0.003 a split, 1-nearest-neighbour accuracy 0.49.
        #expect(
            abs(value(4, .slicedWasserstein) - 0.055) < 0.012 && abs(value(4, .nearestNeighbourAccuracy) - 0.49) < 0.05)
        for measure in Measure.Name.allCases {
            #expect(value(4, measure) < value(5, measure) && value(5, measure) < value(1, measure), "\(measure)")
        }
        // The Gaussian fit has the data's covariance, and so its spectrum, but for what rounding to levels clamps.
        let powers = record.entries[1].spectrum.compactMap(\.decibels)
        #expect(record.entries[1].spectrum.map(\.label) == [0, 1, 2, 3, 4, 5, 6] && powers.allSatisfy { abs($0) < 3 })
        #expect(record.floor?.memorisation == nil)
        // Gaussian samples are far from every image; nothing is copied.
        let memorisation = try #require(record.entries[1].memorisation)
        #expect(memorisation.areaUnderCurve < 0.3 && memorisation.copiedFraction == 0)
        let likelihood = try #require(record.likelihood)
        let report = try pipeline.likelihood(
            of: dataset.test.prefix(40), binWidth: 0.125, method: .bound(times: 4), seed: 3)
        #expect(likelihood.bitsPerDimension == report.bitsPerDimension.value && likelihood.evaluationsPerSample == 4)
        #expect(likelihood.count == 40 && likelihood.order == "frequency")
        #expect(abs(likelihood.parts.reduce(0) { $0 + $1.bits } / 64 - likelihood.bitsPerDimension) < 1e-6)
        #expect(record.recipe.referenceCount == 297 && record.recipe.levels == 17 && record.warnings.isEmpty)

        let directory = try TemporaryDirectory()
        let run = RunDirectory(directory.path)
        #expect(try run.evaluation() == nil)
        try run.write(record)
        #expect(try run.evaluation() == record)
        try "{}".write(toFile: run.evaluationPath, atomically: true, encoding: .utf8)
        #expect(throws: RunEvaluationError.self) { try run.evaluation() }
    }

    @Test(
        "Toy data in the plane are measured by their coordinates, without spectra; a truncated basis has no likelihood")
    func otherData() throws {
        let (toy, plane) = try pipeline("data: {name: moons, count: 400}\ndenoiser: gaussian\nbasis: pixel")
        var options = RunEvaluator.Options()
        options.count = 100
        options.likelihood = .bound(times: 2)
        let record = try RunEvaluator(toy, dataset: plane, options: options).evaluate(name: "toy", step: 0)
        #expect(record.entries.allSatisfy { $0.spectrum.isEmpty && $0.scores.count == 1 })
        #expect(record.recipe.levels == nil && record.likelihood != nil)
        #expect(EvaluationText(record).spectra == nil)

        let (truncated, digits) = try pipeline("data: digits\ndenoiser: gaussian\nbasis: {name: pca, components: 9}")
        options.toleratesNoLikelihood = true
        let partial = try RunEvaluator(truncated, dataset: digits, options: options).evaluate(name: "pca", step: 0)
        #expect(
            partial.likelihood == nil && partial.warnings.contains { $0.hasPrefix("the likelihood was not measured") })
        options.toleratesNoLikelihood = false
        #expect(throws: (any Error).self) {
            try RunEvaluator(truncated, dataset: digits, options: options).evaluate(name: "pca", step: 0)
        }
    }

    @Test("Nothing held out, and an extractor that gives no numbers, are errors that say what to do")
    func errors() throws {
        let (pipeline, dataset) = try pipeline("data: digits\ndenoiser: gaussian\nbasis: pixel")
        let trainingOnly = try Dataset(
            name: "half", shape: dataset.shape, classCount: 10, levels: 17, training: dataset.training,
            test: .empty(dimension: 64))
        #expect(throws: RunEvaluationError.noReference("half")) {
            try RunEvaluator(pipeline, dataset: trainingOnly).evaluate(name: "half", step: 0)
        }
        // A sampler that diverges is found out before rounding to levels would hide it.
        for (value, text) in [(Float.nan, "nan"), (.infinity, "inf")] {
            var samples = Array(dataset.test.values.prefix(640))
            samples[3 * 64 + 1] = value
            #expect(throws: RunEvaluationError.notFinite("ddim", sample: 3, value: text)) {
                try Comparison(dataset, options: RunEvaluator.Options()).entry(
                    .model, "ddim", samples: samples, sampling: nil)
            }
        }
        struct Broken: FeatureExtractor {
            let name = "broken"
            let hash: String? = nil
            let summary = ""
            let featureCount = 1
            func features(of images: [Float]) -> [Float] {
                [Float](repeating: .nan, count: images.count / 64)
            }
        }
        var options = RunEvaluator.Options()
        options.extractors = [Broken()]
        #expect(
            throws: RunEvaluationError.features("broken", of: "the held-out data", sample: 0, value: "nan")
        ) { try RunEvaluator(pipeline, dataset: dataset, options: options).evaluate(name: "broken", step: 0) }
    }

    @Test("The seconds of training are those of the metrics, line by line")
    func trainingSeconds() throws {
        let directory = try TemporaryDirectory()
        let run = RunDirectory(directory.path)
        #expect(run.trainingSeconds == nil)
        let lines = [
            "step,loss,gradient_norm,learning_rate,steps_per_second,validation_loss", "50,1,1,1e-3,25.0,",
            "80,1,1,1e-3,10.0,0.5", "90,1,1",
        ]
        try lines.joined(separator: "\n").write(toFile: run.metricsPath, atomically: true, encoding: .utf8)
        #expect(run.trainingSeconds == 5)
    }
}
