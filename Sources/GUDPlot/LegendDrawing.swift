/// The legend and the key of a plot's colours, as SVG.
struct LegendDrawing {
    let layout: PanelLayout
    let frame: Rectangle
    private typealias Size = PanelLayout.Size

    var elements: [SVGElement] { key + entries }

    private var entries: [SVGElement] {
        let isAbove = layout.plot.plot.legend == .above
        let left = isAbove ? frame.left : frame.right + 14
        let top =
            isAbove
            ? frame.top - layout.top + Double(layout.title.count) * Size.line
            : frame.top + (layout.legendRowsBesideKey ? keyHeight + 16 : 0)
        return layout.entries.indices.flatMap { index -> [SVGElement] in
            let (entry, place) = (layout.entries[index], layout.entryPlaces[index])
            let (x, y) = (left + place.x, top + 10 + Double(place.row) * Size.line)
            return [
                symbol(entry, x: x, y: y),
                Pen.text(
                    layout.entryTexts[index], x: x + PanelLayout.symbolWidth, y: y + 4, size: Size.tick,
                    full: entry.label),
            ]
        }
    }

    private func symbol(_ entry: LegendEntry, x: Double, y: Double) -> SVGElement {
        switch entry.symbol {
        case .line(let isDashed):
            Pen.line(x, y, x + 18, y, Pen.stroke(entry.ink, width: 2, isDashed: isDashed))
        case .dot: Pen.circle(x + 9, y, radius: 3.2, Pen.fill(entry.ink))
        case .block:
            Pen.rectangle(Rectangle(left: x + 3, top: y - 5, width: 12, height: 10), Pen.fill(entry.ink))
        }
    }

    private var keyHeight: Double { layout.legendRowsBesideKey ? frame.height * 0.6 : frame.height }

    /// A bar of the scale's colours with its numbers.
    private var key: [SVGElement] {
        guard let key = layout.plot.plot.key else { return [] }
        let x = frame.right + 12
        let count = 32
        let step = keyHeight / Double(count)
        var elements = (0..<count).map { index in
            let place = (Double(index) + 0.5) / Double(count)
            let color = key.isForLines ? ColorScale.line(place) : ColorScale.color(place)
            // Neighbours overlap a little, so that no light shows between them.
            let strip = Rectangle(
                left: x, top: frame.top + keyHeight - Double(index + 1) * step, width: PanelLayout.keyWidth,
                height: index == 0 ? step : step + 0.5)
            return Pen.rectangle(strip, [("fill", color.hex)])
        }
        for (value, label) in zip(layout.keyTicks.values, layout.keyTicks.labels) {
            let y = frame.top + keyHeight * (1 - key.place(value))
            let right = x + PanelLayout.keyWidth
            elements.append(Pen.line(right, y, right + 3, y, Pen.stroke(.muted, width: 1)))
            elements.append(Pen.text(label, x: right + 6, y: y + 4, size: Size.tick, ink: .muted))
        }
        if !key.label.isEmpty {
            let widest = layout.keyTicks.labels.map { TextMetrics.width($0, size: Size.tick) }.max() ?? 0
            let text = TextMetrics.fitted(key.label, size: Size.tick, within: keyHeight)
            elements.append(
                Pen.text(
                    text, x: x + PanelLayout.keyWidth + 20 + widest, y: frame.top + keyHeight / 2, size: Size.tick,
                    anchor: .middle, rotated: -90, full: key.label))
        }
        return elements
    }
}
