import CGUDPlugin
import GUDCore

/// What can go wrong with a plugin.
public enum PluginError: GUDError, Equatable {
    /// The library cannot be opened, or its entry fails.
    case load(path: String, reason: String)
    /// The library was built for another version of the interface.
    case version(path: String, expected: String, got: String)
    /// The plugin's tables are not what they should be.
    case malformed(path: String, reason: String)
    /// A component refused or failed to make an object.
    case creation(component: String, plugin: String, status: Int32, message: String)
    /// A component of a plugin went back on what it said before.
    case inconsistent(component: String, plugin: String, reason: String)
    /// The plugin's own process ended, or does not answer.
    case process(plugin: String, reason: String)
    /// The plugin may not be used.
    case refused(path: String, reason: String)
    /// An isolated plugin refused or failed, in its own words.
    case isolated(message: String, isRequest: Bool)
    /// The program that runs plugins in a process of their own cannot be started.
    case worker(program: String, reason: String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .load(let path, let reason): "plugin '\(path)' cannot be loaded: \(reason)"
        case .version(let path, let expected, let got):
            "plugin '\(path)' cannot be used: expected version \(expected) of the plugin interface, "
                + "got \(got); build the plugin anew with this program's gud_plugin.h"
        case .malformed(let path, let reason): "plugin '\(path)' breaks the contract: \(reason)"
        case .creation(let component, let plugin, _, let message): "\(component) of \(plugin): \(message.oneLine)"
        case .inconsistent(let component, let plugin, let reason): "\(component) of \(plugin) \(reason)"
        case .process(let plugin, let reason): "the process of plugin '\(plugin)' \(reason)"
        case .refused(let path, let reason): "plugin '\(path)' is not used: \(reason)"
        case .isolated(let message, _): message.oneLine
        case .worker(let program, let reason):
            "'\(program)' cannot be started for a plugin: \(reason); GUD_PROGRAM must name the program 'gud'"
        }
    }

    /// What a component refuses is for the request to change; the rest happens while carrying it out.
    public var blame: Blame {
        switch self {
        case .creation(_, _, let status, _):
            [GUD_ERROR_ARGUMENT, GUD_ERROR_SHAPE, GUD_ERROR_NEEDS_DATA].contains(status) ? .request : .execution
        case .refused: .request
        case .isolated(_, let isRequest): isRequest ? .request : .execution
        default: .execution
        }
    }
}
