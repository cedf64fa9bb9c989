import Foundation
import GUDCore
import Testing

@testable import GUDData

@Suite("Compressed files")
struct CompressedFileTests {
    // Python: gzip.compress(b'hello, ', mtime=0) + gzip.compress(b'world', mtime=0); gzip.compress(b''); lzma.compress(…).
    static let gzip = "H4sIAAAAAAACA8tIzcnJ11EAAJlW6hEHAAAAH4sIAAAAAAACAyvPL8pJAQBDEXc6BQAAAA=="
    static let emptyGzip = "H4sIAAAAAAACAwMAAAAAAAAAAAA="
    static let xz = "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQALaGVsbG8sIHdvcmxkAI1n19JmQl0DAAEkDKYY2NgftvN9AQAAAAAEWVo="

    let scratch: Scratch
    init() throws { scratch = try Scratch() }

    @Test(
        "gzip with two members, xz and plain files are told apart by their first bytes", arguments: ["a.bin", "a.gz"])
    func detection(name: String) throws {
        let text = Array("hello, world".utf8)
        for contents in [text, try bytes(base64: Self.gzip), try bytes(base64: Self.xz)] {
            #expect(try CompressedFile.read(scratch.write(contents, to: name)) == text)
        }
        #expect(try CompressedFile.read(scratch.write(bytes(base64: Self.emptyGzip), to: name)) == [])
    }

    @Test("A file cut at any byte is an error at its end, never a part of the contents")
    func truncated() throws {
        for (format, literal) in [("gzip", Self.gzip), ("xz", Self.xz)] {
            let whole = try bytes(base64: literal)
            // Cut after the first gzip member (27 bytes), what is left is a whole file.
            for length in 6..<whole.count where !(format == "gzip" && length == 27) {
                let path = try scratch.write(Array(whole.prefix(length)), to: "cut")
                let text = try message { try CompressedFile.read(path) }
                #expect(text == "'\(path)', byte \(length): the \(format) stream ends early; the file is truncated")
            }
        }
    }

    @Test("A changed byte is found by the checksum")
    func damaged() throws {
        var gzip = try bytes(base64: Self.gzip)
        gzip[20] ^= 1
        let path = try scratch.write(gzip, to: "damaged.gz")
        #expect(
            try message { try CompressedFile.read(path) }
                == "'\(path)', byte 23: the gzip stream is damaged (incorrect data check); get the file again")
        var xz = try bytes(base64: Self.xz)
        xz[30] ^= 1
        let other = try scratch.write(xz, to: "damaged.xz")
        let text = try message { try CompressedFile.read(other) }
        #expect(text.hasSuffix("the xz stream is damaged (corrupt data); get the file again"))
    }

    @Test("Bytes after the last gzip member are an error")
    func trailing() throws {
        let path = try scratch.write(bytes(base64: Self.gzip) + [7, 7, 7, 7], to: "trailing.gz")
        let text = try message { try CompressedFile.read(path) }
        #expect(text.hasSuffix("the gzip stream is damaged (incorrect header check); get the file again"))
    }

    @Test("A missing file is named")
    func missing() throws {
        #expect(
            try message { try CompressedFile.read("/nowhere/x.gz") }
                == "cannot read '/nowhere/x.gz': No such file or directory")
    }
}
