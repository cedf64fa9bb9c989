import GUDCore

/// The places in which plugins are looked for, and in which order.
///
/// Explicit paths come first, then `GUD_PLUGIN_PATH` (folders separated by colons), `$XDG_DATA_HOME/gud/plugins` (by
/// default `~/.local/share/gud/plugins`), and the system's folders. A privileged process believes no variable, and
/// takes the home folder from the account of the user whose rights it has.
public struct PluginFolders: Sendable {
    /// Where distributions and administrators put plugins.
    public static let systemFolders = ["/usr/local/lib/gud/plugins", "/usr/lib/gud/plugins"]

    private let explicit: [String]
    private let environment: HostEnvironment
    private let system: [String]

    /// Names the places.
    ///
    /// - Parameters:
    ///   - explicit: Files or folders that must be there.
    ///   - environment: The surroundings; tests give some of their own.
    ///   - system: The system's folders.
    public init(
        explicit: [String] = [], environment: HostEnvironment = .current, system: [String] = PluginFolders.systemFolders
    ) {
        self.explicit = explicit
        self.environment = environment
        self.system = system
    }

    /// Looks through all places.
    ///
    /// In each folder: files whose names end in `.so` or `.plugin.yaml`, ordered by name, then those of its
    /// sub-folders, one level deep. Hidden names are passed over. Nothing is opened.
    ///
    /// - Throws: ``PluginFolderError`` for an explicit path that is not there or cannot be read. Everything else that is wrong
    ///   is in ``PluginSearch/problems``.
    public func find() throws(PluginFolderError) -> PluginSearch {
        var search = FolderSearch()
        for path in explicit { try search.explicit(path) }
        namedByEnvironment(&search)
        user(&search)
        for path in system { search.folder(path, source: .system, mustExist: false) }
        return search.result
    }

    private func namedByEnvironment(_ search: inout FolderSearch) {
        let name = "GUD_PLUGIN_PATH"
        for path in (environment.ignored(name) ?? "").split(separator: ":").map(String.init) {
            if environment.isPrivileged {
                search.ignore(path, source: .environment, reason: "privileged process")
            } else {
                search.folder(path, source: .environment, mustExist: true)
            }
        }
    }

    private func user(_ search: inout FolderSearch) {
        let name = "XDG_DATA_HOME"
        if let path = environment.ignored(name), environment.isPrivileged || !path.hasPrefix("/") {
            search.ignore(
                "\(path)/gud/plugins", source: .user,
                reason: environment.isPrivileged ? "privileged process" : "\(name) is not an absolute path")
        }
        if let data = environment.folder(name, orHome: ".local/share") {
            search.folder("\(data)/gud/plugins", source: .user, mustExist: false)
        } else {
            search.ignore("~/.local/share/gud/plugins", source: .user, reason: "the home folder is not known; set HOME")
        }
    }
}

/// What can be wrong with a path that a person named.
public enum PluginFolderError: GUDError, Equatable {
    /// There is nothing there, or it cannot be read.
    case notThere(String, reason: String)
    /// It is neither a file nor a folder.
    case notAFile(String, kind: String)
    /// A single file is wanted, and cannot be read.
    case noFile(String, reason: String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .notThere(let path, let reason):
            "cannot read plugin '\(path)': \(reason); give the path of a .so file, a .plugin.yaml file or a folder of them"
        case .noFile(let path, let reason):
            "cannot read plugin '\(path)': \(reason); give the path of a .so file or a .plugin.yaml file"
        case .notAFile(let path, let kind):
            "plugin '\(path)' is \(kind); give the path of a .so file, a .plugin.yaml file or a folder of them"
        }
    }

    /// A path in the request is wrong.
    public var blame: Blame { .request }
}
