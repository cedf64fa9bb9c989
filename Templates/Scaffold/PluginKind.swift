import GUDCore

/// The kinds of component that a plugin can bring; the raw value is the word in configurations.
public enum PluginKind: String, CaseIterable, Sendable {
    case basis, schedule, denoiser, conditioner

    /// The kind of a word that somebody typed.
    ///
    /// - Throws: ``ScaffoldError/unknown(_:_:suggestion:known:)``.
    public init(named word: String) throws(ScaffoldError) {
        self = try wanted(word, "kind of plugin")
    }
}

/// The languages that there are templates for; the raw value is the word on the command line and the templates' folder.
public enum PluginLanguage: String, CaseIterable, Sendable {
    case swift, c, cpp, rust
    /// No program at all: a description of functions in an existing C library.
    case manifest

    /// The language of a word that somebody typed; `c++` is `cpp`.
    ///
    /// - Throws: ``ScaffoldError/unknown(_:_:suggestion:known:)``.
    public init(named word: String) throws(ScaffoldError) {
        self = try wanted(word.lowercased() == "c++" ? "cpp" : word, "language")
    }

    /// The kinds that can be written in it.
    public var kinds: [PluginKind] { self == .manifest ? [.basis] : PluginKind.allCases }

    /// What people call it.
    var title: String {
        switch self {
        case .swift: "Swift"
        case .c: "C"
        case .cpp: "C++"
        case .rust: "Rust"
        case .manifest: "a manifest"
        }
    }
}

private func wanted<Choice: RawRepresentable<String> & CaseIterable>(
    _ word: String, _ what: String
) throws(ScaffoldError) -> Choice {
    if let choice = Choice(rawValue: word) { return choice }
    let known = Choice.allCases.map(\.rawValue)
    throw .unknown(what, word, suggestion: nearest(to: word, among: known), known: known)
}
