import GUDCore

/// Why a file cannot be loaded as a plugin, found without running any of it.
///
/// The first value of every case is the file's path.
public enum ELFError: GUDError, Equatable {
    /// There is not a single byte.
    case empty(String)
    /// There are fewer bytes than an ELF header has.
    case tooShort(String, size: Int)
    /// The file is something else altogether; the text says what it looks like.
    case notELF(String, looksLike: String)
    /// It is made for processors of another word size.
    case notSixtyFourBit(String)
    /// It is made for processors of the other byte order.
    case bigEndian(String)
    /// It is made for another processor.
    case foreignMachine(String, machine: String, host: String)
    /// It is made for another operating system.
    case foreignSystem(String, system: String)
    /// It is an object file, an executable or a core dump.
    case notSharedObject(String, kind: String)
    /// It is a shared object that forbids being opened by a program.
    case notOpenable(String)
    /// A part of it ends after the file does.
    case truncated(String, part: String, end: UInt64, size: Int)
    /// The header or the program headers contradict themselves.
    case programHeaders(String, reason: String)
    /// It is linked statically.
    case noDynamicSection(String)
    /// The dynamic section lacks something or contradicts itself.
    case dynamicSection(String, reason: String)
    /// Something is said to lie where no segment is.
    case outsideSegments(String, part: String, address: UInt64)
    /// A name does not end within the string table.
    case unterminatedString(String, part: String, offset: UInt64)
    /// The table by which symbols are looked up would send the loader astray.
    case hashTable(String, table: String, reason: String)
    /// There is more of something than any plugin has.
    case tooMany(String, what: String, limit: Int)
    /// The function that makes a library a plugin is not exported.
    case missingSymbol(String, name: String, hint: ELFSymbolHint)
    /// The symbol is there, but it is not code.
    case notAFunction(String, name: String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .empty(let path): "'\(path)' is empty; get or build the file again"
        case .tooShort(let path, let size):
            "'\(path)' has \(size) bytes, too few for the 64 of an ELF header; get or build the file again"
        case .notELF(let path, let looksLike):
            "'\(path)' is not an ELF file: it looks like \(looksLike); a plugin is a shared object (.so)"
        case .notSixtyFourBit(let path): "'\(path)' is a 32-bit ELF file; build it for a 64-bit system"
        case .bigEndian(let path): "'\(path)' is a big-endian ELF file; build it for this little-endian system"
        case .foreignMachine(let path, let machine, let host):
            "'\(path)' is made for \(machine), this host is \(host); build it for \(host)"
        case .foreignSystem(let path, let system): "'\(path)' is made for \(system); build it for Linux"
        case .notSharedObject(let path, let kind): "'\(path)' is \(kind), not a shared object; link it with -shared"
        case .notOpenable(let path):
            "'\(path)' was linked with -z nodlopen, so no program can open it; link it without"
        case .truncated(let path, let part, let end, let size):
            "'\(path)' is truncated: \(part) ends at byte \(end), the file has \(size); get or build the file again"
        case .programHeaders(let path, let reason):
            "'\(path)' has bad program headers: \(reason); get or build the file again"
        case .noDynamicSection(let path):
            "'\(path)' has no dynamic section; link it with -shared and without -static"
        case .dynamicSection(let path, let reason):
            "'\(path)' has a bad dynamic section: \(reason); get or build the file again"
        case .outsideSegments(let path, let part, let address):
            "'\(path)': \(part) at address 0x\(String(address, radix: 16)) is not within the file's bytes of any segment; "
                + "get or build the file again"
        case .unterminatedString(let path, let part, let offset):
            "'\(path)': \(part), string \(offset) of the table, does not end; get or build the file again"
        case .hashTable(let path, let table, let reason):
            "'\(path)' has a bad symbol table (\(table)): \(reason); get or build the file again"
        case .tooMany(let path, let what, let limit):
            "'\(path)' has more than \(limit) \(what); link it with a version script that exports the entry alone"
        case .missingSymbol(let path, let name, let hint): "'\(path)' does not export '\(name)': \(hint)"
        case .notAFunction(let path, let name):
            "'\(path)' exports '\(name)', but it is not a function; export the function"
        }
    }

    /// A broken or foreign file is found while a fine request is carried out.
    public var blame: Blame { .execution }
}
