import Foundation
import GUDCore
import GUDDigest
import GUDEvaluation
import GUDNeural

/// A TorchScript module as an extractor: an Inception network, say, or one that `Scripts/convert-resnet20.py` made.
///
/// Its `forward` takes `[batch, channels, height, width]` and returns features `[batch, F]`, or features and logits. What it takes
/// it states as JSON in a text `gud.json` inside the file, or in a file of its name with `.json` added; without either it is
/// given the data as they are, in [-1, 1].
public struct ScriptedExtractor: ClassifyingExtractor {
    /// What a module states about itself; everything may be left out.
    public struct Statement: Sendable, Codable, Equatable {
        /// Its name in tables.
        public var name: String?
        /// The images it takes: height, width, channels; those of the data by default.
        public var input: [Int]?
        /// What black and white are; [-1, 1] by default.
        public var range: [Double]?
        /// `RGB` or `BGR`.
        public var order: String?
        /// Where it comes from, for people.
        public var source: String?
    }

    static let noteName = "gud.json"
    /// Images that are computed at once.
    private static let batchSize = 64

    /// Its name: what it states, or that of its file.
    public let name: String
    /// The SHA-256 of its file.
    public let hash: String?
    /// What it is, and what is done to images first.
    public let summary: String
    /// The number of features.
    public let featureCount: Int
    /// The number of classes; 0 where it gives no logits.
    public let classCount: Int

    private let module: ScriptedModule
    private let preparation: ImagePreparation

    /// Loads a module and tries it on two images.
    ///
    /// - Parameters:
    ///   - shape: The data's shape.
    ///   - resizes: Whether images of another size are resized to what it takes, and a grey channel repeated where it takes
    ///     three.
    /// - Throws: ``FileError``, ``EngineError`` or ``ExtractorError``.
    public init(
        contentsOf path: String, for shape: SampleShape, resizes: Bool = false, device: String = "cpu"
    ) throws {
        guard case .image = shape else { throw ExtractorError.notImages(path, shape) }
        let hash = try SHA256.hex(of: AtomicFile.read(path))
        let module = try Self.module(path, device: device)
        let statement = try Self.statement(path, note: module.note)
        let name = statement.name ?? ExtractorFile.name(of: path)
        let preparation = try ImagePreparation(statement, of: name, for: shape, resizes: resizes)
        let probe = try preparation.outputs(of: [Float](repeating: 0, count: 2 * shape.dimension), by: module)
        self.init(
            name: name, hash: hash,
            summary: ([statement.source ?? "TorchScript module"] + preparation.summary).joined(separator: "; "),
            probe: probe, module: module, preparation: preparation)
    }

    private init(
        name: String, hash: String, summary: String, probe: [ScriptedModule.Output], module: ScriptedModule,
        preparation: ImagePreparation
    ) {
        (self.name, self.hash, self.summary) = (name, hash, summary)
        featureCount = probe[0].axes[1]
        classCount = probe.count > 1 && probe[1].axes.count == 2 ? probe[1].axes[1] : 0
        (self.module, self.preparation) = (module, preparation)
    }

    private static func module(_ path: String, device: String) throws -> ScriptedModule {
        do {
            return try ScriptedModule(contentsOf: path, noteName: noteName, device: device)
        } catch {
            guard case .operation(let reason) = error else { throw error }
            throw ExtractorError.damaged(path, reason: "it is no TorchScript module (\(reason))")
        }
    }

    /// The features of images.
    public func features(of images: [Float]) throws -> [Float] { try output(0, of: images) }

    /// The logits; none where the module gives features alone.
    public func logits(of images: [Float]) throws -> [Float] { classCount > 0 ? try output(1, of: images) : [] }

    private func output(_ index: Int, of images: [Float]) throws -> [Float] {
        let batch = Self.batchSize * preparation.shape.reduce(1, *)
        var values: [Float] = []
        for start in stride(from: 0, to: images.count, by: batch) {
            let part = Array(images[start..<min(start + batch, images.count)])
            let outputs = try preparation.outputs(of: part, by: module)
            // What a module returns may depend on what it is given.
            let axes = [part.count / preparation.shape.reduce(1, *), index == 0 ? featureCount : classCount]
            guard outputs.count > index, outputs[index].axes == axes else {
                throw ExtractorError.output(module.path, axes: outputs.map(\.axes), count: axes[0])
            }
            values += outputs[index].values
        }
        return values
    }

    private static func statement(_ path: String, note: String?) throws -> Statement {
        let beside = "\(path).json"
        var (text, place) = (note.map { Data($0.utf8) }, "its text \(noteName)")
        if FileManager.default.fileExists(atPath: beside) { (text, place) = (try AtomicFile.read(beside), beside) }
        guard let text else { return Statement() }
        guard let statement = try? JSONDecoder().decode(Statement.self, from: text) else {
            throw ExtractorError.damaged(path, reason: "\(place) is not JSON with the fields of an extractor")
        }
        guard statement.input.map({ $0.count == 3 && $0.allSatisfy { (1...4096).contains($0) } }) ?? true else {
            throw ExtractorError.damaged(path, reason: "\(place): 'input' must be [height, width, channels]")
        }
        guard statement.range.map({ $0.count == 2 && $0.allSatisfy(\.isFinite) && $0[0] < $0[1] }) ?? true else {
            throw ExtractorError.damaged(path, reason: "\(place): 'range' must be [low, high]")
        }
        guard ["RGB", "BGR", nil].contains(statement.order) else {
            throw ExtractorError.damaged(path, reason: "\(place): 'order' must be RGB or BGR")
        }
        return statement
    }
}
