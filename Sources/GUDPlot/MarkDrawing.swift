import Foundation

/// Marks as SVG.
struct MarkDrawing {
    let projection: Projection

    func elements(_ mark: Mark) throws(PlotError) -> [SVGElement] {
        switch mark {
        case .line(let line): drawing(line)
        case .points(let points): drawing(points)
        case .bars(let bars): drawing(bars)
        case .picture(let picture): [try drawing(picture)]
        }
    }

    private func drawing(_ line: Line) -> [SVGElement] {
        var elements: [SVGElement] = []
        if let band = line.band {
            for stretch in stretches(zip(zip(line.x, band.lower), band.upper).map { [$0.0, $0.1, $1] }) {
                let there = stretch.map { ($0[0], $0[1]) }
                let back = stretch.reversed().map { ($0[0], $0[2]) }
                elements.append(
                    SVGElement(
                        "path", [("d", path(there + back) + "Z")] + Pen.fill(line.ink) + [("fill-opacity", "0.18")]))
            }
        }
        let commands = stretches(zip(line.x, line.y).map { [$0, $1] }).map { path($0.map { ($0[0], $0[1]) }) }
        guard !commands.isEmpty else { return elements }
        let style = Pen.stroke(line.ink, width: line.width, isDashed: line.isDashed) + [("stroke-linejoin", "round")]
        elements.append(SVGElement("path", [("d", commands.joined())] + style))
        return elements
    }

    /// Runs of points that are finite.
    private func stretches(_ points: [[Double]]) -> [[[Double]]] {
        points.split { $0.contains { !$0.isFinite } }.map(Array.init)
    }

    private func path(_ points: [(Double, Double)]) -> String {
        let pixels = points.map { (x: projection.x($0.0), y: projection.y($0.1)) }
        let places = PathSimplification.simplified(pixels).map {
            SVGElement.number($0.x) + " " + SVGElement.number($0.y)
        }
        // A single point is a dot: a line of no length with round ends.
        return "M" + (places.count == 1 ? [places[0], places[0]] : places).joined(separator: "L")
    }

    private func drawing(_ points: Points) -> [SVGElement] {
        points.x.indices.filter { points.x[$0].isFinite && points.y[$0].isFinite }.flatMap { index in
            let (x, y) = (projection.x(points.x[index]), projection.y(points.y[index]))
            return errorBar(points.error?[index], x: x, around: points.y[index], points.ink)
                + [Pen.circle(x, y, radius: 3.2, Pen.fill(points.ink))]
        }
    }

    private func errorBar(_ half: Double?, x: Double, around value: Double, _ ink: Ink) -> [SVGElement] {
        guard let half, half.isFinite, half > 0 else { return [] }
        let (low, high) = (projection.y(value - half), projection.y(value + half))
        let style = Pen.stroke(ink, width: 1.3)
        return [
            Pen.line(x, low, x, high, style), Pen.line(x - 3, low, x + 3, low, style),
            Pen.line(x - 3, high, x + 3, high, style),
        ]
    }

    private func drawing(_ bars: Bars) -> [SVGElement] {
        let width = projection.x(bars.width) - projection.x(0)
        let base = min(max(projection.y(0), projection.frame.top), projection.frame.bottom)
        return bars.heights.indices.filter { bars.heights[$0].isFinite }.flatMap { index in
            let (x, y) = (projection.x(bars.centers[index]), projection.y(bars.heights[index]))
            let frame = Rectangle(left: x - width / 2, top: min(y, base), width: width, height: abs(base - y))
            return [Pen.rectangle(frame, Pen.fill(bars.ink) + [("fill-opacity", "0.85")])]
                + errorBar(bars.error?[index], x: x, around: bars.heights[index], .plain)
        }
    }

    private func drawing(_ picture: Picture) throws(PlotError) -> SVGElement {
        let (left, right) = (projection.x(picture.x.lowerBound), projection.x(picture.x.upperBound))
        let (bottom, top) = (projection.y(picture.y.lowerBound), projection.y(picture.y.upperBound))
        let bytes = try _UnsafeRaster.png(picture.pixels, rows: picture.rows, columns: picture.columns)
        let data = "data:image/png;base64," + Data(bytes).base64EncodedString()
        return SVGElement(
            "image",
            Pen.sides(Rectangle(left: left, top: top, width: right - left, height: bottom - top))
                + [("href", data), ("preserveAspectRatio", "none"), ("style", "image-rendering:pixelated")])
    }
}
