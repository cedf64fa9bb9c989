import Foundation
import GUDCore
import GUDEvaluation

/// Finds extractors by what a command was given.
public enum ExtractorFile {
    /// The ending of the classifiers that GUD trains.
    public static let ending = ".extractor.safetensors"

    /// An extractor: `pixels`, a classifier's .safetensors, or a TorchScript .pt file.
    ///
    /// - Parameters:
    ///   - shape: The data's shape.
    ///   - resizes: Whether images may be resized for a TorchScript module.
    ///   - device: Where it computes.
    /// - Throws: ``ExtractorError``, ``FileError`` or ``EngineError``.
    public static func load(
        _ name: String, for shape: SampleShape, resizes: Bool = false, device: String = "cpu"
    ) throws -> any FeatureExtractor {
        if name == PixelFeatures.name { return PixelFeatures(dimension: shape.dimension) }
        switch URL(fileURLWithPath: name).pathExtension.lowercased() {
        case "safetensors": return try ClassifierExtractor(contentsOf: name, for: shape, device: device)
        case "pt", "pth", "ts", "torchscript":
            return try ScriptedExtractor(contentsOf: name, for: shape, resizes: resizes, device: device)
        default: throw ExtractorError.kind(name)
        }
    }

    /// All extractors of a list; their names must differ.
    public static func load(
        _ names: [String], for shape: SampleShape, resizes: Bool = false, device: String = "cpu"
    ) throws -> [any FeatureExtractor] {
        var extractors: [any FeatureExtractor] = []
        for name in names {
            let extractor = try load(name, for: shape, resizes: resizes, device: device)
            guard !extractors.contains(where: { $0.name == extractor.name }) else {
                throw ExtractorError.name(extractor.name)
            }
            extractors.append(extractor)
        }
        return extractors
    }

    /// What a run is measured by where nobody says.
    ///
    /// `pixels`, and the first classifier `*.extractor.safetensors` in the run's directory or beside it that was trained on the run's
    /// data. Others are passed over: trained on another division of the same data, they would have seen held-out images.
    ///
    /// - Parameters:
    ///   - run: The run's directory, or a checkpoint.
    ///   - data: The data as the classifiers' files name them; see ``Configuration/dataText(_:)``.
    public static func customary(run: String, data: String) -> [String] {
        let folders = [run, URL(fileURLWithPath: run).deletingLastPathComponent().path]
        let files = folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
                .filter { $0.hasSuffix(ending) }.map { "\(folder)/\($0)" }
        }
        let fitting = files.filter { (try? ClassifierExtractor.record(of: $0))?.data == data }
        return [PixelFeatures.name] + fitting.prefix(1)
    }

    /// A file's name without folders and endings: `digits` for `runs/digits.extractor.safetensors`.
    static func name(of path: String) -> String {
        let name = URL(fileURLWithPath: path).lastPathComponent
        return name.hasSuffix(ending)
            ? String(name.dropLast(ending.count)) : URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    }
}
