extension Figure {
    /// The figure as an SVG document: real text, a title for screen readers, colours that follow a light or dark theme.
    ///
    /// It stands alone as a file and inside an HTML page; it holds no identifiers, so that a page may hold many.
    ///
    /// - Throws: ``PlotError``.
    public func svg() throws(PlotError) -> String { try document(isThemed: true).rendered() + "\n" }

    /// The document; without a theme its colours are those of a light page.
    func document(isThemed: Bool) throws(PlotError) -> SVGElement {
        let layout = try FigureLayout(self)
        let (width, height) = (SVGElement.number(layout.width), SVGElement.number(layout.height))
        let spoken = title.isEmpty ? panels.map(\.title).filter { !$0.isEmpty }.joined(separator: ", ") : title
        var root = SVGElement(
            "svg",
            [
                ("xmlns", "http://www.w3.org/2000/svg"), ("class", "gud-plot"), ("role", "img"),
                ("aria-label", spoken), ("width", width), ("height", height), ("viewBox", "0 0 \(width) \(height)"),
                ("font-family", "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"),
            ])
        root.children.append(SVGElement("title", text: spoken))
        if isThemed { root.children.append(SVGElement("style", text: StyleSheet.text)) }
        root.children.append(
            Pen.rectangle(
                Rectangle(left: 0, top: 0, width: layout.width, height: layout.height),
                [("class", "gud-fill-paper"), ("fill", Theme.light.paper.hex)]))
        for (index, line) in layout.heading.enumerated() {
            root.children.append(
                Pen.text(
                    line, x: FigureLayout.margin, y: FigureLayout.margin + 15 + Double(index) * 22,
                    size: PanelLayout.Size.heading, isBold: true))
        }
        for (panel, frame) in zip(layout.panels, layout.frames) {
            root.children.append(try PanelDrawing(panel, frame: frame).element())
        }
        for (index, note) in layout.notes.enumerated() {
            let y = layout.height - FigureLayout.margin - Double(layout.notes.count - 1 - index) * 16
            root.children.append(
                Pen.text(note, x: FigureLayout.margin, y: y, size: PanelLayout.Size.tick, ink: .muted))
        }
        return root
    }
}
