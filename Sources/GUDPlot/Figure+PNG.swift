extension Figure {
    /// The figure as a PNG file's bytes, in the colours of a light page.
    ///
    /// - Parameter scale: Pixels of the file for one of the SVG document, above 0; 2 is sharp on dense screens.
    /// - Throws: ``PlotError``.
    public func png(scale: Double = 2) throws(PlotError) -> [UInt8] {
        let layout = try FigureLayout(self)
        // Sizes that no picture has become 0, which the error reports; NaN among them.
        func pixels(_ side: Double) -> Int { scale > 0 && side * scale < 1e9 ? Int((side * scale).rounded()) : 0 }
        return try _UnsafeRaster.png(
            svg: try document(isThemed: false).rendered(), width: pixels(layout.width), height: pixels(layout.height))
    }
}
