/// The name of a new component, and the identifiers that are made of it.
///
/// Every identifier ends in the kind, `rotation` becoming `RotationBasis` and `rotation_basis`, so that none is a
/// reserved word of any language; a name that ends in its kind already (`my-basis`) does not get it twice.
public struct PluginName: Sendable, Equatable {
    /// As configurations write it: `daubechies-4`.
    public let text: String
    /// For files, C identifiers and crates: `daubechies_4_basis`.
    public let snake: String
    /// For types: `Daubechies4Basis`.
    public let camel: String
    /// For the module of a Swift plugin: `Daubechies4BasisPlugin`.
    public var module: String { camel + "Plugin" }

    /// The longest name, in letters.
    static let longest = 64

    /// Names of the core that a conforming type would hide from itself.
    private static let protocols: Set<String> = [
        "NoiseSchedule", "FittedBasis", "FittedDenoiser", "DifferentiableDenoiser", "TrainingConditioner",
    ]

    /// The name of GUD's own package, which the package manager would take a plugin's for.
    private static let reserved: Set<String> = ["gud"]

    /// Checks a name and takes it apart.
    ///
    /// - Throws: ``ScaffoldError/name(_:suggestion:)`` or ``ScaffoldError/reservedName(_:)``.
    init(_ text: String, kind: PluginKind) throws(ScaffoldError) {
        guard Self.isSound(text) else { throw .name(text, suggestion: Self.repaired(text)) }
        guard !Self.reserved.contains(text) else { throw .reservedName(text) }
        self.text = text
        var words = text.replacing("+", with: "-plus-").split { $0 == "-" || $0 == "." }.map(String.init)
        if words.count > 1, words.last == kind.rawValue { words.removeLast() }
        words.append(kind.rawValue)
        snake = words.joined(separator: "_")
        let joined = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        camel = Self.protocols.contains(joined) ? "Custom" + joined : joined
    }

    private static func isSound(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first), text.utf8.count <= longest else { return false }
        return text.utf8.allSatisfy(isAllowed)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
    }

    /// The nearest name that would do: `MyBasis` becomes `my-basis`; `nil` where nothing is left.
    private static func repaired(_ text: String) -> String? {
        var result = ""
        for character in text {
            if character.isUppercase, let last = result.last, last != "-" { result += "-" }
            let small = character.lowercased()
            result += small.utf8.allSatisfy(isAllowed) ? small : "-"
        }
        let bytes = result.utf8.drop { !isLetter($0) }.prefix(longest)
        let words = String(decoding: bytes, as: UTF8.self).split(separator: "-").joined(separator: "-")
        return isSound(words) ? words : nil
    }
}
