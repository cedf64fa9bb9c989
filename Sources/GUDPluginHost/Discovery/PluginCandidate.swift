/// Who named the place in which a plugin was found; earlier ones are searched first.
public enum PluginSource: String, Sendable, CaseIterable, CustomStringConvertible {
    /// A path given on the command line or in a configuration.
    case explicit
    /// The variable `GUD_PLUGIN_PATH`.
    case environment
    /// The user's own data folder.
    case user
    /// The system's folders.
    case system

    /// The word for it.
    public var description: String { rawValue }
}

/// A file that may be a plugin; nothing but its name and place has been looked at.
public struct PluginCandidate: Sendable, Equatable {
    /// What the name says that it is.
    public enum Kind: Sendable, Equatable {
        /// A shared object.
        case library
        /// A description of a library that knows nothing of GUD.
        case manifest

        /// What a file is that somebody names: a manifest where it is YAML, otherwise a library.
        init(named path: String) {
            self = path.hasSuffix(".yaml") || path.hasSuffix(".yml") ? .manifest : .library
        }
    }

    /// Where the file is, links resolved.
    public let path: String
    /// Where it was found, links not resolved.
    public let foundAt: String
    /// What it is.
    public let kind: Kind
    /// Who named the place.
    public let source: PluginSource
    /// The folder that was searched; for a file named explicitly, the folder that it lies in.
    public let folder: String
}

/// Something in a searched place that cannot be used, reported and never skipped in silence.
public struct PluginProblem: Sendable, Equatable, CustomStringConvertible {
    /// The file or folder.
    public let path: String
    /// Who named the place.
    public let source: PluginSource
    /// What is the matter, and what to do.
    public let reason: String

    /// One line for people.
    public var description: String { "'\(path)' (\(source)): \(reason)" }
}

/// A place that was considered, and what came of it.
public struct TriedFolder: Sendable, Equatable, CustomStringConvertible {
    /// What came of it.
    public enum Outcome: Sendable, Equatable, CustomStringConvertible {
        /// It was searched, and held so many candidates that no earlier place held.
        case exists(candidates: Int)
        /// There is no such place.
        case missing
        /// It is there and cannot be read.
        case notReadable(reason: String)
        /// It was not looked at.
        case ignored(reason: String)

        /// The outcome in words.
        public var description: String {
            switch self {
            case .exists(let candidates): "exists, \(candidates) \(candidates == 1 ? "candidate" : "candidates")"
            case .missing: "does not exist"
            case .notReadable(let reason): "not readable: \(reason)"
            case .ignored(let reason): "ignored: \(reason)"
            }
        }
    }

    /// The place.
    public let path: String
    /// Who named it.
    public let source: PluginSource
    /// What came of it.
    public let outcome: Outcome

    /// One line for people.
    public var description: String { "\(path) (\(source)): \(outcome)" }
}

/// What a search for plugins found, could not use, and tried.
public struct PluginSearch: Sendable, Equatable {
    /// In the order of the search, each real path once.
    public internal(set) var candidates: [PluginCandidate] = []
    /// What was there, or was asked for, and cannot be used.
    public internal(set) var problems: [PluginProblem] = []
    /// Every place, in the order of the search.
    public internal(set) var tried: [TriedFolder] = []
}
