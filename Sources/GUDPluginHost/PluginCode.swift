import Foundation
import GUDCore

/// A plugin's code: opened when its first component is made, once in this process, or in a process of its own.
final class PluginCode: Sendable {
    private let record: PluginRecord
    private let description: PluginDescription
    private let isolatedPlugin: IsolatedPlugin
    /// What is open in this process, by the copy and its digest: a library is entered once, however many registries
    /// name it, and takes one call at a time for all of them where it says so.
    private nonisolated(unsafe) static var here: [String: any OpenedPlugin] = [:]
    /// Held while ``here`` is used.
    private static let lock = NSLock()

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
        Self.lock.lock()
        defer { Self.lock.unlock() }
        let key = "\(record.sha256) \(record.cachedPath)"
        if let here = Self.here[key] { return here }
        let plugin = try PluginWorker.open(record.kind, file: record.checkedFile(), name: record.path)
        // Bytes that were checked say the same of themselves wherever they are loaded.
        guard plugin.description.id == description.id, plugin.description.components == description.components else {
            throw PluginError.inconsistent(
                component: "the plugin", plugin: description.id,
                reason: "says other things of itself here than when it was checked; run 'gud plugin validate'")
        }
        Self.here[key] = plugin
        return plugin
    }
}

extension PluginRecord {
    /// The copy that is loaded, where it, and the library that a manifest binds, still hold the bytes that were
    /// checked.
    func checkedFile() throws(PluginError) -> String {
        guard (try? digest()) == sha256 else {
            let library = kind == .manifest ? ", or the library that it binds," : ""
            throw .load(
                path: path,
                reason: "its copy '\(cachedPath)'\(library) is gone, or is not what was checked any more; "
                    + "run the command again")
        }
        return cachedPath
    }

    /// The digest of what would be loaded now.
    private func digest() throws -> String {
        guard kind == .manifest else { return try PluginBytes(contentsOf: cachedPath).sha256 }
        let files = try PluginFiles(cachedPath, kind: .manifest)
        let system = files.library == nil ? description?.library : nil
        return try files.digest(withSystemLibrary: system.map { try PluginBytes(contentsOf: $0).sha256 })
    }
}
