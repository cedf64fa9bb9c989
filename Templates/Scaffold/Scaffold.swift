import Foundation
import GUDCore

/// A new plugin: what somebody asked for, and the files that come of it.
///
///     let scaffold = try Scaffold(kind: .basis, name: "rotation", language: .c)
///     try scaffold.write(to: "rotation")
///
/// The result stands alone: it holds the C header (or its Rust binding), builds with `make`, tests itself with `make
/// test` and does something already, for its author to change.
public struct Scaffold: Sendable {
    /// The kind of component.
    public let kind: PluginKind
    /// The language that it is written in.
    public let language: PluginLanguage
    /// The name of the component in configurations, and what is made of it for files and types.
    public let name: PluginName
    /// The plugin's unique id: letters, digits, `-` and `.`.
    public let id: String
    /// The checkout of GUD that a Swift plugin is built against; `nil` for other languages.
    public let checkout: String?

    /// Checks a request.
    ///
    /// - Parameters:
    ///   - kind: The kind of component.
    ///   - name: Its name in configurations: a small letter, then small letters, digits, `-`, `+` and `.`.
    ///   - language: The language to write it in.
    ///   - id: A unique id; by default `org.example.NAME`.
    ///   - checkout: The folder of GUD's own package, which a Swift plugin depends on; by default the one that this
    ///     program was built from, as long as it is there.
    /// - Throws: ``ScaffoldError`` naming what cannot be met.
    public init(
        kind: PluginKind, name: String, language: PluginLanguage, id: String? = nil, checkout: String? = nil
    ) throws(ScaffoldError) {
        guard language.kinds.contains(kind) else { throw .unsupported(kind, in: language) }
        self.kind = kind
        self.language = language
        self.name = try PluginName(name, kind: kind)
        self.id = try Self.checked(id ?? "org.example." + name.replacing("+", with: "-plus"))
        self.checkout = language == .swift ? try Checkout.path(checkout) : nil
    }

    /// The id itself, where it can be one.
    private static func checked(_ id: String) throws(ScaffoldError) -> String {
        let isSound = id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isSound, !id.isEmpty, id.utf8.count <= 128 else { throw .id(id) }
        return id
    }
}
