/// The dynamic section: what the loader is told.
struct ELFDynamic {
    /// The table of names.
    let strings: ELFPlace
    /// Where the symbols begin; how many there are, only the hash tables tell.
    let symbols: ELFPlace
    /// Addresses of the hash tables.
    let gnuHash: UInt64?
    let systemVHash: UInt64?
    /// Libraries that are loaded first, in the file's order.
    let neededLibraries: [String]
    /// The name that the library gives itself.
    let soname: String?
    /// Whether the file is an executable that can be loaded anywhere.
    let isExecutable: Bool
    /// Whether the loader must write into the code.
    let hasTextRelocations: Bool
    /// All entries but the needed libraries, by tag.
    let values: [UInt64: UInt64]

    /// Reads the dynamic section.
    ///
    /// - Throws: ``ELFError``.
    init(_ segments: ELFSegments, of file: ELFBytes) throws(ELFError) {
        let path = file.path
        guard let place = segments.dynamic else { throw .noDynamicSection(path) }
        var values: [UInt64: UInt64] = [:]
        var needed: [UInt64] = []
        var isComplete = false
        for index in 0..<place.size / 16 {
            guard index < ELFLimits.dynamicEntries else {
                throw .tooMany(path, what: "dynamic entries", limit: ELFLimits.dynamicEntries)
            }
            let base = place.offset + index * 16
            let tag = try file.integer(UInt64.self, at: base, of: "the dynamic section")
            let value = try file.integer(UInt64.self, at: base + 8, of: "the dynamic section")
            isComplete = tag == Tag.end
            if isComplete { break }
            // The loader, too, heeds the last of several.
            if tag == Tag.needed { needed.append(value) } else { values[tag] = value }
        }
        guard isComplete else { throw .dynamicSection(path, reason: "it has no end (DT_NULL)") }
        guard let stringTable = values[Tag.strings], let stringSize = values[Tag.stringSize] else {
            throw .dynamicSection(path, reason: "there is no string table (DT_STRTAB, DT_STRSZ)")
        }
        guard let symbolTable = values[Tag.symbols] else {
            throw .dynamicSection(path, reason: "there is no symbol table (DT_SYMTAB)")
        }
        guard values[Tag.symbolSize, default: ELFSymbol.entrySize] == ELFSymbol.entrySize else {
            throw .dynamicSection(path, reason: "symbols do not have \(ELFSymbol.entrySize) bytes (DT_SYMENT)")
        }
        let strings = try segments.place(of: stringTable, size: stringSize, "the string table")
        symbols = try segments.place(of: symbolTable, "the symbol table")
        var libraries: [String] = []
        for offset in needed {
            libraries.append(try file.string("the name of a needed library", at: offset, in: strings))
        }
        neededLibraries = libraries
        if let offset = values[Tag.soname] {
            soname = try file.string("the library's own name", at: offset, in: strings)
        } else {
            soname = nil
        }
        self.strings = strings
        self.values = values
        gnuHash = values[Tag.gnuHash]
        systemVHash = values[Tag.systemVHash]
        let flags = values[Tag.flags1, default: 0]
        guard flags & 0x40 == 0 else { throw .notOpenable(path) }
        isExecutable = flags & 0x0800_0000 != 0
        hasTextRelocations = values[Tag.textRelocations] != nil || values[Tag.flags, default: 0] & 4 != 0
    }

    private enum Tag {
        static let end: UInt64 = 0
        static let needed: UInt64 = 1
        static let systemVHash: UInt64 = 4
        static let strings: UInt64 = 5
        static let symbols: UInt64 = 6
        static let stringSize: UInt64 = 10
        static let symbolSize: UInt64 = 11
        static let soname: UInt64 = 14
        static let textRelocations: UInt64 = 22
        static let flags: UInt64 = 30
        static let gnuHash: UInt64 = 0x6FFF_FEF5
        static let flags1: UInt64 = 0x6FFF_FFFB
    }
}
