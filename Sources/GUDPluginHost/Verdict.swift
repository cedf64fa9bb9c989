import CGUDPlugin
import Foundation
import GUDCore
import GUDDigest

/// What was found out about a plugin's bytes, kept beside their copy in the cache.
struct Verdict: Codable, Sendable {
    /// The version of the interface and of the program that found it out; another one finds out anew.
    var checkedBy: String
    /// When.
    var date: Date
    /// What became of it.
    var outcome: CheckOutcome
    /// How long it took.
    var seconds: Double
    /// The SHA-256 of the library that a manifest binds.
    var librarySHA256: String?

    /// Who finds out: this program, this interface, and the set of checks.
    static let currentChecker = "gud \(GUDVersion.current), interface \(GUD_ABI_MAJOR).\(GUD_ABI_MINOR), checks 3"
}
