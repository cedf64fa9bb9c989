import ArgumentParser
import Foundation

/// The value of an option that takes several numbers with commas between, such as `0,1,2,4`.
enum CommaList {
    /// Reads all numbers.
    ///
    /// - Parameters:
    ///   - text: The option's value; `nil` where it was not given, which are no numbers.
    ///   - option: The option's name.
    ///   - remedy: What to write, for the message.
    ///   - isAllowed: Which numbers the option takes.
    /// - Throws: `ValidationError` that names option, value, the first part that does not fit, and the remedy.
    static func numbers<Number: LosslessStringConvertible>(
        _ text: String?, of option: String, remedy: String, where isAllowed: (Number) -> Bool = { _ in true }
    ) throws -> [Number] {
        guard let text else { return [] }
        return try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let number = Number(part.trimmingCharacters(in: .whitespaces)), isAllowed(number) else {
                throw ValidationError("\(option) \(text): '\(part)' does not fit; \(remedy)")
            }
            return number
        }
    }
}
