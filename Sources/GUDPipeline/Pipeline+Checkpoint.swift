import Foundation
import GUDBases
import GUDCore
import GUDTraining

/// What a checkpoint says about itself beyond its arrays.
struct CheckpointMetadata: Codable {
    /// The version of this layout.
    var format = 1
    /// The version of GUD that wrote it.
    var gud = GUDVersion.current
    /// Gradient steps taken.
    var step: Int
    /// The resolved configuration, as YAML.
    var configuration: String
    /// The axes of a sample.
    var shape: [Int]
    /// The number of classes; 0 without labels.
    var classCount: Int
    /// Who provides each component: `basis/haar` to provider.
    var providers: [String: ProviderRecord]
    /// The loss on held-out data at this step, where it was measured.
    var validationLoss: Double?

    /// A provider as a checkpoint remembers it.
    struct ProviderRecord: Codable, Equatable {
        var id: String
        var version: String
        var hash: String?

        init(_ provider: Provider) {
            (id, version, hash) = (provider.id, provider.version, provider.hash)
        }

        /// The provider for people: id, version, and the beginning of the hash.
        var text: String { "\(id) \(version)" + (hash.map { " (\($0.prefix(12)))" } ?? "") }
    }

    static let key = "gud"
}

extension Pipeline {
    /// Everything that is needed to make this pipeline again: configuration, space and denoiser.
    public func checkpoint(step: Int, validationLoss: Double? = nil) throws -> Safetensors {
        var arrays = StateArrays()
        arrays["space.mean"] = .init(axes: [space.dimension], values: .float(space.mean))
        arrays["space.scale"] = .init(axes: [space.componentCount], values: .float(space.scale))
        arrays["space.variances"] = .init(axes: [space.componentCount], values: .double(space.variances))
        if let fitted = space.basis as? any FittedBasis { arrays.merge(fitted.state, under: "basis") }
        if let fitted = denoiser as? any FittedDenoiser { arrays.merge(try fitted.state, under: "denoiser") }
        let metadata = CheckpointMetadata(
            step: step, configuration: try configuration.yaml(registry), shape: space.shape.axes,
            classCount: classCount, providers: try providers(), validationLoss: validationLoss)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(metadata), as: UTF8.self)
        return Safetensors(arrays: arrays, metadata: [CheckpointMetadata.key: text, "format": "pt"])
    }

    /// Makes the pipeline of a checkpoint.
    ///
    /// - Parameters:
    ///   - path: Where it came from, for messages.
    ///   - overrides: Changes to the configuration, as for a file. Basis and denoiser are what they were trained as, and cannot
    ///     change; where their plugins run may.
    ///   - device: Where networks compute.
    ///   - onMismatch: Is told of a component that comes from somebody else than it did, or another version of them; it
    ///     throws what it is told, by default, and may let it pass.
    /// - Throws: ``CheckpointError``, or what a factory throws.
    public static func load(
        _ checkpoint: Safetensors, path: String, overrides: [String] = [], registry: Registry, device: String = "cpu",
        onMismatch: (CheckpointError) throws -> Void = { throw $0 }
    ) throws -> (pipeline: Pipeline, step: Int) {
        let metadata = try metadata(of: checkpoint, path: path)
        try checkProviders(metadata, registry, path: path, overrides: overrides, onMismatch)
        let configuration = try Configuration(
            yaml: metadata.configuration, overrides: overrides, registry: registry, name: path)
        let trained = try? Configuration(yaml: metadata.configuration, registry: registry, name: path)
        try checkKept(configuration, trained, registry, path: path)
        guard let shape = SampleShape(axes: metadata.shape) else {
            throw CheckpointError.damaged(path, reason: "it gives samples the shape \(metadata.shape)")
        }
        let basis = try registry.factory(.basis, named: configuration.basis.name).make(
            configuration.parameters("basis", configuration.basis, kind: "basis", registry),
            BasisContext(shape: shape, state: checkpoint.arrays.scoped("basis"), registry: registry))
        guard let mean = checkpoint.arrays.floats("space.mean", axes: [shape.dimension]),
            let scale = checkpoint.arrays.floats("space.scale", axes: [basis.componentCount]),
            let variances = checkpoint.arrays.doubles("space.variances", axes: [basis.componentCount])
        else {
            throw CheckpointError.damaged(
                path, reason: "its mean, scales or variances do not fit a basis of \(basis.componentCount) components")
        }
        let pipeline = try Pipeline(
            configuration, registry: registry, classCount: metadata.classCount,
            space: ComponentSpace(basis: basis, mean: mean, scale: scale, variances: variances),
            denoiserFitting: nil, denoiserState: checkpoint.arrays.scoped("denoiser"), device: device,
            trained: trained)
        return (pipeline, metadata.step)
    }

    static func metadata(of checkpoint: Safetensors, path: String) throws(CheckpointError) -> CheckpointMetadata {
        guard let text = checkpoint.metadata[CheckpointMetadata.key] else {
            throw .damaged(path, reason: "it has no GUD metadata; was it written by another program?")
        }
        do {
            return try JSONDecoder().decode(CheckpointMetadata.self, from: Data(text.utf8))
        } catch {
            throw .damaged(path, reason: "its GUD metadata cannot be read")
        }
    }

    /// Refuses another basis or denoiser than the checkpoint's: its numbers are of those.
    private static func checkKept(
        _ configuration: Configuration, _ trained: Configuration?, _ registry: Registry, path: String
    ) throws {
        guard let trained else { return }
        let differences = try configuration.differences(from: trained, in: ["basis", "denoiser"], registry).filter {
            !$0.key.hasSuffix(".isolated")
        }.map { "\($0.key): the run has \($0.kept ?? "nothing"), asked for is \($0.asked ?? "nothing")" }
        guard differences.isEmpty else { throw CheckpointError.replaced(path, differences: differences) }
    }

    /// Compares who provided the components with who does now; those that an override replaces do not matter.
    private static func checkProviders(
        _ metadata: CheckpointMetadata, _ registry: Registry, path: String, overrides: [String],
        _ onMismatch: (CheckpointError) throws -> Void
    ) throws {
        for (component, kept) in metadata.providers.sorted(by: { $0.key < $1.key }) {
            let parts = component.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            // `basis.of` replaces what a composition is made of.
            let isReplaced = overrides.contains { override in
                ["=", ".name=", ".of="].contains { override.hasPrefix(parts[0] + $0) }
            }
            guard !isReplaced else { continue }
            guard let entry = try? registry.entry(parts[0], named: parts[1]) else {
                throw CheckpointError.provider(path, component: component, kept: kept.text, found: nil)
            }
            let now = CheckpointMetadata.ProviderRecord(entry.provider)
            // A built-in of another version reads its own checkpoints; a plugin's numbers are its version's own.
            let isSame = kept.id == now.id && kept.hash == now.hash && (kept.hash == nil || kept.version == now.version)
            if !isSame {
                try onMismatch(.provider(path, component: component, kept: kept.text, found: now.text))
            }
        }
    }

    private func providers() throws -> [String: CheckpointMetadata.ProviderRecord] {
        let basis = configuration.basis
        let chosen =
            [
                ("basis", basis.name), ("schedule", configuration.schedule.name),
                ("denoiser", configuration.denoiser.name), ("conditioner", configuration.conditioner.name),
            ] + ComposedBasis.elementNames(of: basis.name, basis.parameters).map { ("basis", $0) }
        var records: [String: CheckpointMetadata.ProviderRecord] = [:]
        for (kind, name) in chosen {
            records["\(kind)/\(name)"] = .init(try registry.entry(kind, named: name).provider)
        }
        return records
    }
}

/// What can be wrong with a checkpoint or a run directory.
public enum CheckpointError: GUDError, Equatable {
    /// The file is not what it should be.
    case damaged(String, reason: String)
    /// A component now comes from somebody else, another version of them, or nobody.
    case provider(String, component: String, kept: String, found: String?)
    /// The directory has no checkpoint.
    case missing(String)
    /// The configuration differs from that of the run.
    case mismatch(String, differences: [String])
    /// An override replaces what the checkpoint's numbers belong to.
    case replaced(String, differences: [String])
    /// The directory already holds a run.
    case occupied(String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .damaged(let path, let reason): "'\(path)' cannot be used as a checkpoint: \(reason)"
        case .provider(let path, let component, let kept, let found):
            "'\(path)' was made with \(component) of \(kept), but here "
                + (found.map {
                    "it is provided by \($0); use that very plugin, or add --allow-plugin-mismatch to take this one"
                } ?? "nobody provides it; install that plugin, or name its file with --plugin")
        case .missing(let path):
            "'\(path)' holds no checkpoint; name the directory of a run, as 'gud train' prints it"
        case .mismatch(let path, let differences):
            "the run in '\(path)' was made with another configuration; it cannot be resumed with this one:\n"
                + differences.map { "  \($0)" }.joined(separator: "\n")
                + "\nresume with the run's own config.yaml, or train into another directory"
        case .replaced(let path, let differences):
            "'\(path)' holds numbers of another basis or denoiser, which cannot change after training:\n"
                + differences.map { "  \($0)" }.joined(separator: "\n")
                + "\nleave out that --set, or train a run with it"
        case .occupied(let path):
            "'\(path)' already holds a run; add --resume to go on with it, or name another directory with --run"
        }
    }

    /// A directory that was wrongly named is the request's mistake; a damaged file is not.
    public var blame: Blame {
        if case .damaged = self { .execution } else { .request }
    }
}
