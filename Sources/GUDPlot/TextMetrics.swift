/// How wide texts are, without a font at hand: the advances of DejaVu Sans, one of the widest, rounded up.
enum TextMetrics {
    /// The width of a text in pixels.
    static func width(_ text: String, size: Double) -> Double {
        text.reduce(0) { $0 + advance($1) } * size
    }

    /// The text, or as much of its beginning as fits, with an ellipsis.
    static func fitted(_ text: String, size: Double, within width: Double) -> String {
        guard self.width(text, size: size) > width else { return text }
        let room = width - self.width("…", size: size)
        var (kept, used) = ("", 0.0)
        for character in text {
            used += advance(character) * size
            if used > room { break }
            kept.append(character)
        }
        return kept + "…"
    }

    /// Lines that are no wider than asked, broken between words where possible.
    static func wrapped(_ text: String, size: Double, within width: Double) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ", omittingEmptySubsequences: true) {
            if let last = lines.last, self.width("\(last) \(word)", size: size) <= width {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(fitted(String(word), size: size, within: width))
            }
        }
        return lines
    }

    private static func advance(_ character: Character) -> Double {
        switch character {
        case "i", "j", "l", "I", "'", ".", ",", ":", ";", "|", " ", "!": 0.36
        case "f", "t", "r", "(", ")", "[", "]", "/", "-": 0.43
        case "m", "w", "M", "W", "…", "@", "%", "∞": 1.0
        case "+", "−", "=", "<", ">", "×", "±", "~", "≈", "≤", "≥", "→", "·": 0.85
        default:
            if character.isASCII { character.isUppercase ? 0.75 : 0.645 } else { wide(character) ? 1.05 : 0.7 }
        }
    }

    /// East Asian text and pictographs fill a square.
    private static func wide(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first else { return false }
        return scalar.value >= 0x1100 && (scalar.value < 0x1200 || scalar.value >= 0x2E80)
    }
}
