import Foundation
import Testing

@testable import GUDPluginHost

@Suite("Refusals of malformed ELF files")
struct ELFCorpusTests {
    /// Each file of the corpus and the message that it must get; `nil` for those that are fine.
    static var expected: [String: String?] {
        let host = ELFMachine.name(ELFMachine.host)
        let again = "; get or build the file again"
        func headers(_ reason: String) -> String { "'x.so' has bad program headers: \(reason)\(again)" }
        func dynamic(_ reason: String) -> String { "'x.so' has a bad dynamic section: \(reason)\(again)" }
        func table(_ name: String, _ reason: String) -> String {
            "'x.so' has a bad symbol table (\(name)): \(reason)\(again)"
        }
        func cut(_ part: String, _ end: UInt64, _ size: Int) -> String {
            "'x.so' is truncated: \(part) ends at byte \(end), the file has \(size)\(again)"
        }
        func outside(_ part: String, _ address: String) -> String {
            "'x.so': \(part) at address 0x\(address) is not within the file's bytes of any segment\(again)"
        }
        func endless(_ part: String, _ offset: UInt64) -> String {
            "'x.so': \(part), string \(offset) of the table, does not end\(again)"
        }
        func other(_ kind: String) -> String {
            "'x.so' is not an ELF file: it looks like \(kind); a plugin is a shared object (.so)"
        }
        func kind(_ kind: String) -> String { "'x.so' is \(kind), not a shared object; link it with -shared" }
        func machine(_ name: String) -> String {
            "'x.so' is made for \(name), this host is \(host); build it for \(host)"
        }
        return [
            "minimal": nil, "minimal-gnu": nil, "minimal-system-v": nil, "interpreter": nil, "stack-unsaid": nil,
            "text-relocations": nil, "two-segments": nil,
            "relocations": nil, "relocations-relative": nil, "relocation-does-nothing": nil,
            "relocation-into-code": dynamic("a relocation writes to address 0x400, which is not writable"),
            "relocation-at-edge": dynamic("a relocation writes to address 0x123f9, which is not writable"),
            "relocation-far-symbol": dynamic("relocation 0 is for symbol 4294967295, beyond the end of the table"),
            "relocations-unsized": dynamic("the size of the relocation table is not given"),
            "relocations-entry-unsized": dynamic("the size of relocations is not given (DT_RELAENT)"),
            "relocations-narrow": dynamic("relocations are not of this processor's kind (DT_PLTREL, DT_RELAENT)"),
            "relocations-outside": outside("the relocation table", "410"),
            "relative-far": dynamic("a relocation writes to address 0x125f0, which is not writable"),
            "relative-narrow": dynamic("relative relocations do not have 8 bytes (DT_RELRENT)"),
            "initialisers-outside": outside("the table of initialisers", "400"),
            "initialiser-not-code": dynamic("the initialiser at address 0x400 is not code"),
            "versions-outside": outside("the table of versions", "7fffffffffffffff"),
            "segment-unreadable": headers("the dynamic section is in a segment that cannot be read"),
            "local-name-beyond": endless("the name of symbol 3", 0xFFFF),
            "empty": "'x.so' is empty\(again)",
            "magic-only": "'x.so' has 4 bytes, too few for the 64 of an ELF header\(again)",
            "header-cut": "'x.so' has 63 bytes, too few for the 64 of an ELF header\(again)",
            "program-headers-cut": cut("the table of program headers", 232, 200),
            "tail-cut": cut("segment 0", 1040, 1039),
            "sections-cut": cut("the table of sections", 1222, 1040),
            "script": other("a script (it begins with #!)"),
            "archive": other("a static library (ar archive)"),
            "portable-executable": other("a Windows program or DLL (PE)"),
            "mach-o": other("a macOS program or library (Mach-O)"),
            "gzip": other("a gzip file; unpack it"),
            "web-page": other("a web page"),
            "text": other("text ('INPUT ( libminimal.so.6 ')"),
            "noise": other("none of the known kinds (it begins with the bytes 80 81 82 83)"),
            "word-size-32": "'x.so' is a 32-bit ELF file; build it for a 64-bit system",
            "word-size-unknown": headers("the word size is 7"),
            "big-endian": "'x.so' is a big-endian ELF file; build it for this little-endian system",
            "version-2": headers("the ELF version is not 1"),
            "machine-386": machine("386"), "machine-arm": machine("ARM"), "machine-ppc64": machine("ppc64"),
            "machine-s390x": machine("s390x"), "machine-4711": machine("machine number 4711"),
            "system-freebsd": "'x.so' is made for FreeBSD; build it for Linux",
            "object": kind("an object file (.o)"), "executable": kind("an executable"), "core": kind("a core dump"),
            "pie": kind("a position-independent executable (PIE)"),
            "no-open": "'x.so' was linked with -z nodlopen, so no program can open it; link it without",
            "program-headers-none": headers("there are none"),
            "program-headers-narrow": headers("each has 32 bytes where 56 are right"),
            "program-headers-far": cut("the table of program headers", .max, 1040),
            "segment-beyond-file": cut("segment 0", 1 << 40, 1040),
            "segment-wraps": cut("segment 0", 0xFFFF_FFFF_FFFF_F410, 1040),
            "segment-shrinks": headers("segment 0 has 1040 bytes in the file, but 16 in memory"),
            "segment-far": headers("segment 0 is beyond the end of the address space"),
            "segment-huge": headers("segment 1 is beyond the end of the address space"),
            "segment-askew": headers("segment 0 is not aligned to its 4096 bytes"),
            "segment-alignment": headers("segment 0 is not aligned to its 3 bytes"),
            "segments-overlap": headers("segment 1 begins before the end of the one before it"),
            "dynamic-none": "'x.so' has no dynamic section; link it with -shared and without -static",
            "dynamic-twice": headers("there are two dynamic sections"),
            "dynamic-outside": outside("the dynamic section", "900000"),
            "dynamic-two-places": headers("the dynamic section is at byte 816 by offset and 800 by address"),
            "dynamic-not-writable": headers("the dynamic section is writable, its segment is not"),
            "dynamic-endless": dynamic("it has no end (DT_NULL)"),
            "strings-none": dynamic("there is no string table (DT_STRTAB, DT_STRSZ)"),
            "strings-outside": outside("the string table", "dead0000"),
            "strings-long": outside("the string table", "140"),
            "needed-beyond-strings": endless("the name of a needed library", 1 << 32),
            "soname-unterminated": endless("the library's own name", 42),
            "symbols-none": dynamic("there is no symbol table (DT_SYMTAB)"),
            "symbols-outside": outside("the symbol table", "410"),
            "symbols-wide": dynamic("symbols do not have 24 bytes (DT_SYMENT)"),
            "symbol-name-beyond": endless("the name of symbol 2", 0xFFFF_FFFF),
            "hash-none": dynamic("there is no symbol hash table (DT_GNU_HASH or DT_HASH)"),
            "hash-outside": outside("the symbol hash table", "7fffffffffff"),
            "gnu-no-buckets": table("DT_GNU_HASH", "it has no buckets"),
            "gnu-many-buckets": table("DT_GNU_HASH", "its 4294967295 buckets do not fit into its segment"),
            "gnu-filter": table("DT_GNU_HASH", "its filter has 3 words, which is not a power of two"),
            "gnu-filter-huge": table("DT_GNU_HASH", "its 1 buckets do not fit into its segment"),
            "gnu-shift": table("DT_GNU_HASH", "its filter shifts by 64 bits"),
            "gnu-bucket-low": table("DT_GNU_HASH", "bucket 0 holds symbol 1, before the first, 2"),
            "gnu-bucket-far": table("DT_GNU_HASH", "the chain of symbol 4294967295 does not end"),
            "gnu-chain-endless": table("DT_GNU_HASH", "the chain of symbol 67 does not end"),
            "system-v-no-buckets": table("DT_HASH", "it has no buckets"),
            "system-v-many-symbols": table(
                "DT_HASH", "its 1 buckets and 2147483647 symbols do not fit into its segment"),
            "system-v-more-than-room": table("DT_HASH", "it counts 50 symbols, but their segment has room for 22"),
            "system-v-circle": table("DT_HASH", "the chain of bucket 0 is a circle"),
            "system-v-astray": table("DT_HASH", "bucket 0 leads to symbol 99 of 4"),
            "entry-renamed":
                "'x.so' does not export 'gud_plugin_entry': did it mean 'gud_plugin_entri'? Rename that",
            "entry-hidden":
                "'x.so' does not export 'gud_plugin_entry': the symbol is there, but hidden; give it default "
                + "visibility and let the version script export it",
            "entry-undefined":
                "'x.so' does not export 'gud_plugin_entry': it only refers to it; link the object file that "
                + "defines it",
            "entry-is-data": "'x.so' exports 'gud_plugin_entry', but it is not a function; export the function",
            "entry-not-in-code": "'x.so' exports 'gud_plugin_entry', but it is not a function; export the function",
            "entry-far": "'x.so' exports 'gud_plugin_entry', but it is not a function; export the function",
        ]
    }

    @Test("Every file of the corpus gets its exact message, and every message has its file")
    func messages() throws {
        let expected = Self.expected
        #expect(try ELFCorpus.names() == expected.keys.sorted())
        for (name, message) in expected.sorted(by: { $0.key < $1.key }) {
            let got = try ELFCorpus.refusal(name)
            #expect(got == message, "\(name)")
        }
    }

    @Test("The minimal library cut off at any byte is refused")
    func truncations() throws {
        let whole = try ELFCorpus.bytes("minimal")
        for length in 0..<whole.count {
            #expect(throws: ELFError.self, "\(length)") {
                try ELFImage(bytes: whole.prefix(length), path: "x.so")
            }
        }
    }

    @Test("What the handmade libraries say, whichever hash tables they have, and also as a slice of other bytes")
    func contents() throws {
        for name in ["minimal", "minimal-gnu", "minimal-system-v"] {
            let bytes = try ELFCorpus.bytes(name)
            let padded = Data([1, 2, 3]) + bytes + Data([4])
            for data in [bytes, padded[3..<3 + bytes.count]] {
                let image = try ELFImage(bytes: data, path: "x.so")
                #expect(
                    image.exportedSymbols == [
                        ELFSymbol(
                            name: "gud_plugin_entry", kind: .function, address: 0x400, isWeak: false, isAbsolute: false),
                        ELFSymbol(name: "helper", kind: .function, address: 0x408, isWeak: true, isAbsolute: false),
                    ])
                #expect(image.undefinedSymbols == ["printf"])
                #expect(image.neededLibraries == ["libc.so.6"])
                #expect(image.soname == "libminimal.so")
                #expect(image.interpreter == nil)
                #expect(!image.hasExecutableStack)
                #expect(!image.hasTextRelocations)
                #expect(image.unexpectedExports() == ["helper"])
                #expect(image.unexpectedExports(allowing: ["gud_plugin_entry", "helper"]) == [])
            }
        }
    }

    @Test("Interpreter, executable stack and text relocations are seen")
    func peculiarities() throws {
        let interpreter = try ELFImage(bytes: ELFCorpus.bytes("interpreter"), path: "x.so")
        #expect(interpreter.interpreter == "/lib/loader.so")
        #expect(interpreter.hasExecutableStack)
        #expect(try ELFImage(bytes: ELFCorpus.bytes("stack-unsaid"), path: "x.so").hasExecutableStack)
        #expect(try ELFImage(bytes: ELFCorpus.bytes("text-relocations"), path: "x.so").hasTextRelocations)
    }
}
