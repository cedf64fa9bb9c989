import CGUDPlugin
import GUDCore
import GUDPluginABI

/// One object of a plugin's component, from `create` to `destroy`.
///
/// Invariants: the pointer is the plugin's and is passed to its functions only; calls go through the gate, so that no
/// more are running at once than the component takes; the object is destroyed once, after the last call.
final class PluginObject: @unchecked Sendable {
    /// The kind and name of the component: `basis/walsh`.
    let component: String
    /// The plugin.
    let plugin: LoadedPlugin
    let gate: CallGate
    let pointer: UnsafeMutableRawPointer
    private let destroy: @convention(c) (UnsafeMutableRawPointer?) -> Void
    /// What the object may use until it is destroyed.
    private let kept: AnyObject?

    /// Makes an object.
    ///
    /// - Parameter make: Calls the component's `create`.
    /// - Throws: ``PluginError/creation(component:plugin:status:message:)``.
    init(
        _ component: LoadedPlugin.Component, of plugin: LoadedPlugin, gate: CallGate? = nil,
        keeping kept: AnyObject? = nil,
        destroy: @escaping @convention(c) (UnsafeMutableRawPointer?) -> Void,
        make: (UnsafeMutablePointer<UnsafeMutableRawPointer?>, UnsafeMutablePointer<gud_error>) -> gud_status
    ) throws(PluginError) {
        let gate = gate ?? plugin.gate(component.description.threads)
        let name = "\(component.description.kind)/\(component.description.name)"
        var object: UnsafeMutableRawPointer?
        var error = gud_error.empty()
        let status = gate.call { make(&object, &error) }
        guard status == GUD_OK else {
            throw .creation(
                component: name, plugin: plugin.description.id, status: status, message: Self.text(error, status))
        }
        guard let object else {
            throw .inconsistent(component: name, plugin: plugin.description.id, reason: "makes an object that is null")
        }
        self.component = name
        self.plugin = plugin
        self.gate = gate
        self.destroy = destroy
        self.kept = kept
        pointer = object
    }

    deinit { gate.call { destroy(pointer) } }

    /// Calls one of the object's functions.
    ///
    /// - Returns: `nil` where it succeeds, otherwise what went wrong, with the component's name.
    @inline(__always)
    func call(
        _ body: (UnsafeMutableRawPointer, UnsafeMutablePointer<gud_error>) -> gud_status
    ) -> (status: gud_status, message: String)? {
        var error = gud_error.empty()
        let status = gate.call { body(pointer, &error) }
        if _fastPath(status == GUD_OK) { return nil }
        return (status, "\(component) of \(plugin.description.id): \(Self.text(error, status))")
    }

    /// What the component went back on.
    func inconsistent(_ reason: String) -> PluginError {
        .inconsistent(component: component, plugin: plugin.description.id, reason: reason)
    }

    private static func text(_ error: gud_error, _ status: gud_status) -> String {
        let text = error.text
        return text.isEmpty ? "it returned status \(status) without a message" : text
    }
}

extension PluginObject {
    typealias StateFunction =
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafeMutablePointer<UnsafePointer<gud_array>?>?, UnsafeMutablePointer<Int>?,
            UnsafeMutablePointer<gud_error>?
        ) -> gud_status

    /// The arrays that the object must keep, copied.
    func state(_ function: StateFunction?) throws(PluginError) -> StateArrays {
        guard let function else { throw inconsistent("is fitted, but has no function 'state'") }
        var arrays: UnsafePointer<gud_array>?
        var count = 0
        if let failure = call({ function($0, &arrays, &count, $1) }) { throw inconsistent(failure.message) }
        do {
            return try StateArrays(arrays, count: count)
        } catch {
            throw inconsistent("gives a state that cannot be kept: \(error)")
        }
    }
}
