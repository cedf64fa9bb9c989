import Foundation
import GUDCore

/// The SHA-256 digest, by which files are pinned, cached and remembered.
///
/// Source: FIPS 180-4; computed by OpenSSL's libcrypto.
public enum SHA256 {
    /// The digest of some bytes as 64 lower-case hexadecimal digits.
    ///
    /// - Throws: ``SHA256Error/unavailable(reason:)`` where the system's OpenSSL is set up without the algorithm.
    /// - Complexity: O(*bytes*); about 0.5 s a GiB on processors with SHA instructions, 3 s without.
    public static func hex(of bytes: Data) throws(SHA256Error) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in try _UnsafeSHA256.digest(of: bytes) {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether a text is a digest as ``hex(of:)`` writes it; only then may it become a part of a path.
    public static func isHex(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}

/// What can go wrong with a digest.
public enum SHA256Error: GUDError, Equatable {
    /// OpenSSL does not offer the algorithm.
    case unavailable(reason: String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .unavailable(let reason):
            "this system's OpenSSL does not compute SHA-256 (\(reason)); check the providers in its configuration file, "
                + "which OPENSSL_CONF may name"
        }
    }

    /// A matter of the system's set-up.
    public var blame: Blame { .execution }
}
