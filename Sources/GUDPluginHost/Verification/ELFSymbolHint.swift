import GUDCore

/// What is most likely the matter when a symbol is not exported.
public enum ELFSymbolHint: Sendable, Equatable, CustomStringConvertible {
    /// The same name is exported in the form that a language gives to its own functions.
    case mangled(symbol: String, remedy: String)
    /// The symbol is used, but nothing defines it.
    case undefined
    /// The symbol is there, but hidden.
    case hidden
    /// A similar name is exported.
    case similar(String)
    /// Nothing at all is exported.
    case nothingExported
    /// Other things are exported; these are some of them.
    case others([String])

    /// The text of the hint, with the remedy.
    public var description: String {
        switch self {
        case .mangled(let symbol, let remedy): "it exports '\(symbol.printable)' instead; \(remedy)"
        case .undefined: "it only refers to it; link the object file that defines it"
        case .hidden: "the symbol is there, but hidden; give it default visibility and let the version script export it"
        case .similar(let name): "did it mean '\(name.printable)'? Rename that"
        case .nothingExported:
            "it exports nothing; define the function, with default visibility, and let the version script export it"
        case .others(let names):
            "it exports \(names.map { "'\($0.printable)'" }.joined(separator: ", ")); is it a plugin? A plugin for a plain C "
                + "library is a manifest, '….plugin.yaml'"
        }
    }

    /// Finds the likeliest reason.
    ///
    /// - Complexity: O(*exports*); similar names are looked for among at most a thousand.
    init(missing name: String, image: ELFImage) {
        let exports = image.exportedSymbols
        let mangled = "\(name.utf8.count)\(name)"
        if let symbol = exports.first(where: { $0.name.contains(mangled) && $0.name.utf8.count < 1000 }) {
            self = .mangled(symbol: symbol.name, remedy: Self.remedy(for: symbol.name))
        } else if image.hiddenSymbols.contains(name) {
            self = .hidden
        } else if image.undefinedSymbols.contains(name) {
            self = .undefined
        } else if exports.isEmpty {
            self = .nothingExported
        } else {
            let close = exports.prefix(1000).map(\.name).filter { $0.utf8.count <= 4 * name.utf8.count }
            if let similar = nearest(to: name, among: close) {
                self = .similar(similar)
            } else {
                let names = exports.map { String($0.name.prefix(80)) }
                self = .others(names.count > 5 ? names.prefix(5) + ["…"] : names)
            }
        }
    }

    /// How each language is told to keep a function's name.
    private static func remedy(for symbol: String) -> String {
        if symbol.hasPrefix("$s") || symbol.hasPrefix("$S") { return "declare it with @c" }
        if symbol.hasPrefix("_R") { return "declare it extern \"C\" with #[unsafe(no_mangle)]" }
        // Rust's older names are nested like those of C++, and end in a hash.
        if symbol.hasPrefix("_ZN"), symbol.contains("17h"), symbol.hasSuffix("E") {
            return "declare it extern \"C\" with #[unsafe(no_mangle)]"
        }
        return "declare it extern \"C\""
    }
}
