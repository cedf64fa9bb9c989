import Foundation
import GUDDigest
import Testing

@testable import GUDPluginHost

@Suite("SHA-256")
struct SHA256Tests {
    // FIPS 180-2, appendix B, and NIST's example of an empty message.
    static let vectors = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ]

    @Test("The published vectors")
    func published() throws {
        for (text, digest) in Self.vectors { #expect(try SHA256.hex(of: Data(text.utf8)) == digest) }
    }

    @Test("A slice of data counts by its own bytes")
    func slice() throws {
        #expect(try SHA256.hex(of: Data("xxabcxx".utf8)[2..<5]) == Self.vectors[1].1)
    }

    @Test("Only 64 lower-case hexadecimal digits pass for a digest")
    func form() {
        let digest = Self.vectors[0].1
        #expect(SHA256.isHex(digest))
        for other in [
            "", "../..", digest.uppercased(), String(digest.dropLast()), digest + "0", "g" + digest.dropFirst(),
        ] {
            #expect(!SHA256.isHex(other), "\(other)")
        }
    }
}
