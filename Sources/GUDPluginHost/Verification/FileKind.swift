import Foundation

/// Guesses from its first bytes what a file is that should have been an ELF file.
enum FileKind {
    private static let signatures: [(bytes: [UInt8], name: String)] = [
        (Array("#!".utf8), "a script (it begins with #!)"),
        (Array("!<arch>\n".utf8), "a static library (ar archive)"),
        (Array("!<thin>\n".utf8), "a static library (thin ar archive)"),
        (Array("MZ".utf8), "a Windows program or DLL (PE)"),
        ([0xCF, 0xFA, 0xED, 0xFE], "a macOS program or library (Mach-O)"),
        ([0xCE, 0xFA, 0xED, 0xFE], "a macOS program or library (Mach-O)"),
        ([0xFE, 0xED, 0xFA, 0xCF], "a macOS program or library (Mach-O)"),
        ([0xCA, 0xFE, 0xBA, 0xBE], "a macOS universal library (Mach-O) or a Java class"),
        ([0x1F, 0x8B], "a gzip file; unpack it"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "an xz file; unpack it"),
        ([0x28, 0xB5, 0x2F, 0xFD], "a zstd file; unpack it"),
        (Array("BZh".utf8), "a bzip2 file; unpack it"),
        (Array("PK\u{3}\u{4}".utf8), "a zip file; unpack it"),
        ([0x42, 0x43, 0xC0, 0xDE], "LLVM bitcode"),
        (Array("\0asm".utf8), "WebAssembly"),
        (Array("version https://git-lfs".utf8), "a Git LFS pointer; fetch the file itself with 'git lfs pull'"),
        (Array("<!DOCTYPE".utf8), "a web page"),
        (Array("<html".utf8), "a web page"),
    ]

    /// What the bytes look like.
    static func guess(_ bytes: Data) -> String {
        let start = Array(bytes.prefix(512))
        if let known = signatures.first(where: { start.starts(with: $0.bytes) }) { return known.name }
        if start.allSatisfy({ (32...126).contains($0) || (9...13).contains($0) || $0 >= 128 }) {
            let words = String(decoding: start, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            return "text ('\(words.joined(separator: " ").prefix(24).description.printable)')"
        }
        let first = start.prefix(4).map { $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16) }
        return "none of the known kinds (it begins with the bytes \(first.joined(separator: " ")))"
    }
}
