import ArgumentParser
import Foundation
import GUDCore
import GUDData
import GUDDigest
import GUDNeural
import GUDPipeline

struct ExtractorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extractor", abstract: "Train or look at what 'gud evaluate' compares images by.",
        subcommands: [Train.self, Info.self])

    struct Train: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Train a small classifier on a data set, once for all runs on it.",
            discussion: """
                'gud evaluate' takes the classifier by itself where it lies beside a run on the same data
                (or in it), and its name ends in .extractor.safetensors.

                Example:
                  gud extractor train digits --set data.split=random -o runs/digits.extractor.safetensors
                  gud extractor train Examples/digits.yaml -o runs/digits.extractor.safetensors
                  gud extractor train runs/mnist -o runs/mnist.extractor.safetensors
                """)

        @Argument(help: "A data set as in 'gud list dataset', a configuration file, or a run.")
        var data: String

        @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "FILE.safetensors"))
        var output: String

        @Option(help: "Gradient steps. (default: three times through the data, 1000 at least)")
        var steps: Int?

        @Option(help: "The peak learning rate.")
        var learningRate = 2e-3

        @Option(help: "The width of the feature layer.")
        var features = 64

        @Option(help: "The seed of weights, order and dropout.")
        var seed: UInt64 = 0

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var overrides: OverrideOptions
        @OptionGroup var device: DeviceOptions
        @OptionGroup var plugins: PluginOptions

        func validate() throws {
            if let steps, steps < 1 { throw ValidationError("--steps \(steps): take 1 or more") }
            guard learningRate > 0, learningRate.isFinite else {
                throw ValidationError("--learning-rate \(learningRate): give a positive number")
            }
            guard (1...4096).contains(features) else {
                throw ValidationError("--features \(features): give 1 to 4096")
            }
            guard output.hasSuffix(".safetensors") else {
                throw ValidationError("-o \(output): the file must end in .safetensors")
            }
            try OutputPath.validate([("-o", output)])
        }

        func run() throws {
            let registry = try plugins.registry()
            let configuration = try configuration(registry)
            var options = ClassifierTraining.Options()
            options.steps = steps
            options.learningRate = learningRate
            options.seed = seed
            options.architecture.features = features
            options.device = device.device
            let training = try ClassifierTraining(try configuration.loadData(registry), options: options)
            Interrupt.watch()
            let began = Date()
            let record = try training.run(
                named: try configuration.dataText(registry), to: output, progress: TerminalProgress(),
                shouldStop: { Interrupt.isRequested })
            guard let record else { throw Interrupted() }
            Terminal.error(String(format: "took %.1f s", Date().timeIntervalSince(began)))
            try ExtractorText.print(record, path: output, json: json)
        }

        /// The configuration of a run, of a file, or of nothing but a data set.
        private func configuration(_ registry: Registry) throws -> Configuration {
            var isDirectory: ObjCBool = false
            if FileManager.default.fileExists(atPath: data, isDirectory: &isDirectory) {
                let path = isDirectory.boolValue ? RunDirectory(data).configurationPath : data
                return try Configuration(contentsOf: path, overrides: overrides.set, registry: registry)
            }
            _ = try registry.entry("dataset", named: data)
            return try Configuration(
                yaml: "data: {name: \(data)}", overrides: overrides.set, registry: registry, name: data)
        }
    }

    struct Info: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what an extractor was trained on, its accuracy and its hash.",
            discussion: """
                Example:
                  gud extractor info runs/digits.extractor.safetensors
                """)

        @Argument(help: "A file of 'gud extractor train'.")
        var file: String

        @Flag(help: "Print JSON.")
        var json = false

        func run() throws {
            try ExtractorText.print(try ClassifierExtractor.record(of: file), path: file, json: json)
        }
    }
}

/// An extractor's record, for people or scripts.
private enum ExtractorText {
    static func print(_ record: ClassifierExtractor.Record, path: String, json: Bool) throws {
        let hash = try SHA256.hex(of: AtomicFile.read(path))
        if json {
            let fields = try JSONSerialization.jsonObject(with: JSONEncoder().encode(record)) as? [String: Any] ?? [:]
            Swift.print(try JSONText.of(fields.merging(["path": path, "sha256": hash]) { $1 }))
            return
        }
        let architecture = record.architecture
        Swift.print(
            Terminal.table([
                ["file", path], ["sha256", hash], ["data", record.data],
                [
                    "images",
                    "\(record.shape.map(String.init).joined(separator: "×")), \(record.trainingCount) to train",
                ],
                [
                    "test accuracy",
                    String(format: "%.2f %% of %d images", 100 * record.testAccuracy, record.testCount),
                ],
                [
                    "network",
                    "3 convolutions of \(architecture.channels) to \(4 * architecture.channels) channels, "
                        + "\(architecture.features) features, \(record.classCount) classes",
                ],
                ["preprocessing", record.preprocessing], ["training", "\(record.steps) steps, seed \(record.seed)"],
            ]))
    }
}
