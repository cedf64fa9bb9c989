import Foundation

/// Standard error, for messages: one that cannot be written, to a full disk or a closed descriptor, stops nothing.
package enum StandardError {
    /// Writes a text as it is.
    package static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
