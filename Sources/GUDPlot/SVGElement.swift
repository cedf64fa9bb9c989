import Foundation

/// An element of an SVG document: a name, attributes, and elements or a text inside.
struct SVGElement {
    let name: String
    var attributes: [(name: String, value: String)]
    var children: [SVGElement] = []
    var text: String?

    init(_ name: String, _ attributes: [(String, String)] = [], text: String? = nil, _ children: [SVGElement] = []) {
        self.name = name
        self.attributes = attributes.map { (name: $0.0, value: $0.1) }
        self.text = text
        self.children = children
    }

    /// The element as text, one child a line.
    func rendered(indent: Int = 0) -> String {
        let space = String(repeating: " ", count: indent)
        let opening = space + "<" + name + attributes.map { " \($0.name)=\"\($0.value.escapedForMarkup)\"" }.joined()
        if let text { return "\(opening)>\(text.escapedForMarkup)</\(name)>" }
        guard !children.isEmpty else { return opening + "/>" }
        let inside = children.map { $0.rendered(indent: indent + 1) }.joined(separator: "\n")
        return "\(opening)>\n\(inside)\n\(space)</\(name)>"
    }

    /// A number with at most two decimals: a hundredth of a pixel.
    static func number(_ value: Double) -> String {
        let text = String(format: "%.2f", value)
        let trimmed = text.contains(".") ? text.replacing(/\.?0+$/, with: "") : text
        return trimmed == "-0" ? "0" : trimmed
    }
}
