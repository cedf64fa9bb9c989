import Foundation
import GUDCore
import GUDYAML

/// From a manifest's file to its table.
enum ManifestText {
    /// The largest manifest, in bytes.
    static let largest = 1 << 16
    /// The deepest nesting of brackets or of list dashes.
    static let deepest = 32

    /// The text of a file.
    static func read(_ path: String) throws(ForeignFunctionError) -> String {
        do {
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
            guard size <= largest else { throw ForeignFunctionError.syntax(file: path, reason: tooLarge) }
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch let error as ForeignFunctionError {
            throw error
        } catch {
            let exists = FileManager.default.fileExists(atPath: path)
            throw .unreadable(file: path, reason: exists ? "it is not a text file in UTF-8" : "there is no such file")
        }
    }

    /// The directory of a file.
    static func directory(of path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    /// The top-level table of a text.
    ///
    /// Texts that could exhaust the YAML parser's stack or memory are refused first: large ones, deep ones, and
    /// anchors, whose aliases can grow a short text without bound.
    static func table(_ text: String, file: String) throws(ForeignFunctionError) -> [String: ParameterValue] {
        guard text.utf8.count <= largest else { throw .syntax(file: file, reason: tooLarge) }
        guard !text.utf8.contains(0) else { throw .syntax(file: file, reason: "it holds a NUL character") }
        if let reason = excess(text) { throw .syntax(file: file, reason: reason) }
        do {
            return try YAML.table(text)
        } catch {
            throw .syntax(file: file, reason: error.reason)
        }
    }

    private static var tooLarge: String { "it is larger than \(largest) bytes; a manifest is a short text" }

    /// Why a text is too much for a manifest, or `nil`.
    ///
    /// Counts brackets and dashes without regard to quotes: no sensible manifest comes near the bounds.
    private static func excess(_ text: String) -> String? {
        var (brackets, dashes) = (0, 0)
        var last = UInt8(ascii: "\n")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): brackets += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): brackets = max(0, brackets - 1)
            case UInt8(ascii: "-"), UInt8(ascii: "?"): dashes += 1
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): dashes = 0
            default: break
            }
            if brackets > deepest || dashes > deepest * 4 { return "it is nested more than \(deepest) deep" }
            if last == UInt8(ascii: "&"), isWord(byte) { return "anchors (&name) are not allowed; write the value out" }
            // Only an ampersand at the start of a word makes an anchor.
            last = byte == UInt8(ascii: "&") && isWord(last) ? 0 : byte
        }
        return nil
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), 128...:
            true
        default: false
        }
    }
}
