import GUDCore

/// What can go wrong while a new plugin is made.
public enum ScaffoldError: GUDError, Equatable {
    /// There is no such kind or language.
    case unknown(String, String, suggestion: String?, known: [String])
    /// The name cannot be a component's.
    case name(String, suggestion: String?)
    /// The name means something else to GUD.
    case reservedName(String)
    /// The id cannot be a plugin's.
    case id(String)
    /// The kind cannot be written in the language.
    case unsupported(PluginKind, in: PluginLanguage)
    /// The directory holds something already.
    case occupied(String)
    /// There is something of that name, and it is no directory.
    case notADirectory(String)
    /// No checkout of GUD was named, and the one that the program was built from is gone.
    case checkoutUnknown
    /// The folder that was named is no checkout of GUD.
    case notACheckout(String)
    /// A Swift plugin may not lie in a directory of the checkout's name: the package manager would take them for one.
    case sameFolder(String, checkout: String)
    /// A template cannot be filled in.
    case template(String, reason: String)
    /// One of GUD's own files is missing.
    case resource(ResourceError)
    /// A file cannot be read or written.
    case file(FileError)

    /// The text of the message.
    public var description: String {
        switch self {
        case .unknown(let what, let word, let suggestion, let known):
            "there is no \(what) '\(word)'" + (suggestion.map { "; did you mean '\($0)'?" } ?? ";")
                + " known: \(known.joined(separator: ", "))"
        case .name(let name, let suggestion):
            "'\(name)' cannot be a component's name; wanted: a letter from a to z, then at most \(PluginName.longest - 1) of "
                + "a-z, 0-9, -, + and ." + (suggestion.map { "; try '\($0)'" } ?? "")
        case .reservedName(let name): "the name '\(name)' is GUD's own; choose another"
        case .id(let id):
            "'\(id)' cannot be a plugin's id; wanted: 1 to 128 letters, digits, - and ., such as 'org.example.walsh'"
        case .unsupported(let kind, let language):
            "a \(kind) cannot be written as \(language.title); "
                + "\(language.rawValue): \(language.kinds.map(\.rawValue).joined(separator: ", ")); \(kind): "
                + PluginLanguage.allCases.filter { $0.kinds.contains(kind) }.map(\.rawValue).joined(separator: ", ")
        case .occupied(let path): "'\(path)' is not empty; name another directory with --output, or remove it"
        case .notADirectory(let path):
            "'\(path)' is there already and is no directory; name another one with --output, or remove it"
        case .checkoutUnknown:
            "a Swift plugin is built against GUD's sources, and those that this program was built from are gone; "
                + "name a checkout with --gud PATH"
        case .notACheckout(let path):
            "'\(path)' is no checkout of GUD: it has no Package.swift with a product GUDPluginKit; "
                + "name one with --gud PATH"
        case .sameFolder(let path, let checkout):
            "the package manager cannot tell '\(path)' from '\(checkout)', for their last parts are the same; "
                + "name another directory with --output"
        case .template(let name, let reason): "the template '\(name)' cannot be filled in: \(reason)"
        case .resource(let error): error.description
        case .file(let error): error.description
        }
    }

    /// Names and places are the request's; the rest happens while carrying it out.
    public var blame: Blame {
        switch self {
        case .template: .execution
        case .resource(let error): error.blame
        case .file(let error): error.blame
        default: .request
        }
    }
}
