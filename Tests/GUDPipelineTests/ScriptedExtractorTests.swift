import Foundation
import GUDCore
import GUDData
import GUDPipeline
import TestSupport
import Testing

/// TorchScript modules as extractors, against what PyTorch makes of the same image.
@Suite("TorchScript extractors", .enabled(if: PythonReference.isAvailable, "needs .venv; run make setup"))
struct ScriptedExtractorTests {
    private static let shape = SampleShape.image(height: 4, width: 4, channels: 3)
    private static let image = (0..<48).map { Float($0) / 47 * 2 - 1 }

    /// A module with a statement inside, and what torch printed of the resized image.
    private func module(_ statement: String?) throws -> (
        directory: TemporaryDirectory, path: String, resized: [[Float]]
    ) {
        let directory = try TemporaryDirectory()
        var arguments = [directory.file("m.pt")]
        if let statement {
            try statement.write(toFile: directory.file("s.json"), atomically: true, encoding: .utf8)
            arguments.append(directory.file("s.json"))
        }
        let text = try PythonReference.run("scripted_module.py", arguments)
        let rows = text.split(separator: "\n").map { $0.split(separator: " ").compactMap { Float($0) } }
        return (directory, arguments[0], rows)
    }

    @Test("A module that states nothing is given the data as they are, channels first")
    func plain() throws {
        let (directory, path, _) = try module(nil)
        let extractor = try ScriptedExtractor(contentsOf: path, for: Self.shape)
        #expect(extractor.name == "m" && extractor.featureCount == 49 && extractor.classCount == 48)
        #expect(extractor.hash?.count == 64)
        let planes = (0..<3).flatMap { c in (0..<16).map { Self.image[$0 * 3 + c] } }
        // More than one batch.
        let many = (0..<70).flatMap { _ in Self.image }
        let features = try extractor.features(of: many)
        #expect(features.count == 70 * 49)
        #expect(Array(features[69 * 49..<69 * 49 + 48]) == planes)
        #expect(try Array(extractor.logits(of: Self.image)) == planes.map { -$0 })
        _ = directory
    }

    @Test("Range, order of channels and size are those that the module states")
    func stated() throws {
        let (directory, path, resized) = try module(
            #"{"name": "n", "input": [2, 2, 3], "range": [0, 255], "order": "BGR", "source": "tests"}"#)
        let error = ExtractorError.shape(
            "n", takes: [2, 2, 3], data: Self.shape, remedy: "add --resize to bring them to that size")
        #expect(throws: error) { try ScriptedExtractor(contentsOf: path, for: Self.shape) }
        #expect(
            error.description
                == "extractor 'n' takes images of 2×2×3, but the data are 4×4×3; add --resize to bring them "
                + "to that size")
        let extractor = try ScriptedExtractor(contentsOf: path, for: Self.shape, resizes: true)
        #expect(
            extractor.summary == "tests; resized from 4×4 to 2×2, bilinear; range [0.0, 255.0]; BGR")
        let features = try extractor.features(of: Self.image)
        for (channel, source) in [2, 1, 0].enumerated() {
            for place in 0..<4 {
                let expected = (resized[0][source * 4 + place] + 1) * 127.5
                #expect(abs(features[channel * 4 + place] - expected) < 1e-3)
            }
        }
        _ = directory
    }

    @Test("Images become larger too, and a grey channel is repeated, where resizing is allowed")
    func enlarged() throws {
        let (directory, path, resized) = try module(#"{"input": [8, 8, 3]}"#)
        let features = try ScriptedExtractor(contentsOf: path, for: Self.shape, resizes: true).features(of: Self.image)
        #expect(zip(features, resized[1]).allSatisfy { abs($0 - $1) < 1e-5 })
        let grey = try ScriptedExtractor(
            contentsOf: path, for: .image(height: 8, width: 8, channels: 1), resizes: true)
        let values = (0..<64).map { Float($0) / 64 }
        #expect(try Array(grey.features(of: values).prefix(192)) == values + values + values)
        #expect(grey.summary.contains("grey repeated to 3 channels"))
        _ = directory
    }

    @Test("What cannot be used is refused with a reason")
    func refused() throws {
        let (directory, path, _) = try module(#"{"input": [4, 4]}"#)
        #expect(
            throws: ExtractorError.damaged(path, reason: "its text gud.json: 'input' must be [height, width, channels]")
        ) { try ScriptedExtractor(contentsOf: path, for: Self.shape) }
        // A statement beside the file goes before the one inside.
        try #"{"input": [4, 4, 1]}"#.write(toFile: "\(path).json", atomically: true, encoding: .utf8)
        #expect(
            throws: ExtractorError.shape(
                "m", takes: [4, 4, 1], data: Self.shape, remedy: "choose an extractor for images of 3 channels")
        ) { try ScriptedExtractor(contentsOf: path, for: Self.shape, resizes: true) }
        #expect(throws: ExtractorError.notImages(path, .vector(3))) {
            try ScriptedExtractor(contentsOf: path, for: .vector(3))
        }
        try "no module".write(toFile: directory.file("x.pt"), atomically: true, encoding: .utf8)
        let error = try #require(throws: ExtractorError.self) {
            try ScriptedExtractor(contentsOf: directory.file("x.pt"), for: Self.shape)
        }
        #expect(error.description.contains("it is no TorchScript module"))
        #expect(throws: ExtractorError.kind("x.onnx")) { try ExtractorFile.load("x.onnx", for: Self.shape) }
    }

    @Test(
        "The converted ResNet-20 classifies CIFAR-10 as published: about 92 % of the test images",
        .enabled(if: SharedData.isAvailable, "needs GUD_SHARED"))
    func resNet() throws {
        let weights = try #require(SharedData.file("data/weights/resnet20-12fca82f.th")).path
        let data = try #require(SharedData.file("data/cifar10")).path
        let directory = try TemporaryDirectory()
        _ = try PythonReference.run("../../Scripts/convert-resnet20.py", [weights, directory.file("resnet.pt")])
        let registry = try Registry.builtIn()
        let dataset = try Configuration(
            yaml: "data: {name: cifar10, directory: \(data), limit: 400}", registry: registry
        ).loadData(registry)
        let extractor = try ScriptedExtractor(contentsOf: directory.file("resnet.pt"), for: dataset.shape)
        #expect(extractor.name == "resnet20-cifar10" && extractor.featureCount == 64 && extractor.classCount == 10)
        let labels = try #require(dataset.test.labels)
        let found = accuracy(ofLogits: try extractor.logits(of: dataset.test.values), labels: labels)
        print("ResNet-20: \(found) of \(labels.count) test images")
        // 0.92 ± 0.014 for 400 images.
        #expect(found > 0.875 && found < 0.965)
    }
}
