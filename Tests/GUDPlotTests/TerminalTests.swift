import Testing

@testable import GUDPlot

@Suite("Figures in the terminal")
struct TerminalTests {
    @Test("A diagonal climbs from corner to corner, in as many characters as there are")
    func diagonal() throws {
        let line = Line("rise", x: [0, 1], y: [0, 1])
        let plot = Plot(
            "P", x: Axis("time", range: 0...1), y: Axis("height", range: 0...1), marks: [.line(line)])
        let lines = try Figure(panels: [plot]).terminal(width: 40, height: 6).split(separator: "\n").map(String.init)
        #expect(lines[0] == "P: height")
        #expect(lines.allSatisfy { $0.count <= 40 })
        let rows = lines[1...6].map(Array.init)
        let dots = rows.map { row in
            row.indices.filter { (0x2801...0x28FF).contains(row[$0].unicodeScalars.first!.value) }
        }
        #expect(dots.allSatisfy { !$0.isEmpty })
        #expect(dots.first?.last == 39)
        #expect(dots.last?.first == 5)
        for (upper, lower) in zip(dots, dots.dropFirst()) { #expect(upper.first! >= lower.last! - 1) }
        #expect(lines.last == "  ── rise")
    }

    @Test("Any width holds, down to the least")
    func widths() throws {
        let plot = Plot(
            "A title that is longer than a narrow terminal is wide", x: Axis("a long name of an axis", unit: "s"),
            y: Axis("y", scale: .logarithmic), marks: [.line(Line("a", x: [0, 1e4], y: [1e-9, 1]))],
            key: ColorKey("label", range: 0...3))
        for width in [24, 31, 80, 200] {
            let text = try Figure(panels: [plot, plot]).terminal(width: width)
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= width }, "\(text)")
        }
    }

    @Test("Colours only where asked")
    func colours() throws {
        let figure = Figure(panels: [Plot(x: Axis("x"), y: Axis("y"), marks: [.line(Line(x: [0, 1], y: [0, 1]))])])
        #expect(!(try figure.terminal(width: 40)).contains("\u{1B}"))
        #expect(try figure.terminal(width: 40, isColored: true).contains("\u{1B}[38;2;61;159;219m"))
    }
}
