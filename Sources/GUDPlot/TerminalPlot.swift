/// One plot as text.
struct TerminalPlot {
    let plot: PreparedPlot
    let width: Int, height: Int
    let isColored: Bool

    init(_ plot: PreparedPlot, width: Int, height: Int, isColored: Bool) {
        self.plot = plot
        self.width = width
        self.height = height
        self.isColored = isColored
    }

    var lines: [String] {
        let yTicks = Dictionary(
            zip(plot.yTicks.values, plot.yTicks.labels).map { (row(of: $0), shortened($1, to: width / 4)) },
            uniquingKeysWith: { first, _ in first })
        let margin = yTicks.values.map(\.count).max() ?? 0
        let columns = max(8, width - margin - 2)
        let projection = self.projection(columns: columns)
        var canvas = BrailleCanvas(columns: columns, rows: height)
        for mark in plot.plot.marks { draw(mark, on: &canvas, projection) }

        var lines: [String] = []
        let (title, y) = (plot.plot.title, plot.plot.y.caption)
        let heading = title.isEmpty || title == y ? y : y.isEmpty ? title : "\(title): \(y)"
        if !heading.isEmpty { lines.append(shortened(heading, to: width)) }
        for row in 0..<height {
            let label = yTicks[row] ?? ""
            let rule = yTicks[row] == nil ? "│" : "┤"
            lines.append(pad(label, to: margin) + " " + rule + canvas.text(row: row, isColored: isColored))
        }
        lines.append(String(repeating: " ", count: margin + 1) + "└" + rule(columns, projection))
        lines.append(String(repeating: " ", count: margin + 2) + labels(columns, projection))
        if !plot.plot.x.caption.isEmpty {
            let caption = shortened(plot.plot.x.caption, to: columns)
            lines.append(String(repeating: " ", count: margin + 2 + (columns - caption.count) / 2) + caption)
        }
        return lines + legend
    }

    private func projection(columns: Int) -> Projection {
        Projection(
            plot, frame: Rectangle(left: 0, top: 0, width: Double(2 * columns - 1), height: Double(4 * height - 1)))
    }

    private func row(of value: Double) -> Int {
        min(max(Int(projection(columns: 8).y(value).rounded()) / 4, 0), height - 1)
    }

    private func draw(_ mark: Mark, on canvas: inout BrailleCanvas, _ projection: Projection) {
        func place(_ x: Double, _ y: Double) -> (Double, Double) {
            (projection.x(x) + 0.5, projection.y(y) + 0.5)
        }
        switch mark {
        case .line(let line):
            var last: (Double, Double)?
            for (x, y) in zip(line.x, line.y) {
                guard x.isFinite, y.isFinite else {
                    last = nil
                    continue
                }
                let point = place(x, y)
                canvas.line(from: last ?? point, to: point, line.ink)
                last = point
            }
        case .points(let points):
            for (x, y) in zip(points.x, points.y) where x.isFinite && y.isFinite {
                let (a, b) = place(x, y)
                for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    canvas.set(Int(a) + dx, Int(b) + dy, points.ink)
                }
            }
        case .bars(let bars):
            let base = min(max(projection.y(0), 0), Double(canvas.height - 1)) + 0.5
            let half = max((projection.x(bars.width) - projection.x(0)) / 2 - 0.5, 0)
            for (x, y) in zip(bars.centers, bars.heights) where y.isFinite {
                let (middle, top) = place(x, y)
                for column in Int(middle - half)...Int(middle + half) {
                    canvas.line(from: (Double(column), base), to: (Double(column), top), bars.ink)
                }
            }
        case .picture(let picture):
            draw(picture, on: &canvas, projection)
        }
    }

    /// A picture as dots, by ordered dithering of its lightness.
    private func draw(_ picture: Picture, on canvas: inout BrailleCanvas, _ projection: Projection) {
        let thresholds: [[Double]] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]
        let (left, right) = (projection.x(picture.x.lowerBound), projection.x(picture.x.upperBound))
        let (bottom, top) = (projection.y(picture.y.lowerBound), projection.y(picture.y.upperBound))
        for y in max(0, Int(top))..<min(canvas.height, max(0, Int(bottom) + 1)) {
            for x in max(0, Int(left))..<min(canvas.width, max(0, Int(right) + 1)) {
                let row = min(Int((Double(y) - top) / max(bottom - top, 1) * Double(picture.rows)), picture.rows - 1)
                let column = min(
                    Int((Double(x) - left) / max(right - left, 1) * Double(picture.columns)), picture.columns - 1)
                guard row >= 0, column >= 0 else { continue }
                let pixel = picture.pixels[row * picture.columns + column]
                let light = 0.299 * Double(pixel.red) + 0.587 * Double(pixel.green) + 0.114 * Double(pixel.blue)
                if light / 255 > (thresholds[y % 4][x % 4] + 0.5) / 16 { canvas.set(x, y, .plain) }
            }
        }
    }

    private func rule(_ columns: Int, _ projection: Projection) -> String {
        var characters = [Character](repeating: "─", count: columns)
        for value in plot.xTicks.values { characters[column(of: value, columns, projection)] = "┬" }
        return String(characters)
    }

    private func column(of value: Double, _ columns: Int, _ projection: Projection) -> Int {
        min(max(Int(projection.x(value).rounded()) / 2, 0), columns - 1)
    }

    /// Texts of ticks, as many as have room.
    private func labels(_ columns: Int, _ projection: Projection) -> String {
        var line = ""
        for (value, label) in zip(plot.xTicks.values, plot.xTicks.labels) {
            let label = shortened(label, to: max(columns / max(plot.xTicks.values.count, 1) - 1, 1))
            let wanted = column(of: value, columns, projection) - label.count / 2
            let start = min(max(wanted, 0), max(columns - label.count, 0))
            guard line.isEmpty || start > line.count else { continue }
            line += String(repeating: " ", count: start - line.count) + label
        }
        return line
    }

    private var legend: [String] {
        var lines = plot.plot.entries.map { entry in
            let symbol = entry.symbol == .dot ? "●" : entry.symbol == .block ? "■" : "──"
            return "  " + BrailleCanvas.painted(symbol, isColored ? entry.ink : nil) + " "
                + shortened(entry.label, to: width - 6)
        }
        if let key = plot.plot.key {
            let bar = (0..<8).map {
                BrailleCanvas.painted("█", isColored ? .scaled(Double($0) / 7) : nil)
            }.joined()
            let ends = [key.range.lowerBound, key.range.upperBound].map { Ticks.short(($0 * 1e3).rounded() / 1e3) }
            lines.append("  \(key.label): \(ends[0]) \(isColored ? bar : "…") \(ends[1])")
        }
        return lines
    }

    private func shortened(_ text: String, to count: Int) -> String {
        text.count <= count ? text : text.prefix(max(count - 1, 0)) + "…"
    }

    private func pad(_ text: String, to count: Int) -> String {
        String(repeating: " ", count: max(count - text.count, 0)) + text
    }
}
