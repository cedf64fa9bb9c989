/// A grid of dots in text: each character holds two by four.
struct BrailleCanvas {
    let columns: Int, rows: Int
    private var cells: [UInt8]
    private var inks: [Ink?]

    init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
        cells = [UInt8](repeating: 0, count: columns * rows)
        inks = [Ink?](repeating: nil, count: columns * rows)
    }

    var width: Int { 2 * columns }
    var height: Int { 4 * rows }

    /// Sets a dot, counted from the top left; dots outside are ignored.
    mutating func set(_ x: Int, _ y: Int, _ ink: Ink) {
        guard x >= 0, y >= 0, x < width, y < height else { return }
        let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
        let cell = y / 4 * columns + x / 2
        cells[cell] |= bits[y % 4][x % 2]
        inks[cell] = ink
    }

    /// Sets the dots of a straight line.
    mutating func line(from start: (Double, Double), to end: (Double, Double), _ ink: Ink) {
        let steps = max(1, Int(max(abs(end.0 - start.0), abs(end.1 - start.1)).rounded(.up)))
        for step in 0...steps {
            let share = Double(step) / Double(steps)
            set(
                Int((start.0 + (end.0 - start.0) * share).rounded(.down)),
                Int((start.1 + (end.1 - start.1) * share).rounded(.down)), ink)
        }
    }

    /// One row of characters, with the escapes of a terminal's colours where asked.
    func text(row: Int, isColored: Bool) -> String {
        (0..<columns).map { column -> String in
            let cell = row * columns + column
            guard cells[cell] != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(cells[cell])) else { return " " }
            return Self.painted(String(Character(scalar)), isColored ? inks[cell] : nil)
        }.joined()
    }

    /// A text in a colour that is legible on dark and light terminals.
    static func painted(_ text: String, _ ink: Ink?) -> String {
        switch ink {
        case .category, .scaled:
            let color = Theme.dark.color(ink ?? .plain)
            return "\u{1B}[38;2;\(color.red);\(color.green);\(color.blue)m\(text)\u{1B}[0m"
        case .muted: return "\u{1B}[2m\(text)\u{1B}[0m"
        case .plain, nil: return text
        }
    }
}
