/// A kind of component: the word in `kind/name`, and the type of the factories registered under it.
///
/// The core declares four; a module that adds a kind of its own (samplers, data sets) declares a static property in an
/// extension with its own factory type.
public struct ComponentKind<Factory: ComponentFactory>: Sendable {
    /// The word, in the singular: `basis`.
    public let name: String

    /// Declares a kind.
    public init(_ name: String) { self.name = name }
}

/// Makes components of one name from parameters.
public protocol ComponentFactory: Sendable {
    /// What people see of it.
    var descriptor: Descriptor { get }
}

/// What there is to know about a registered component without making it.
public struct Descriptor: Sendable {
    /// The name within its kind: `haar`.
    public let name: String
    /// One sentence for people.
    public let summary: String
    /// The parameters that it takes.
    public let schema: ParameterSchema

    /// Describes a component.
    public init(name: String, summary: String, schema: ParameterSchema = ParameterSchema()) {
        self.name = name
        self.summary = summary
        self.schema = schema
    }
}

/// Who brought a component: GUD itself, or a plugin.
public struct Provider: Sendable, Hashable {
    /// `built-in`, or a plugin's id.
    public let id: String
    /// Its version.
    public let version: String
    /// The SHA-256 of the loaded file, for plugins.
    public let hash: String?

    /// Names a provider.
    public init(id: String, version: String, hash: String? = nil) {
        self.id = id
        self.version = version
        self.hash = hash
    }

    /// GUD itself.
    public static let builtIn = Provider(id: "built-in", version: GUDVersion.current)
}

extension Provider: CustomStringConvertible {
    /// The id, and for a plugin its version.
    public var description: String { self == .builtIn ? id : "\(id) \(version)" }
}

/// The version of GUD.
public enum GUDVersion {
    /// In the form major.minor.patch.
    public static let current = "0.1.0"
}

/// Every component that a configuration can name, by kind and name.
///
/// Built-ins and plugins register in the same way. A name that is taken is an error that names both providers; nothing is
/// ever replaced.
public struct Registry: Sendable {
    /// One registered component.
    public struct Entry: Sendable {
        /// The kind's word.
        public let kind: String
        /// Who brought it.
        public let provider: Provider
        /// What makes it.
        public let factory: any ComponentFactory
        /// What people see of it.
        public var descriptor: Descriptor { factory.descriptor }
    }

    private var entries: [String: [String: Entry]] = [:]

    /// An empty registry.
    public init() {}

    /// Adds a component.
    ///
    /// - Throws: ``RegistryError/nameTaken(kind:name:by:newcomer:)``.
    public mutating func register<Factory>(
        _ factory: Factory, as kind: ComponentKind<Factory>, provider: Provider = .builtIn
    ) throws(RegistryError) {
        let name = factory.descriptor.name
        if let taken = entries[kind.name]?[name] {
            throw .nameTaken(kind: kind.name, name: name, by: taken.provider, newcomer: provider)
        }
        entries[kind.name, default: [:]][name] = Entry(kind: kind.name, provider: provider, factory: factory)
    }

    /// The factory of a name.
    ///
    /// - Throws: ``RegistryError/unknownName(kind:name:suggestion:known:)``.
    public func factory<Factory>(
        _ kind: ComponentKind<Factory>, named name: String
    ) throws(RegistryError) -> Factory {
        guard let factory = try entry(kind.name, named: name).factory as? Factory else {
            throw .unknownName(kind: kind.name, name: name, suggestion: nil, known: names(of: kind.name))
        }
        return factory
    }

    /// The entry of a name: its provider, summary and parameters.
    ///
    /// - Throws: ``RegistryError/unknownName(kind:name:suggestion:known:)``.
    public func entry(_ kind: String, named name: String) throws(RegistryError) -> Entry {
        guard let entry = entries[kind]?[name] else {
            let known = names(of: kind)
            throw .unknownName(kind: kind, name: name, suggestion: nearest(to: name, among: known), known: known)
        }
        return entry
    }

    /// The kinds that have entries, in alphabetical order.
    public var kinds: [String] { entries.keys.sorted() }

    /// The names registered under a kind, in alphabetical order.
    public func names(of kind: String) -> [String] { (entries[kind] ?? [:]).keys.sorted() }

    /// The entries of a kind, in alphabetical order of their names.
    public func entries(of kind: String) -> [Entry] {
        (entries[kind] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
    }
}

/// What can go wrong with names.
public enum RegistryError: GUDError, Equatable {
    case unknownName(kind: String, name: String, suggestion: String?, known: [String])
    case nameTaken(kind: String, name: String, by: Provider, newcomer: Provider)

    /// The text of the message.
    public var description: String {
        switch self {
        case .unknownName(let kind, let name, let suggestion, let known):
            "there is no \(kind) named '\(name)'" + (suggestion.map { "; did you mean '\($0)'?" } ?? ";")
                + (known.isEmpty ? " none is registered" : " known: \(known.joined(separator: ", "))")
        case .nameTaken(let kind, let name, let holder, let newcomer):
            "\(kind) '\(name)' of \(newcomer) cannot be registered: the name is taken by \(holder); rename one of them"
        }
    }

    /// A request's mistake: of a configuration, or of whoever combines two providers.
    public var blame: Blame { .request }
}
