import ConformanceCheckers
import Foundation
import GUDCore
import GUDSampling
import Testing

@testable import GUDNeural

/// A network of finite reach on a part of the image gives what it gives on the whole.
@Suite("Windows of images", .enabled(if: NeuralFixture.hasEngine, "run 'make setup'"))
struct WindowTests {
    private static func denoiser(
        depth: Int, in space: ComponentSpace, conditioning: String = "time", embeddingWidth: Int = 0
    ) throws -> any WindowedDenoiser {
        let parameters: [String: ParameterValue] = [
            "channels": .integer(8), "depth": .integer(depth), "conditioning": .string(conditioning),
        ]
        let fresh = try NeuralFixture.denoiser("convnet", parameters, in: space, embeddingWidth: embeddingWidth)
        let made = try NeuralFixture.denoiser(
            "convnet", parameters, in: space, state: NeuralFixture.shaken(try fresh.state),
            embeddingWidth: embeddingWidth)
        return try #require(made as? any WindowedDenoiser)
    }

    private static func predict(
        _ denoiser: any WindowedDenoiser, _ batch: NoisedBatch, active: [Bool], embeddings: Embeddings? = nil
    ) throws -> [Float] {
        var noise = [Float](repeating: .nan, count: batch.noised.count)
        var span = noise.mutableSpan
        try denoiser.predictNoise(
            in: batch.noised.span, states: batch.states, embeddings: embeddings, active: active, into: &span)
        return noise
    }

    @Test("ε̂ in every window is that of the whole image", arguments: ["time", "map", "tokens"], [1, 2])
    func everyPosition(conditioning: String, depth: Int) throws {
        let (height, width, channels) = (6, 9, 2)
        let shape = SampleShape.image(height: height, width: width, channels: channels)
        let space = try NeuralFixture.space(
            "pixel", shape, variances: (0..<shape.dimension).map { 0.5 + Double($0 % 3) })
        let denoiser = try Self.denoiser(depth: depth, in: space, conditioning: conditioning, embeddingWidth: 3)
        let batch = try NeuralFixture.batch(space, count: 2, seed: 21)
        let embeddings = Embeddings(width: 3, values: [0.3, -1, 0.5, 1, 0, -0.2])
        let whole = try denoiser.predictNoise(in: batch.noised, states: batch.states, embeddings: embeddings)
        var (worst, cropped) = (Float(0), 0)
        for (tall, wide) in [(height, 1), (height, 2), (1, width), (1, 1), (2, 3)] {
            for top in 0...height - tall {
                for left in 0...width - wide {
                    let active = (0..<shape.dimension).map { index in
                        let (row, column) = (index / channels / width, index / channels % width)
                        return (top..<top + tall).contains(row) && (left..<left + wide).contains(column)
                    }
                    let part = try Self.predict(denoiser, batch, active: active, embeddings: embeddings)
                    for (index, flag) in (active + active).enumerated() where flag {
                        worst = max(worst, abs(part[index] - whole[index]))
                    }
                    #expect(part.allSatisfy { $0.isFinite })
                    // The rows and columns that the network was given.
                    let window = ImageWindow(around: active, shape: shape, reach: depth + 1)
                    let rows = max(0, top - depth - 1)..<min(height, top + tall + depth + 1)
                    let columns = max(0, left - depth - 1)..<min(width, left + wide + depth + 1)
                    if rows.count < height || columns.count < width {
                        #expect(window?.rows == rows && window?.columns == columns)
                        // Outside nothing was computed but the Gaussian fit.
                        #expect(part != whole)
                        cropped += 1
                    } else {
                        #expect(window == nil)
                    }
                }
            }
        }
        print("\(conditioning), depth \(depth): \(cropped) windows, off by \(worst) at most")
        #expect(worst < 1e-5 && cropped > 30)
    }

    @Test("the reach is what it says, and not less", arguments: [1, 3])
    func reach(depth: Int) throws {
        let space = try NeuralFixture.space("pixel", .image(height: 11, width: 11, channels: 1))
        let denoiser = try Self.denoiser(depth: depth, in: space)
        var batch = try NeuralFixture.batch(space, count: 1, seed: 22)
        let before = try denoiser.predictNoise(in: batch.noised, states: batch.states)
        batch.noised[5 * 11 + 5] += 3
        let after = try denoiser.predictNoise(in: batch.noised, states: batch.states)
        let changed = before.indices.filter { before[$0] != after[$0] }
        let reaches = changed.map { max(abs($0 / 11 - 5), abs($0 % 11 - 5)) }
        #expect(reaches.max() == depth + 1)
        // A smaller window is wrong: the test above would notice.
        let active = (0..<121).map { $0 == 60 }
        let narrow = try #require(ImageWindow(around: active, shape: space.shape, reach: depth))
        #expect(narrow.columns == 5 - depth..<6 + depth)
        let outside = before.indices.filter { !narrow.rows.contains($0 / 11) || !narrow.columns.contains($0 % 11) }
        #expect(outside.contains { before[$0] != after[$0] })
    }

    @Test("wavelets are given their support; bases that reach everywhere the whole image")
    func supports() throws {
        let shape = SampleShape.image(height: 8, width: 8, channels: 1)
        func window(_ basis: String, _ component: (Double, Double) -> Bool) throws -> ImageWindow? {
            let basis = try NeuralFixture.space(basis, shape).basis
            let level = try #require(basis.labels(basis.labels(.level) == nil ? .frequency : .level))
            let column = basis.labels(.column) ?? level
            return try ImageWindow(
                of: level.indices.map { component(level[$0], column[$0]) }, in: basis, reach: 1)
        }
        // The finest details at column 4 cover columns 4 and 5; those of the level before, 4 to 7.
        let fine = try #require(try window("haar") { $0 == 3 && $1 == 4 })
        #expect(fine.rows == 0..<8 && fine.columns == 3..<7)
        let coarser = try #require(try window("haar") { $0 == 2 && $1 == 4 })
        #expect(coarser.rows == 0..<8 && coarser.columns == 3..<8)
        #expect(try window("haar") { level, _ in level == 0 } == nil)
        for basis in ["dct", "fourier"] { #expect(try window(basis) { frequency, _ in frequency > 3 } == nil) }
        #expect(try window("haar") { _, _ in false } == nil)
    }

    @Test("the laws of denoisers hold in every basis, windows among them", arguments: ["pixel", "haar", "dct"])
    func laws(basis: String) throws {
        let shape = SampleShape.image(height: 8, width: 8, channels: 1)
        let space = try NeuralFixture.space(basis, shape, variances: (0..<64).map { 1.5 / Double($0 + 1) })
        let findings = DenoiserLaws(try Self.denoiser(depth: 1, in: space), batchTolerance: 2e-5).findings()
        #expect(findings.contains { $0.law == "active components have the ε̂ of a full evaluation" })
        for finding in findings { #expect(finding.passed, "\(finding)") }
        let unet = try NeuralFixture.denoiser("unet", NeuralFixture.tiny, in: space)
        for finding in DenoiserLaws(unet, batchTolerance: 2e-5).findings() { #expect(finding.passed, "\(finding)") }
    }

    @Test("samples with and without windows are the same", arguments: ["column", "row", "block"])
    func samples(order: String) throws {
        let space = try NeuralFixture.space("pixel", .image(height: 8, width: 24, channels: 1))
        let denoiser = try Self.denoiser(depth: 1, in: space)
        let factory = try NeuralFixture.registry.factory(.schedule, named: "soft")
        for softness in [ParameterValue.number(0.05), .number(0.2), .number(1), .string("hard"), .number(.infinity)] {
            var parameters: [String: ParameterValue] = [
                "softness": softness, "order": .string(order), "gammaDenoise": .number(-6), "gammaNoise": .number(6),
            ]
            // Eight rows one after the other, without dead time, are as soft as 1/7.
            if order == "block" { parameters["blockSize"] = .integer(2) }
            if order == "row", softness == .number(0.05) { parameters["softness"] = .number(0.15) }
            let schedule = try factory.make(
                factory.descriptor.schema.resolve(parameters, at: "schedule"), ScheduleContext(space))
            func drawn(_ scope: EvaluationScope) throws -> [Float] {
                try DPMSolverPlusPlus2M(grid: .uniform(steps: 24)).sample(
                    SamplingProblem(
                        denoiser: denoiser, schedule: schedule, variances: space.variances, samples: 0..<2, seed: 8,
                        evaluation: scope))
            }
            let (active, full) = (try drawn(.active), try drawn(.full))
            let worst = zip(active, full).map { abs($0 - $1) }.max() ?? .infinity
            print("\(order), softness \(softness): off by \(worst) at most")
            #expect(worst < 2e-4)
        }
    }
}
