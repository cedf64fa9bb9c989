/// Makes SVG elements in pixels and inks.
///
/// Every colour is written twice: as an attribute, the light page's colour, for programs without style sheets; and as a class,
/// through which a style sheet of the picture, or of the page around it, replaces it.
struct Pen {
    static func fill(_ ink: Ink) -> [(String, String)] { paint("fill", ink) }

    static func stroke(_ ink: Ink, width: Double, isDashed: Bool = false) -> [(String, String)] {
        paint("stroke", ink) + [("stroke-width", SVGElement.number(width)), ("fill", "none")]
            + (isDashed ? [("stroke-dasharray", "5 4")] : [])
    }

    private static func paint(_ property: String, _ ink: Ink) -> [(String, String)] {
        let attribute = (property, Theme.light.color(ink).hex)
        guard let name = Theme.className(ink) else { return [attribute] }
        return [("class", "gud-\(property)-\(name)"), attribute]
    }

    /// How a text stands at its place.
    enum Anchor: String { case start, middle, end }

    static func text(
        _ text: String, x: Double, y: Double, size: Double, ink: Ink = .plain, anchor: Anchor = .start,
        isBold: Bool = false, rotated degrees: Double? = nil, full: String? = nil
    ) -> SVGElement {
        var attributes =
            fill(ink) + [
                ("x", SVGElement.number(x)), ("y", SVGElement.number(y)), ("font-size", SVGElement.number(size)),
                ("text-anchor", anchor.rawValue),
            ]
        if isBold { attributes.append(("font-weight", "600")) }
        if let degrees {
            let numbers = [degrees, x, y].map(SVGElement.number).joined(separator: " ")
            attributes.append(("transform", "rotate(\(numbers))"))
        }
        let element = SVGElement("text", attributes, text: text)
        // What had to be shortened is told in full when one points at it.
        guard let full, full != text else { return element }
        return SVGElement("g", [], [SVGElement("title", text: full), element])
    }

    static func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: [(String, String)]
    ) -> SVGElement {
        SVGElement(
            "line", [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)].map { ($0, SVGElement.number($1)) } + style)
    }

    static func rectangle(_ frame: Rectangle, _ style: [(String, String)]) -> SVGElement {
        SVGElement("rect", sides(frame) + style)
    }

    static func sides(_ frame: Rectangle) -> [(String, String)] {
        [("x", frame.left), ("y", frame.top), ("width", frame.width), ("height", frame.height)].map {
            ($0, SVGElement.number($1))
        }
    }

    static func circle(_ x: Double, _ y: Double, radius: Double, _ style: [(String, String)]) -> SVGElement {
        SVGElement("circle", [("cx", x), ("cy", y), ("r", radius)].map { ($0, SVGElement.number($1)) } + style)
    }
}
