/// One plot as SVG: grid, marks, axes, title and legend.
struct PanelDrawing {
    let layout: PanelLayout
    let frame: Rectangle
    let projection: Projection
    private var plot: Plot { layout.plot.plot }
    private typealias Size = PanelLayout.Size

    init(_ layout: PanelLayout, frame: Rectangle) {
        self.layout = layout
        self.frame = frame
        projection = Projection(layout.plot, frame: frame)
    }

    func element() throws(PlotError) -> SVGElement {
        var group = SVGElement("g", [])
        group.children += titles + grid
        // What runs out of the axes is cut by a viewport of their size.
        let box = [frame.left, frame.top, frame.width, frame.height].map(SVGElement.number).joined(separator: " ")
        var inside = SVGElement("svg", Pen.sides(frame) + [("viewBox", box), ("overflow", "hidden")])
        for mark in plot.marks { inside.children += try MarkDrawing(projection: projection).elements(mark) }
        if !inside.children.isEmpty { group.children.append(inside) }
        group.children += axes + LegendDrawing(layout: layout, frame: frame).elements
        return group
    }

    private var titles: [SVGElement] {
        layout.title.enumerated().map { index, line in
            Pen.text(
                line, x: frame.left, y: frame.top - layout.top + 13 + Double(index) * Size.line, size: Size.title,
                isBold: true)
        }
    }

    private var grid: [SVGElement] {
        let style = [("class", "gud-stroke-grid"), ("stroke", Theme.light.grid.hex), ("stroke-width", "1")]
        let horizontal =
            plot.y.categories != nil
            ? []
            : layout.yTicks.values.map(projection.y).map { y in
                Pen.line(frame.left, y, frame.right, y, style)
            }
        let vertical =
            plot.x.categories != nil
            ? []
            : layout.xTicks.values.map(projection.x).map { x in
                Pen.line(x, frame.top, x, frame.bottom, style)
            }
        return horizontal + vertical
    }

    private var axes: [SVGElement] {
        let rule = Pen.stroke(.muted, width: 1)
        var elements = [
            Pen.line(frame.left, frame.bottom, frame.right, frame.bottom, rule),
            Pen.line(frame.left, frame.top, frame.left, frame.bottom, rule),
        ]
        for (value, label) in zip(layout.xTicks.values, layout.xTicks.labels) {
            let x = projection.x(value)
            elements.append(Pen.line(x, frame.bottom, x, frame.bottom + 4, rule))
            elements.append(
                layout.isSlanted
                    ? Pen.text(
                        label, x: x + 3, y: frame.bottom + 14, size: Size.tick, ink: .muted, anchor: .end,
                        rotated: -PanelLayout.slant)
                    : Pen.text(
                        label, x: x, y: frame.bottom + 16, size: Size.tick, ink: .muted, anchor: .middle))
        }
        for (value, label) in zip(layout.yTicks.values, layout.yTicks.labels) {
            let y = projection.y(value)
            elements.append(Pen.line(frame.left - 4, y, frame.left, y, rule))
            elements.append(
                Pen.text(label, x: frame.left - 7, y: y + 4, size: Size.tick, ink: .muted, anchor: .end))
        }
        let (xCaption, yCaption) = (plot.x.caption, plot.y.caption)
        if !xCaption.isEmpty {
            elements.append(
                Pen.text(
                    TextMetrics.fitted(xCaption, size: Size.caption, within: frame.width),
                    x: frame.left + frame.width / 2, y: frame.bottom + layout.bottom - 4, size: Size.caption,
                    anchor: .middle, full: xCaption))
        }
        if !yCaption.isEmpty {
            elements.append(
                Pen.text(
                    TextMetrics.fitted(yCaption, size: Size.caption, within: frame.height),
                    x: frame.left - layout.left + 14, y: frame.top + frame.height / 2, size: Size.caption,
                    anchor: .middle, rotated: -90, full: yCaption))
        }
        return elements
    }
}
