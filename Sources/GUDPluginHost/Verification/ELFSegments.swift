/// The segments: which bytes of the file come to lie at which addresses, and what else the program headers say.
struct ELFSegments {
    /// A stretch of the file that is mapped into memory.
    struct Load {
        let address: UInt64
        let place: ELFPlace
        let memorySize: UInt64
        let isExecutable: Bool
        let isWritable: Bool
        let isReadable: Bool
    }

    let path: String
    /// In the order of their addresses.
    private(set) var loads: [Load] = []
    /// Where the dynamic section is.
    private(set) var dynamic: ELFPlace?
    /// The loader that an executable asks for; some libraries have one too.
    private(set) var interpreter: String?
    /// Whether the stack becomes executable: because the file says so, or because it does not say otherwise.
    private(set) var hasExecutableStack = true

    /// Reads the program headers.
    ///
    /// - Throws: ``ELFError/truncated(_:part:end:size:)``, ``ELFError/programHeaders(_:reason:)``,
    ///   ``ELFError/noDynamicSection(_:)``.
    init(_ header: ELFHeader, of file: ELFBytes) throws(ELFError) {
        path = file.path
        var dynamicEntry: Entry?
        for index in 0..<header.count {
            let entry = try Entry(index, header, file)
            switch entry.type {
            case 1: try add(entry, file)
            case 2:
                guard dynamicEntry == nil else {
                    throw .programHeaders(path, reason: "there are two dynamic sections")
                }
                dynamicEntry = entry
            case 3:
                try file.require("the interpreter's name", offset: entry.offset, size: entry.fileSize)
                let place = ELFPlace(offset: entry.offset, size: entry.fileSize)
                interpreter = try file.string("the interpreter's name", at: 0, in: place)
            case 0x6474_E551: hasExecutableStack = entry.flags & 1 != 0
            default: break
            }
        }
        guard let entry = dynamicEntry else { throw .noDynamicSection(path) }
        // The loader goes by the address, tools by the offset: a file in which they disagree shows each another
        // content.
        let place = try self.place(of: entry.address, size: entry.fileSize, "the dynamic section")
        guard place.offset == entry.offset else {
            throw .programHeaders(
                path, reason: "the dynamic section is at byte \(entry.offset) by offset and \(place.offset) by address")
        }
        // The loader relocates it in place, where it says that it can be written.
        guard entry.flags & 2 == 0 || segment(of: entry.address)?.isWritable == true else {
            throw .programHeaders(path, reason: "the dynamic section is writable, its segment is not")
        }
        dynamic = place
    }

    private mutating func add(_ entry: Entry, _ file: ELFBytes) throws(ELFError) {
        let name = "segment \(entry.index)"
        try file.require(name, offset: entry.offset, size: entry.fileSize)
        guard entry.fileSize <= entry.memorySize else {
            throw .programHeaders(
                path, reason: "\(name) has \(entry.fileSize) bytes in the file, but \(entry.memorySize) in memory")
        }
        // User space ends below 2⁵⁶ on every host; sums of what is smaller cannot overflow.
        guard entry.address < 1 << 56, entry.memorySize < 1 << 56 else {
            throw .programHeaders(path, reason: "\(name) is beyond the end of the address space")
        }
        let alignment = max(entry.alignment, 1)
        guard alignment & (alignment - 1) == 0, (entry.address ^ entry.offset) & (alignment - 1) == 0 else {
            throw .programHeaders(path, reason: "\(name) is not aligned to its \(entry.alignment) bytes")
        }
        if let last = loads.last, entry.address < last.address + last.memorySize {
            throw .programHeaders(path, reason: "\(name) begins before the end of the one before it")
        }
        loads.append(
            Load(
                address: entry.address, place: ELFPlace(offset: entry.offset, size: entry.fileSize),
                memorySize: entry.memorySize, isExecutable: entry.flags & 1 != 0, isWritable: entry.flags & 2 != 0,
                isReadable: entry.flags & 4 != 0))
    }

    /// The bytes of the file from an address to the end of its segment.
    ///
    /// - Throws: ``ELFError/outsideSegments(_:part:address:)``.
    func place(of address: UInt64, _ part: @autoclosure () -> String) throws(ELFError) -> ELFPlace {
        guard let load = segment(of: address) else {
            throw .outsideSegments(path, part: part(), address: address)
        }
        guard load.isReadable else {
            throw .programHeaders(path, reason: "\(part()) is in a segment that cannot be read")
        }
        let skipped = address - load.address
        return ELFPlace(offset: load.place.offset + skipped, size: load.place.size - skipped)
    }

    /// A stretch of known size from an address on.
    func place(of address: UInt64, size: UInt64, _ part: @autoclosure () -> String) throws(ELFError) -> ELFPlace {
        let place = try place(of: address, part())
        guard size <= place.size else { throw .outsideSegments(path, part: part(), address: address) }
        return ELFPlace(offset: place.offset, size: size)
    }

    /// Whether code may lie at an address.
    func isCode(_ address: UInt64) -> Bool { segment(of: address)?.isExecutable ?? false }

    /// The segment whose bytes in the file an address is among.
    private func segment(of address: UInt64) -> Load? {
        guard let load = load(below: address), address - load.address < load.place.size else { return nil }
        return load
    }

    /// Whether a word may be written at an address, which need not have bytes in the file.
    func isWritableWord(_ address: UInt64, includingCode: Bool) -> Bool {
        guard let load = load(below: address), load.isWritable || includingCode else { return false }
        return address - load.address < load.memorySize && load.memorySize - (address - load.address) >= 8
    }

    /// The last segment that begins at or before an address, by bisection: there may be many addresses to look up.
    private func load(below address: UInt64) -> Load? {
        var range = 0..<loads.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = loads[middle].address <= address ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound > 0 ? loads[range.lowerBound - 1] : nil
    }
}

extension ELFSegments {
    /// One program header as it stands in the file.
    private struct Entry {
        let index: Int
        let type: UInt32
        let flags: UInt32
        let offset: UInt64
        let address: UInt64
        let fileSize: UInt64
        let memorySize: UInt64
        let alignment: UInt64

        init(_ index: Int, _ header: ELFHeader, _ file: ELFBytes) throws(ELFError) {
            let base = header.programHeaders.offset + UInt64(index) * ELFHeader.entrySize
            self.index = index
            type = try file.integer(UInt32.self, at: base, of: "program header \(index)")
            flags = try file.integer(UInt32.self, at: base + 4, of: "program header \(index)")
            offset = try file.integer(UInt64.self, at: base + 8, of: "program header \(index)")
            address = try file.integer(UInt64.self, at: base + 16, of: "program header \(index)")
            fileSize = try file.integer(UInt64.self, at: base + 32, of: "program header \(index)")
            memorySize = try file.integer(UInt64.self, at: base + 40, of: "program header \(index)")
            alignment = try file.integer(UInt64.self, at: base + 48, of: "program header \(index)")
        }
    }
}
