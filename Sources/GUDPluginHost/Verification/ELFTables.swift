/// The tables by which the loader prepares a library, before any of its code runs.
///
/// The loader believes them: it writes wherever a relocation says, and calls whatever stands in the table of
/// initialisers.
struct ELFTables {
    let file: ELFBytes
    let segments: ELFSegments
    let dynamic: ELFDynamic

    /// Checks that every table lies in the file, and that relocations write where the library may be written.
    ///
    /// - Throws: ``ELFError/dynamicSection(_:reason:)``, ``ELFError/outsideSegments(_:part:address:)``.
    /// - Complexity: O(*relocations* · log *segments*).
    func check() throws(ELFError) {
        for (tag, part) in [(Tag.initialiser, "the initialiser"), (Tag.finaliser, "the finaliser")] {
            if let address = dynamic.values[tag], !segments.isCode(address) {
                throw bad("\(part) at address 0x\(String(address, radix: 16)) is not code")
            }
        }
        for (tag, part) in [
            (Tag.versions, "the table of versions"), (Tag.neededVersions, "the table of needed versions"),
            (Tag.definedVersions, "the table of defined versions"),
        ] {
            if let address = dynamic.values[tag] { _ = try segments.place(of: address, part) }
        }
        _ = try table(Tag.initialisers, size: Tag.initialisersSize, "the table of initialisers")
        _ = try table(Tag.finalisers, size: Tag.finalisersSize, "the table of finalisers")
        guard dynamic.values[Tag.linkageKind, default: Tag.relocations] == Tag.relocations,
            dynamic.values[Tag.relocationSize, default: 24] == 24
        else { throw bad("relocations are not of this processor's kind (DT_PLTREL, DT_RELAENT)") }
        if let place = try table(Tag.relocations, size: Tag.relocationsSize, "the relocation table") {
            guard dynamic.values[Tag.relocationSize] != nil else {
                throw bad("the size of relocations is not given (DT_RELAENT)")
            }
            try checkRelocations(place)
        }
        if let place = try table(Tag.linkage, size: Tag.linkageSize, "the relocation table of functions") {
            try checkRelocations(place)
        }
        if let place = try table(Tag.relative, size: Tag.relativeSize, "the relative relocation table") {
            guard dynamic.values[Tag.relativeEntrySize] == 8 else {
                throw bad("relative relocations do not have 8 bytes (DT_RELRENT)")
            }
            try checkRelative(place)
        }
    }

    private func table(_ tag: UInt64, size: UInt64, _ part: String) throws(ELFError) -> ELFPlace? {
        guard let address = dynamic.values[tag] else { return nil }
        guard let size = dynamic.values[size] else { throw bad("the size of \(part) is not given") }
        return size == 0 ? nil : try segments.place(of: address, size: size, part)
    }

    /// Address, kind and symbol, addend: 24 bytes each.
    private func checkRelocations(_ place: ELFPlace) throws(ELFError) {
        for index in 0..<place.size / 24 {
            let base = place.offset + index * 24
            let info = try file.integer(UInt64.self, at: base + 8, of: "a relocation")
            // Kind 0 does nothing.
            if info & 0xFFFF_FFFF == 0 { continue }
            try checkWrite(to: file.integer(UInt64.self, at: base, of: "a relocation"))
            guard info >> 32 < dynamic.symbols.size / ELFSymbol.entrySize else {
                throw bad("relocation \(index) is for symbol \(info >> 32), beyond the end of the table")
            }
        }
    }

    /// Even words are addresses; odd ones have a bit for each of the 63 words that follow.
    private func checkRelative(_ place: ELFPlace) throws(ELFError) {
        guard place.size / 8 <= ELFLimits.relativeWords else {
            throw .tooMany(file.path, what: "words of relative relocations", limit: ELFLimits.relativeWords)
        }
        // The address after those that have been dealt with; below 2⁵⁸, since every address checked is below 2⁵⁷.
        var next: UInt64 = 0
        for index in 0..<place.size / 8 {
            let word = try file.integer(UInt64.self, at: place.offset + index * 8, of: "a relative relocation")
            if word & 1 == 0 {
                try checkWrite(to: word)
                next = word + 8
            } else {
                let bits = word >> 1
                for bit in 0..<UInt64(63) where bits >> bit & 1 == 1 { try checkWrite(to: next + 8 * bit) }
                next += 63 * 8
            }
        }
    }

    private func checkWrite(to address: UInt64) throws(ELFError) {
        guard segments.isWritableWord(address, includingCode: dynamic.hasTextRelocations) else {
            throw bad("a relocation writes to address 0x\(String(address, radix: 16)), which is not writable")
        }
    }

    private func bad(_ reason: String) -> ELFError { .dynamicSection(file.path, reason: reason) }

    private enum Tag {
        static let linkageSize: UInt64 = 2
        static let relocations: UInt64 = 7
        static let relocationsSize: UInt64 = 8
        static let relocationSize: UInt64 = 9
        static let initialiser: UInt64 = 12
        static let finaliser: UInt64 = 13
        static let linkageKind: UInt64 = 20
        static let linkage: UInt64 = 23
        static let initialisers: UInt64 = 25
        static let finalisers: UInt64 = 26
        static let initialisersSize: UInt64 = 27
        static let finalisersSize: UInt64 = 28
        static let relativeSize: UInt64 = 35
        static let relative: UInt64 = 36
        static let relativeEntrySize: UInt64 = 37
        static let versions: UInt64 = 0x6FFF_FFF0
        static let definedVersions: UInt64 = 0x6FFF_FFFC
        static let neededVersions: UInt64 = 0x6FFF_FFFE
    }
}
