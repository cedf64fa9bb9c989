import Foundation
import GUDCore

extension PluginHost {
    /// The parameter that every plugin's component takes: whether it runs in a process of its own.
    static let isolated = Parameter(
        "isolated", default: false, "Run the plugin in a process of its own: a crash there is an error here.")

    /// Registers a plugin's components; all of them, or none where one's name is taken.
    func register(_ record: PluginRecord, in registry: inout Registry) throws {
        guard let description = record.description, let provider = record.provider else { return }
        let code = PluginCode(record, description, program: options.program)
        var extended = registry
        for component in description.components {
            let descriptor = Descriptor(
                name: component.name, summary: component.summary,
                schema: try component.schema().adding([Self.isolated.specification]))
            let name = component.name
            switch component.kind {
            case "basis":
                try extended.register(
                    BasisFactory(descriptor) { try code.opened($0).makeBasis(name, $0, $1) }, as: .basis,
                    provider: provider)
            case "schedule":
                try extended.register(
                    ScheduleFactory(descriptor) { try code.opened($0).makeSchedule(name, $0, $1) }, as: .schedule,
                    provider: provider)
            case "denoiser":
                try extended.register(
                    DenoiserFactory(descriptor) { try code.opened($0).makeDenoiser(name, $0, $1) }, as: .denoiser,
                    provider: provider)
            default:
                try extended.register(
                    ConditionerFactory(descriptor) { try code.opened($0).makeConditioner(name, $0, classCount: $1) },
                    as: .conditioner, provider: provider)
            }
        }
        registry = extended
    }
}

/// A plugin's code: opened when its first component is made, once in this process, or in a process of its own.
final class PluginCode: Sendable {
    private let record: PluginRecord
    private let description: PluginDescription
    private let isolatedPlugin: IsolatedPlugin
    private let lock = NSLock()
    private nonisolated(unsafe) var here: (any OpenedPlugin)?

    init(_ record: PluginRecord, _ description: PluginDescription, program: String) {
        self.record = record
        self.description = description
        isolatedPlugin = IsolatedPlugin(description) { () throws(PluginError) in
            try IsolatedProcess(
                program: program, kind: record.kind, file: try record.checkedFile(), name: record.path,
                plugin: description.id)
        }
    }

    /// The plugin, as the parameters and the trust file ask for it.
    func opened(_ parameters: Parameters) throws -> any OpenedPlugin {
        if case .usable(isolated: true) = record.status { return isolatedPlugin }
        return parameters[PluginHost.isolated] ? isolatedPlugin : try openedHere()
    }

    private func openedHere() throws -> any OpenedPlugin {
        lock.lock()
        defer { lock.unlock() }
        if let here { return here }
        let plugin = try PluginWorker.open(record.kind, file: record.checkedFile(), name: record.path)
        // Bytes that were checked say the same of themselves wherever they are loaded.
        guard plugin.description.id == description.id, plugin.description.components == description.components else {
            throw PluginError.inconsistent(
                component: "the plugin", plugin: description.id,
                reason: "says other things of itself here than when it was checked; run 'gud plugin validate'")
        }
        here = plugin
        return plugin
    }
}

extension PluginRecord {
    /// The copy that is loaded, where it still holds the bytes that were checked.
    ///
    /// A manifest's copy is no code, and names the library itself.
    func checkedFile() throws(PluginError) -> String {
        guard kind == .library else { return cachedPath }
        guard (try? PluginBytes(contentsOf: cachedPath))?.sha256 == sha256 else {
            throw .load(
                path: path,
                reason: "its copy '\(cachedPath)' is gone, or is not what was checked any more; run the command again")
        }
        return cachedPath
    }
}
