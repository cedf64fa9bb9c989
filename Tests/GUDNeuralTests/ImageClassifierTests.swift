import Foundation
import GUDCore
import GUDNeural
import GUDTraining
import TestSupport
import Testing

@Suite("Classifiers")
struct ImageClassifierTests {
    private static let images = CounterNoise(seed: 4, purpose: .checking).normals(samples: 0..<6, count: 5 * 7 * 3)
    private static let labels = [0, 2, 1, 3, 3, 0]

    private func classifier(seed: UInt64 = 1, dropout: Double = 0) throws -> ImageClassifier {
        var architecture = ImageClassifier.Architecture()
        (architecture.channels, architecture.features, architecture.dropout) = (8, 12, dropout)
        return try ImageClassifier(
            height: 5, width: 7, channels: 3, classCount: 4, architecture: architecture, seed: seed)
    }

    @Test(
        "Features, logits, cross-entropy and a step of AdamW agree with PyTorch, for odd sizes",
        .enabled(if: PythonReference.isAvailable, "needs .venv; run make setup"))
    func agreesWithPyTorch() throws {
        let classifier = try classifier()
        let directory = try TemporaryDirectory()
        try Safetensors(arrays: try classifier.state, metadata: [:]).write(to: directory.file("weights.safetensors"))
        try NumpyArray.write(Self.images, axes: [6, 5, 7, 3], to: directory.file("x.npy"))
        try NumpyArray.write(Self.labels.map(Float.init), axes: [6], to: directory.file("y.npy"))
        _ = try PythonReference.run(
            "classifier_oracle.py",
            ["weights.safetensors", "x.npy", "y.npy"].map(directory.file) + [directory.path])
        func reference(_ name: String) throws -> [Float] {
            try NumpyArray(contentsOf: directory.file("\(name).npy")).floats
        }
        func distance(_ a: [Float], _ b: [Float]) -> Float {
            a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
        }
        let outputs = try classifier.outputs(of: Self.images, batchSize: 4)
        #expect(distance(outputs.features, try reference("features")) < 1e-5)
        #expect(distance(outputs.logits, try reference("logits")) < 1e-5)

        try classifier.beginTraining(OptimiserOptions())
        let loss = try classifier.trainingStep(Self.images, labels: Self.labels, learningRate: 0.01, randomSeed: 0)
        #expect(abs(Float(loss) - (try reference("loss")[0])) < 1e-5)
        // A step of AdamW is the learning rate times the gradient's sign: weights moved by 0.01, and agree far better.
        let stepped = try #require(try classifier.state.floats("features.weight", axes: [12, 32 * 4]))
        #expect(distance(stepped, try reference("stepped")) < 2e-4)
    }

    @Test("Training is a function of the seed, bit for bit, dropout included")
    func reproducible() throws {
        func trained(_ seed: UInt64) throws -> [Float] {
            let classifier = try classifier(seed: seed, dropout: 0.3)
            try classifier.beginTraining(OptimiserOptions())
            for step in 0..<4 {
                _ = try classifier.trainingStep(
                    Self.images, labels: Self.labels, learningRate: 0.01, randomSeed: UInt64(step))
            }
            return try classifier.outputs(of: Self.images).logits
        }
        let first = try trained(1)
        #expect(first.allSatisfy { $0.isFinite })
        #expect(try trained(1) == first)
        #expect(try trained(2) != first)
    }

    @Test("Weights that do not fit are refused by name")
    func wrongState() throws {
        var state = try classifier().state
        state["norm.1.bias"] = nil
        #expect(throws: EngineError.operation("the kept weights have no 'norm.1.bias' of shape [16]")) {
            try ImageClassifier(
                height: 5, width: 7, channels: 3, classCount: 4, architecture: try classifier().architecture,
                state: state)
        }
    }
}
