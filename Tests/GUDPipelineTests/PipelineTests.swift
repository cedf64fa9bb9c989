import Foundation
import GUDCore
import GUDData
import GUDNeural
import GUDPipeline
import GUDTraining
import TestSupport
import Testing

@Suite("Pipelines")
struct PipelineTests {
    private let registry: Registry

    init() throws { registry = try .builtIn() }

    private func configuration(_ sections: String) throws -> Configuration {
        try Configuration(yaml: "data: digits\n" + sections, registry: registry)
    }

    @Test(
        "The Gaussian fit has the data's mean and covariance in every basis, under every schedule",
        arguments: [
            ("pixel", "linear"), ("fourier", "linear"), ("dct", "{name: soft, softness: 1, order: variance}"),
            ("haar", "{name: soft, softness: 2, order: variance}"), ("pca", "vp"), ("pca", "cosine"),
            ("pca", "{name: soft, softness: 0.2, order: variance}"), ("pca", "{name: family, order: variance}"),
        ])
    func gaussianMoments(basis: String, schedule: String) throws {
        let configuration = try configuration(
            """
            basis: {name: \(basis), whiten: data}
            schedule: \(schedule)
            denoiser: gaussian
            sampler: {name: dpm++2m, steps: 40}
            """)
        let dataset = try configuration.loadData(registry)
        let pipeline = try Pipeline.fit(configuration, to: dataset, registry: registry)
        let count = 2000
        let samples = try pipeline.sample(0..<count, seed: 8, batchSize: 500)
        let (drawn, real) = (Moments(samples, dimension: 64), Moments(dataset.training.values, dimension: 64))
        // In units of what is allowed: five standard errors, and what finite steps and the noise left at t = 0 change.
        var (worstMean, worstCovariance) = (0.0, 0.0)
        for i in 0..<64 {
            let a = real.covariance[i * 65]
            let error = 5 * (a / Double(count)).squareRoot() + 0.01
            worstMean = max(worstMean, abs(drawn.mean[i] - real.mean[i]) / error)
            for j in 0...i {
                let (b, c) = (real.covariance[j * 65], real.covariance[i * 64 + j])
                let allowed = 5 * ((a * b + c * c) / Double(count)).squareRoot() + 0.03 * (a * b).squareRoot() + 2e-3
                worstCovariance = max(worstCovariance, abs(c - drawn.covariance[i * 64 + j]) / allowed)
            }
        }
        #expect(worstMean < 1 && worstCovariance < 1, "seed 8: \(worstMean), \(worstCovariance)")
    }

    @Test("A conditioner whose conditions the denoiser does not take is refused when the two meet")
    func conditionsWithoutTaker() throws {
        let configuration = try configuration("conditioner: class\ndenoiser: gaussian")
        let dataset = try configuration.loadData(registry)
        let error = try #require(throws: ParameterError.self) {
            _ = try Pipeline.fit(configuration, to: dataset, registry: registry)
        }
        #expect(
            error.description
                == "conditioner: class makes conditions of width 10, but denoiser 'gaussian' takes none; choose "
                + "'conditioner: none', or a denoiser that takes them")
    }

    @Test(
        "A checkpoint gives the same samples, bit for bit",
        arguments: [
            "basis: {name: pca, whiten: data}\ndenoiser: gaussian",
            "basis: {name: compose, of: [haar, pca], whiten: data}\ndenoiser: {name: mixture, components: 3}",
        ])
    func checkpoints(sections: String) throws {
        let configuration = try configuration(sections)
        let pipeline = try Pipeline.fit(
            configuration, to: configuration.loadData(registry), registry: registry)
        let directory = try TemporaryDirectory()
        try pipeline.checkpoint(step: 3).write(to: directory.file("c"))
        let (loaded, step) = try Pipeline.load(
            Safetensors(contentsOf: directory.file("c")), path: "c", registry: registry)
        #expect(step == 3)
        #expect(try loaded.sample(0..<5, seed: 1) == pipeline.sample(0..<5, seed: 1))
    }

    @Test("Samples do not depend on the batch, nor on which others are drawn")
    func batches() throws {
        let configuration = try configuration(
            "basis: {name: pca, whiten: data}\ndenoiser: gaussian\nsampler: ancestral")
        let pipeline = try Pipeline.fit(
            configuration, to: configuration.loadData(registry), registry: registry)
        let short = try Pipeline.sampler(.init("ancestral", ["steps": .integer(5)]), registry)
        let all = try pipeline.sample(0..<20, seed: 2, sampler: short, batchSize: 20)
        #expect(try pipeline.sample(0..<20, seed: 2, sampler: short, batchSize: 3) == all)
        #expect(try pipeline.sample(7..<9, seed: 2, sampler: short) == Array(all[7 * 64..<9 * 64]))
    }

    @Test("Given pixels come back as they were given, and the rest is drawn around them")
    func given() throws {
        let configuration = try configuration("basis: pixel\ndenoiser: gaussian\nconditioner: given")
        let dataset = try configuration.loadData(registry)
        let pipeline = try Pipeline.fit(configuration, to: dataset, registry: registry)
        let values = Array(dataset.test[0])
        let mask = (0..<64).map { $0 < 32 }
        let samples = try pipeline.sample(
            0..<2, seed: 0, request: ConditionRequest(observed: Observation(values, mask: mask)))
        for index in 0..<32 { #expect(abs(samples[index] - values[index]) < 1e-5) }
        #expect(samples[32..<64] != samples[96..<128])
    }

    @Test("Labels from a file are kept in the checkpoint: the run does not need the file again")
    func customLabels() throws {
        let directory = try TemporaryDirectory()
        try NumpyArray.write((0..<64).map { Float($0) / 64 }, axes: [64], to: directory.file("l.npy"))
        try "{data: digits, denoiser: gaussian, schedule: {name: soft, order: custom, labels: l.npy, softness: 1}}"
            .write(
                toFile: directory.file("c.yaml"), atomically: true, encoding: .utf8)
        let configuration = try Configuration(contentsOf: directory.file("c.yaml"), registry: registry)
        let run = RunDirectory(directory.file("run"))
        let training = try TrainingRun(configuration, in: run, registry: registry, progress: SilentProgress())
        #expect(try training.run() == .finished(step: 0))
        try FileManager.default.removeItem(atPath: directory.file("l.npy"))
        #expect(try run.load(registry: registry).pipeline.sample(0..<1, seed: 0).count == 64)
    }

    @Test(
        "A family of schedules trains a network that is told γ, and samples at one of its members",
        .enabled(if: (try? TensorEngine.shared()) != nil, "run 'make setup'"))
    func family() throws {
        let directory = try TemporaryDirectory()
        let configuration = try configuration(
            """
            schedule: {name: family, order: row}
            denoiser: {name: unet, channels: 8, conditioning: map}
            training: {steps: 2, batch: 4, sampleEvery: 0}
            sampler: {name: ddim, steps: 3}
            """)
        let training = try TrainingRun(
            configuration, in: RunDirectory(directory.file("run")), registry: registry, progress: SilentProgress())
        #expect(try training.run() == .finished(step: 2))
        #expect(try training.pipeline.sample(0..<2, seed: 0).allSatisfy(\.isFinite))
    }
}

/// Mean and covariance of samples, in Double.
struct Moments {
    var mean: [Double]
    var covariance: [Double]

    init(_ values: [Float], dimension: Int) {
        let count = values.count / dimension
        mean = [Double](repeating: 0, count: dimension)
        covariance = [Double](repeating: 0, count: dimension * dimension)
        for place in values.indices { mean[place % dimension] += Double(values[place]) / Double(count) }
        for sample in 0..<count {
            let row = (0..<dimension).map { Double(values[sample * dimension + $0]) - mean[$0] }
            for i in 0..<dimension {
                for j in 0..<dimension { covariance[i * dimension + j] += row[i] * row[j] / Double(count) }
            }
        }
    }
}
