extension Figure {
    /// The figure as a PNG file's bytes, in the colours of a light page.
    ///
    /// - Parameter scale: Pixels of the file for one of the SVG document, above 0; 2 is sharp on dense screens.
    /// - Throws: ``PlotError``.
    public func png(scale: Double = 2) throws(PlotError) -> [UInt8] {
        let document = try document(isThemed: false)
        let layout = try FigureLayout(self)
        guard scale > 0, scale * max(layout.width, layout.height) <= 32767 else {
            throw .size(
                width: Int((layout.width * min(max(scale, 0), 1e6))),
                height: Int(layout.height * min(max(scale, 0), 1e6)))
        }
        return try _UnsafeRaster.png(
            svg: document.rendered(), width: Int((layout.width * scale).rounded()),
            height: Int((layout.height * scale).rounded()))
    }
}
