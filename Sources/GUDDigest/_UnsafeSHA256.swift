import CCrypto
import Foundation

/// The call into libcrypto.
///
/// Invariant: the source is read for its own length alone and only during the call; the destination has room for the
/// largest digest that the library knows.
enum _UnsafeSHA256 {
    /// The 32 bytes of the digest.
    static func digest(of bytes: Data) throws(SHA256Error) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        let status = bytes.withUnsafeBytes { source in
            digest.withUnsafeMutableBufferPointer { destination in
                EVP_Digest(source.baseAddress, source.count, destination.baseAddress, &count, EVP_sha256(), nil)
            }
        }
        guard status == 1, count == 32 else { throw .unavailable(reason: "EVP_Digest returned \(status)") }
        return Array(digest.prefix(32))
    }
}
