import Foundation
import GUDCore
import GUDData
import GUDDigest
import GUDPipeline
import TestSupport
import Testing

@Suite("Training of extractors")
struct ClassifierTrainingTests {
    private let registry: Registry

    init() throws { registry = try .builtIn() }

    private func dataset(_ data: String) throws -> Dataset {
        try Configuration(yaml: "data: \(data)", registry: registry).loadData(registry)
    }

    @Test("The digits' classifier is right on more than 95 % of held-out images, of other writers too")
    func digits() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("digits.extractor.safetensors")
        let dataset = try dataset("digits")
        let record = try #require(try ClassifierTraining(dataset).run(named: "digits", to: path))
        print("seed 0: \(record.testAccuracy) of \(record.testCount)")
        #expect(record.testAccuracy > 0.95 && record.testCount == 297)

        let extractor = try ClassifierExtractor(contentsOf: path, for: dataset.shape)
        #expect(extractor.record == record && extractor.name == "digits")
        #expect(extractor.hash == (try SHA256.hex(of: Data(contentsOf: URL(fileURLWithPath: path)))))
        #expect(extractor.summary.contains("% of 297 held-out images right"))
        // What the file says is what the file does.
        let labels = try #require(dataset.test.labels)
        let found = accuracy(ofLogits: try extractor.logits(of: dataset.test.values), labels: labels)
        #expect(found == record.testAccuracy)
        let features = try extractor.features(of: dataset.training.values)
        let square = features.reduce(0) { $0 + Double($1) * Double($1) } / Double(features.count)
        #expect(features.count == 1500 * 64 && abs(square - 1) < 1e-3)
    }

    @Test("Equal seeds give equal files, other seeds other ones")
    func reproducible() throws {
        let directory = try TemporaryDirectory()
        func hash(_ seed: UInt64, _ name: String) throws -> String {
            var options = ClassifierTraining.Options()
            (options.steps, options.seed) = (15, seed)
            _ = try ClassifierTraining(try dataset("digits"), options: options).run(
                named: "digits", to: directory.file(name))
            return try SHA256.hex(of: Data(contentsOf: URL(fileURLWithPath: directory.file(name))))
        }
        let first = try hash(5, "a.safetensors")
        #expect(try hash(5, "b.safetensors") == first)
        #expect(try hash(6, "c.safetensors") != first)
    }

    @Test("Data without images or labels, and files that do not fit, are refused with the remedy")
    func refused() throws {
        let toy = try dataset("moons")
        #expect(throws: ExtractorError.notImages("moons", .vector(2))) { try ClassifierTraining(toy) }
        let directory = try TemporaryDirectory()
        let path = directory.file("small.safetensors")
        var options = ClassifierTraining.Options()
        options.steps = 1
        _ = try ClassifierTraining(try dataset("digits"), options: options).run(named: "digits", to: path)
        let error = try #require(throws: ExtractorError.self) {
            try ExtractorFile.load(path, for: .image(height: 28, width: 28, channels: 1))
        }
        #expect(
            error.description
                == "extractor 'small' takes images of 8×8×1, but the data are 28×28×1; train one for these data: "
                + "gud extractor train DATA -o FILE")
        let shape = SampleShape.image(height: 8, width: 8, channels: 1)
        #expect(throws: ExtractorError.name("small")) { try ExtractorFile.load([path, path], for: shape) }
        // Only a classifier of the very same data is taken by itself.
        let named = directory.file("x.extractor.safetensors")
        try FileManager.default.moveItem(atPath: path, toPath: named)
        #expect(ExtractorFile.customary(run: directory.file("run"), data: "digits") == ["pixels", named])
        #expect(ExtractorFile.customary(run: directory.file("run"), data: "other") == ["pixels"])
    }
}
