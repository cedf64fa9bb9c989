import Foundation
import GUDCore
import GUDData
import GUDDigest
import GUDEvaluation
import GUDNeural
import GUDTraining

/// A classifier that GUD trained, as an extractor: its features are the activations before the last layer.
public struct ClassifierExtractor: ClassifyingExtractor {
    /// What its file says about it.
    public struct Record: Sendable, Codable, Equatable {
        /// The version of this layout.
        public var format = 1
        /// The version of GUD that wrote it.
        public var gud = GUDVersion.current
        /// The data that it was trained on, as a configuration names them.
        public var data: String
        /// The axes of an image: height, width, channels.
        public var shape: [Int]
        /// What it does to images first.
        public var preprocessing: String
        /// What features are multiplied by, so that their mean square over the training images is 1.
        public var featureScale: Float
        /// The number of classes.
        public var classCount: Int
        /// The sizes of its layers.
        public var architecture: ImageClassifier.Architecture
        /// Training images.
        public var trainingCount: Int
        /// Held-out images.
        public var testCount: Int
        /// The fraction of held-out images that it classifies rightly.
        public var testAccuracy: Double
        /// Gradient steps.
        public var steps: Int
        /// The seed.
        public var seed: UInt64
    }

    static let key = "gud-extractor"

    /// The name: that of its file without endings.
    public let name: String
    /// The SHA-256 of its file.
    public let hash: String?
    /// What its file says about it.
    public let record: Record

    private let classifier: ImageClassifier

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - shape: The data's shape.
    ///   - device: Where it computes.
    /// - Throws: ``FileError``, ``ExtractorError/damaged(_:reason:)``, ``ExtractorError/shape(_:takes:data:remedy:)`` or ``EngineError``.
    public init(contentsOf path: String, for shape: SampleShape, device: String = "cpu") throws {
        let record = try Self.record(of: path)
        let name = ExtractorFile.name(of: path)
        guard record.shape == shape.axes else {
            throw ExtractorError.shape(
                name, takes: record.shape, data: shape,
                remedy: "train one for these data: gud extractor train DATA -o FILE")
        }
        do {
            classifier = try ImageClassifier(
                height: record.shape[0], width: record.shape[1], channels: record.shape[2],
                classCount: record.classCount, architecture: record.architecture, device: device,
                state: try Safetensors(contentsOf: path).arrays)
        } catch let error as EngineError {
            guard case .operation(let reason) = error else { throw error }
            throw ExtractorError.damaged(path, reason: reason)
        }
        (self.name, self.record) = (name, record)
        hash = try SHA256.hex(of: AtomicFile.read(path))
    }

    /// What a file says about the classifier in it.
    ///
    /// - Throws: ``FileError`` or ``ExtractorError/damaged(_:reason:)``.
    public static func record(of path: String) throws -> Record {
        guard let text = try Safetensors(contentsOf: path).metadata[key] else {
            throw ExtractorError.damaged(path, reason: "it has no metadata of an extractor; is it a checkpoint?")
        }
        guard let record = try? JSONDecoder().decode(Record.self, from: Data(text.utf8)), record.shape.count == 3,
            record.shape.allSatisfy({ $0 > 0 && $0 <= 4096 }), (1...100_000).contains(record.classCount),
            record.featureScale > 0, record.featureScale.isFinite, (1...4096).contains(record.architecture.channels),
            (1...65536).contains(record.architecture.features)
        else { throw ExtractorError.damaged(path, reason: "its metadata cannot be read") }
        return record
    }

    /// Keeps a classifier, atomically.
    static func write(_ classifier: ImageClassifier, _ record: Record, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(record), as: UTF8.self)
        try Safetensors(arrays: try classifier.state, metadata: [key: text, "format": "pt"]).write(to: path)
    }

    /// What it is.
    public var summary: String {
        String(
            format: "classifier trained on %@, %.2f %% of %d held-out images right", record.data,
            100 * record.testAccuracy, record.testCount)
    }
    /// The number of features.
    public var featureCount: Int { record.architecture.features }
    /// The number of classes.
    public var classCount: Int { record.classCount }
    /// The activations before the last layer, scaled to a mean square of 1 over the training images.
    public func features(of images: [Float]) throws -> [Float] {
        try classifier.outputs(of: images).features.map { $0 * record.featureScale }
    }
    /// The logits.
    public func logits(of images: [Float]) throws -> [Float] { try classifier.outputs(of: images).logits }
}
