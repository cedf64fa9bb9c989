import CGUDPlugin
import CPluginSystem
import Foundation
import GUDCore
import GUDPluginABI

/// A plugin's library, opened in this process for good.
///
/// Invariants: the library is never closed (a Swift image that goes away takes the runtime's tables with it), so that
/// every pointer in its tables stays valid; the tables are copied once, by their own sizes; required functions are
/// there.
final class LoadedPlugin: @unchecked Sendable {
    /// One component's table of a kind that this program knows.
    struct Component {
        let description: PluginDescription.Component
        let factory: UnsafeMutableRawPointer?
        let table: UnsafeRawPointer
    }

    /// What the plugin says of itself.
    let description: PluginDescription
    /// Whether opening it changed the floating-point environment, which was put back.
    let changedFloatingPoint: Bool
    private let components: [Component]
    /// Held around calls into components that take one call at a time in the whole plugin.
    let lock = NSRecursiveLock()

    /// Opens a library and reads its tables.
    ///
    /// - Parameters:
    ///   - path: The library; a path with a slash.
    ///   - name: What messages call it, by default its path.
    ///   - stage: Is told what comes next, so that somebody knows what a crash interrupted.
    /// - Throws: ``PluginError``.
    init(path: String, name: String? = nil, stage: (String) -> Void = { _ in }) throws(PluginError) {
        let name = name ?? path
        stage("opening the library")
        var environment = gud_fenv()
        _ = gud_fenv_save(&environment)
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
            throw .load(
                path: name, reason: dlerror().map { String(cString: $0) } ?? "the loader gives no reason")
        }
        var changed = gud_fenv_differs(&environment) != 0
        _ = gud_fenv_restore(&environment)
        guard let symbol = dlsym(handle, "gud_plugin_entry") else {
            throw .load(path: name, reason: "it exports no gud_plugin_entry")
        }
        stage("gud_plugin_entry")
        var table: UnsafePointer<gud_plugin>?
        var error = gud_error.empty()
        let entry = unsafeBitCast(symbol, to: gud_plugin_entry_function.self)
        let status = entry(HostServices.table, &table, &error)
        changed = changed || gud_fenv_differs(&environment) != 0
        _ = gud_fenv_restore(&environment)
        stage("reading its tables")
        guard status == GUD_OK else {
            throw .load(path: name, reason: error.text.isEmpty ? "its entry returned \(status)" : error.text)
        }
        guard let table else { throw .malformed(path: name, reason: "its entry succeeds and gives no table") }
        changedFloatingPoint = changed
        (description, components) = try PluginTables(table, path: name).read()
    }

    /// The component of a kind and name.
    ///
    /// - Throws: ``PluginError/inconsistent(component:plugin:reason:)`` where there is none.
    func component(_ kind: String, _ name: String) throws(PluginError) -> Component {
        guard let found = components.first(where: { $0.description.kind == kind && $0.description.name == name }) else {
            throw .inconsistent(
                component: "\(kind)/\(name)", plugin: description.id, reason: "is not in the library that was loaded")
        }
        return found
    }

    /// What orders the calls into an object of a component.
    func gate(_ threads: PluginDescription.Threads) -> CallGate {
        switch threads {
        case .concurrent: CallGate(nil)
        case .object: CallGate(NSRecursiveLock())
        case .plugin: CallGate(lock, ofPlugin: true)
        }
    }
}

/// Lets as many calls into an object at once as its component takes.
///
/// Invariant: while a thread is in a plugin that takes one call at a time, it is counted as such, so that the plugin
/// gets no other thread of the host's: one that came back to the plugin, through a space in its own basis, would wait
/// for ever.
struct CallGate: @unchecked Sendable {
    private let lock: NSRecursiveLock?
    private let isOfPlugin: Bool

    init(_ lock: NSRecursiveLock?, ofPlugin isOfPlugin: Bool = false) {
        self.lock = lock
        self.isOfPlugin = isOfPlugin
    }

    /// Makes a call.
    @inline(__always)
    func call<Result>(_ body: () -> Result) -> Result {
        guard let lock else { return body() }
        lock.lock()
        if isOfPlugin { _ = gud_serial_calls(1) }
        defer {
            if isOfPlugin { _ = gud_serial_calls(-1) }
            lock.unlock()
        }
        return body()
    }
}
