/// A symbol that a library lets others see.
struct ELFSymbol: Sendable, Equatable {
    /// What it stands for.
    enum Kind: Sendable, Equatable {
        /// Code, or code that chooses code.
        case function
        /// Data, per thread or not.
        case object
        /// A place without a type, such as those that linkers and assemblers make.
        case untyped
    }

    /// The name as it stands in the file; its bytes are the file's own, see ``Swift/String/printable``.
    let name: String
    /// What it stands for.
    let kind: Kind
    /// Where it is, before relocation.
    let address: UInt64
    /// Whether another definition may take its place without complaint.
    let isWeak: Bool
    /// Whether it is a mere number: the names of symbol versions are such.
    let isAbsolute: Bool

    /// The bytes of one symbol in the file.
    static let entrySize: UInt64 = 24

    /// What the symbol table says about a name.
    enum Role {
        case exported(ELFSymbol)
        case undefined(String)
        case hidden(String)
        /// Local, a section or a file's name.
        case irrelevant
    }

    /// Reads one symbol.
    static func read(_ index: Int, _ dynamic: ELFDynamic, of file: ELFBytes) throws(ELFError) -> Role {
        let base = dynamic.symbols.offset + UInt64(index) * entrySize
        let info = try file.integer(UInt8.self, at: base + 4, of: "symbol \(index)")
        let visibility = try file.integer(UInt8.self, at: base + 5, of: "symbol \(index)") & 3
        let section = try file.integer(UInt16.self, at: base + 6, of: "symbol \(index)")
        let binding = info >> 4
        // The loader compares the names of all that it meets, whatever else they are.
        let offset = try file.integer(UInt32.self, at: base, of: "symbol \(index)")
        let name = try file.string("the name of symbol \(index)", at: UInt64(offset), in: dynamic.strings)
        // Global, weak, and GNU's unique.
        guard [1, 2, 10].contains(binding), let kind = kind(info & 15) else { return .irrelevant }
        guard section != 0 else { return .undefined(name) }
        // Default or protected; internal and hidden ones are not found from outside.
        guard visibility == 0 || visibility == 3 else { return .hidden(name) }
        return .exported(
            ELFSymbol(
                name: name, kind: kind, address: try file.integer(UInt64.self, at: base + 8, of: "symbol \(index)"),
                isWeak: binding == 2, isAbsolute: section == 0xFFF1))
    }

    /// The types that the loader's look-up accepts.
    private static func kind(_ type: UInt8) -> Kind? {
        switch type {
        case 0: .untyped
        case 1, 5, 6: .object
        case 2, 10: .function
        default: nil
        }
    }
}
