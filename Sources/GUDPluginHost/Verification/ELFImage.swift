import Foundation

/// What the bytes of a shared object say about it, found without running any of it.
///
/// Goals, in order: nothing that a hostile file says can trap, hang or exhaust this process; a file whose headers or
/// tables would crash the loader is refused with the exact reason; nothing that the loader accepts from a usual linker
/// is refused.
///
/// Source: System V Application Binary Interface, "Object Files" and "Program Loading and Dynamic Linking"; for the GNU
/// hash table, glibc's `elf/dl-lookup.c`.
struct ELFImage: Sendable {
    /// The function that makes a library a plugin.
    static let entryName = "gud_plugin_entry"

    /// Where the bytes came from, for messages.
    let path: String
    /// Libraries that the loader loads first (DT_NEEDED), in the file's order.
    let neededLibraries: [String]
    /// The name that the library gives itself (DT_SONAME).
    let soname: String?
    /// The loader that the file asks for, which libraries rarely do (PT_INTERP).
    let interpreter: String?
    /// Whether loading it makes the stack executable.
    let hasExecutableStack: Bool
    /// Whether the loader must write into the code.
    let hasTextRelocations: Bool
    /// What others can see, ordered by name, each name once.
    let exportedSymbols: [ELFSymbol]
    /// Names that others must define.
    ///
    /// Where nothing is exported, the file need not tell how many there are, and some may be missing here.
    let undefinedSymbols: Set<String>
    /// Names that are defined for the library itself alone.
    let hiddenSymbols: Set<String>

    private let segments: ELFSegments

    /// Examines the bytes of a file.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - path: Its path, for messages.
    /// - Throws: ``ELFError``, where the loader would refuse the file or come to harm.
    /// - Complexity: O(*n* log *n*) in the number of symbols, of which there may be 2²⁰, with 128 MiB of names; O(*bytes*) for
    ///   relocations.
    init(bytes: Data, path: String) throws(ELFError) {
        let file = ELFBytes(path: path, bytes: bytes)
        let segments = try ELFSegments(ELFHeader(file), of: file)
        let dynamic = try ELFDynamic(segments, of: file)
        guard !dynamic.isExecutable else {
            throw .notSharedObject(path, kind: "a position-independent executable (PIE)")
        }
        try ELFTables(file: file, segments: segments, dynamic: dynamic).check()
        var exported: [ELFSymbol] = []
        var undefined: Set<String> = []
        var hidden: Set<String> = []
        var nameBytes = 0
        // Symbol 0 is always empty.
        let count = try ELFHashTables(file: file, segments: segments).symbolCount(dynamic)
        for index in 0..<count where index > 0 {
            let name: String
            switch try ELFSymbol.read(index, dynamic, of: file) {
            case .exported(let symbol):
                name = symbol.name
                exported.append(symbol)
            case .undefined(let symbol):
                name = symbol
                undefined.insert(symbol)
            case .hidden(let symbol):
                name = symbol
                hidden.insert(symbol)
            case .irrelevant: continue
            }
            nameBytes += name.utf8.count
            guard nameBytes <= ELFLimits.nameBytes else {
                throw .tooMany(path, what: "bytes of symbol names", limit: ELFLimits.nameBytes)
            }
        }
        exported.sort { $0.name < $1.name }
        // A name with several versions stands there several times.
        exportedSymbols = exported.enumerated().filter { $0 == 0 || exported[$0 - 1].name != $1.name }.map(\.element)
        undefinedSymbols = undefined
        hiddenSymbols = hidden
        neededLibraries = dynamic.neededLibraries
        soname = dynamic.soname
        interpreter = segments.interpreter
        hasExecutableStack = segments.hasExecutableStack
        hasTextRelocations = dynamic.hasTextRelocations
        self.path = path
        self.segments = segments
    }

    /// The exported symbol of a name.
    func export(_ name: String) -> ELFSymbol? {
        var range = exportedSymbols.startIndex..<exportedSymbols.endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if exportedSymbols[middle].name == name { return exportedSymbols[middle] }
            range =
                exportedSymbols[middle].name < name ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }

    /// Checks that a function is exported.
    ///
    /// - Throws: ``ELFError/missingSymbol(_:name:hint:)``, ``ELFError/notAFunction(_:name:)``.
    func requireFunction(_ name: String = ELFImage.entryName) throws(ELFError) {
        guard let symbol = export(name) else {
            throw .missingSymbol(path, name: name, hint: ELFSymbolHint(missing: name, image: self))
        }
        guard symbol.kind != .object, !symbol.isAbsolute, segments.isCode(symbol.address) else {
            throw .notAFunction(path, name: name)
        }
    }

    /// Names that are exported besides those allowed, in order.
    ///
    /// What linkers themselves define does not count, nor do names of symbol versions.
    func unexpectedExports(allowing allowed: Set<String> = [ELFImage.entryName]) -> [String] {
        exportedSymbols.filter { symbol in
            !(allowed.contains(symbol.name) || Self.linkerSymbols.contains(symbol.name)
                || symbol.isAbsolute && symbol.address == 0)
        }.map(\.name)
    }

    private static let linkerSymbols: Set<String> = [
        "_init", "_fini", "_edata", "_end", "__bss_start", "_etext", "etext", "edata", "end", "__bss_start__",
        "__bss_end__", "_bss_end__", "__end__",
    ]
}
