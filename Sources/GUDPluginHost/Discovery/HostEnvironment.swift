import Foundation

/// What the search for plugins may know of its surroundings: the environment's variables, unless the process has rights
/// that whoever set them lacks.
public struct HostEnvironment: Sendable {
    /// Whether the process runs with another user's rights or capabilities; variables are then not believed.
    public let isPrivileged: Bool
    /// All variables, also those that are not believed.
    private let variables: [String: String]
    /// The home folder that the account database names for the user whose rights the process has.
    private let accountHome: String?

    /// Describes surroundings; tests make some of their own.
    public init(variables: [String: String], isPrivileged: Bool = false, accountHome: String? = nil) {
        self.variables = variables
        self.isPrivileged = isPrivileged
        self.accountHome = accountHome
    }

    /// The surroundings of this process.
    public static var current: HostEnvironment {
        HostEnvironment(
            variables: ProcessInfo.processInfo.environment, isPrivileged: _UnsafeProcessRights.arePrivileged,
            accountHome: _UnsafeProcessRights.accountHome)
    }

    /// A variable that is set, not empty and to be believed.
    public subscript(name: String) -> String? { isPrivileged ? nil : ignored(name) }

    /// A variable's value, to be told to people alone.
    func ignored(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// The user's home folder.
    var home: String? { self["HOME"] ?? accountHome }

    /// A folder of the XDG Base Directory specification, which says to ignore relative paths.
    ///
    /// - Returns: `nil` where neither the variable nor a home folder is known.
    func folder(_ variable: String, orHome fallback: String) -> String? {
        if let path = self[variable], path.hasPrefix("/") { return path }
        return home.map { "\($0)/\(fallback)" }
    }
}
