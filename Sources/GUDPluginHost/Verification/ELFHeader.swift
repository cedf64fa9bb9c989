/// The first 64 bytes: what kind of file it is, and where its program headers are.
struct ELFHeader {
    /// Where the program headers are.
    let programHeaders: ELFPlace
    /// How many there are.
    let count: Int

    /// The bytes of one program header.
    static let entrySize: UInt64 = 56

    /// Reads the header.
    ///
    /// - Throws: ``ELFError`` for what is not a shared object of this host.
    init(_ file: ELFBytes) throws(ELFError) {
        let path = file.path
        guard file.count > 0 else { throw .empty(path) }
        guard Array(file.bytes.prefix(4)) == [0x7F, 0x45, 0x4C, 0x46] else {
            throw .notELF(path, looksLike: FileKind.guess(file.bytes))
        }
        guard file.count >= 64 else { throw .tooShort(path, size: file.bytes.count) }
        switch try file.integer(UInt8.self, at: 4, of: "the header") {
        case 2: break
        case 1: throw .notSixtyFourBit(path)
        case let other: throw .programHeaders(path, reason: "the word size is \(other)")
        }
        switch try file.integer(UInt8.self, at: 5, of: "the header") {
        case 1: break
        case 2: throw .bigEndian(path)
        case let other: throw .programHeaders(path, reason: "the byte order is \(other)")
        }
        // Version 1 is the only one that there ever was.
        let version = try file.integer(UInt32.self, at: 20, of: "the header")
        guard try file.integer(UInt8.self, at: 6, of: "the header") == 1, version == 1 else {
            throw .programHeaders(path, reason: "the ELF version is not 1")
        }
        let machine = try file.integer(UInt16.self, at: 18, of: "the header")
        guard machine == ELFMachine.host else {
            throw .foreignMachine(path, machine: ELFMachine.name(machine), host: ELFMachine.name(ELFMachine.host))
        }
        if let system = ELFMachine.foreignSystem(try file.integer(UInt8.self, at: 7, of: "the header")) {
            throw .foreignSystem(path, system: system)
        }
        switch try file.integer(UInt16.self, at: 16, of: "the header") {
        case 3: break
        case 1: throw .notSharedObject(path, kind: "an object file (.o)")
        case 2: throw .notSharedObject(path, kind: "an executable")
        case 4: throw .notSharedObject(path, kind: "a core dump")
        case let other: throw .notSharedObject(path, kind: "an ELF file of type \(other)")
        }

        let offset = try file.integer(UInt64.self, at: 32, of: "the header")
        let size = try file.integer(UInt16.self, at: 54, of: "the header")
        let count = try file.integer(UInt16.self, at: 56, of: "the header")
        guard size == Self.entrySize else {
            throw .programHeaders(path, reason: "each has \(size) bytes where \(Self.entrySize) are right")
        }
        guard count > 0 else { throw .programHeaders(path, reason: "there are none") }
        let total = UInt64(count) * Self.entrySize
        try file.require("the table of program headers", offset: offset, size: total)
        programHeaders = ELFPlace(offset: offset, size: total)
        self.count = Int(count)

        // The loader needs no sections, but they come last: where they are cut off, so is the file.
        let sections = try file.integer(UInt64.self, at: 40, of: "the header")
        let sectionSize = try file.integer(UInt16.self, at: 58, of: "the header")
        let sectionCount = try file.integer(UInt16.self, at: 60, of: "the header")
        if sections > 0 {
            try file.require(
                "the table of sections", offset: sections, size: UInt64(sectionSize) * UInt64(sectionCount))
        }
    }
}
