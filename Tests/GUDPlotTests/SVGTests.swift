import Foundation
import Testing

@testable import GUDPlot

@Suite("Figures as SVG")
struct SVGTests {
    private func figure(_ marks: [Mark], x: Axis = Axis("x"), y: Axis = Axis("y")) -> Figure {
        Figure("A figure", panels: [Plot("A plot", x: x, y: y, marks: marks)])
    }

    /// The frame as the document itself tells it: the viewport that cuts the marks.
    private func frame(_ svg: ParsedSVG) throws -> (left: Double, top: Double, width: Double, height: Double) {
        let inner = try #require(svg.all("svg").last)
        return (
            try #require(inner.number("x")), try #require(inner.number("y")), try #require(inner.number("width")),
            try #require(inner.number("height"))
        )
    }

    @Test("Points stand where a ruler would put them, on linear and logarithmic axes")
    func places() throws {
        let marks = [Mark.points(Points(x: [0, 2.5, 10], y: [1, 10, 1000]))]
        let svg = try ParsedSVG(
            figure(marks, x: Axis("x", range: 0...10), y: Axis("y", scale: .logarithmic, range: 1...1000)).svg())
        let (left, top, width, height) = try frame(svg)
        let dots = svg.all("circle")
        #expect(dots.count == 3)
        for (dot, share) in zip(dots, [(0.0, 0.0), (0.25, 1.0 / 3), (1, 1)]) {
            #expect(abs(try #require(dot.number("cx")) - (left + share.0 * width)) < 0.011)
            #expect(abs(try #require(dot.number("cy")) - (top + height - share.1 * height)) < 0.011)
        }
        // The tick that is labelled 10 stands at the point of height 10.
        let label = try #require(svg.all("text").first { $0.text == "10" && $0.attributes["text-anchor"] == "end" })
        #expect(abs(try #require(label.number("y")) - 4 - (try #require(dots[1].number("cy")))) < 0.011)
    }

    @Test("A line passes through its points; a gap interrupts it and is told")
    func gap() throws {
        let line = Line("loss", x: [0, 1, 2, 3, 4], y: [0, 1, .nan, 1, 0])
        let svg = try ParsedSVG(figure([.line(line)], x: Axis("x", range: 0...4), y: Axis("y", range: 0...1)).svg())
        let (left, top, width, height) = try frame(svg)
        let path = try #require(svg.all("path").first?.attributes["d"])
        let runs = path.split(separator: "M").map { run in
            run.split(separator: "L").map { $0.split(separator: " ").compactMap { Double($0) } }
        }
        let expected = [[(0.0, 0.0), (0.25, 1.0)], [(0.75, 1.0), (1.0, 0.0)]]
        #expect(runs.map(\.count) == [2, 2])
        for (point, share) in zip(runs.joined(), expected.joined()) {
            #expect(abs(point[0] - (left + share.0 * width)) < 0.011)
            #expect(abs(point[1] - (top + height * (1 - share.1))) < 0.011)
        }
        _ = try svg.text("1 point is not finite and left out.")
        _ = try svg.text("loss")
    }

    @Test("Points that nobody would miss are left out, none by more than a twentieth of a pixel")
    func simplification() {
        let curve = (0...1000).map { (x: Double($0) / 4, y: 100 * sin(Double($0) / 100)) }
        let kept = PathSimplification.simplified(curve)
        #expect(kept.count < 200 && kept.count > 20)
        for point in curve {
            let right = kept.firstIndex { $0.x >= point.x } ?? 0
            let (a, b) = (kept[max(right - 1, 0)], kept[right])
            let share = b.x > a.x ? (point.x - a.x) / (b.x - a.x) : 0
            // Distances across are at most those in height times the cosine of the slope, which is at most 4.
            #expect(abs(a.y + share * (b.y - a.y) - point.y) < 0.05 * 17.0.squareRoot() + 1e-9)
        }
        #expect(PathSimplification.simplified((0...9).map { (x: Double($0), y: 2 * Double($0)) }).count == 2)
        let spike = [(x: 0.0, y: 0.0), (x: 5, y: 0), (x: 5, y: 90), (x: 5, y: 0), (x: 9, y: 0)]
        #expect(PathSimplification.simplified(spike).contains { $0.y == 90 })
    }

    @Test("Bars rise from 0 to their heights")
    func bars() throws {
        let bars = Bars(heights: [2, -1], error: [0.5, 0])
        let svg = try ParsedSVG(
            figure([.bars(bars)], x: Axis(categories: ["a", "b"]), y: Axis("y", range: -2...2)).svg())
        let (_, top, _, height) = try frame(svg)
        let rectangles = svg.all("rect").filter { $0.attributes["fill-opacity"] != nil }
        #expect(rectangles.count == 2)
        #expect(abs(try #require(rectangles[0].number("y")) - top) < 0.011)
        #expect(abs(try #require(rectangles[0].number("height")) - height / 2) < 0.011)
        #expect(abs(try #require(rectangles[1].number("y")) - (top + height / 2)) < 0.011)
        #expect(abs(try #require(rectangles[1].number("height")) - height / 4) < 0.011)
    }

    @Test("Markup in texts is text, and what XML forbids is replaced")
    func escapes() throws {
        let nasty = "a < b & \"c\" > 'd' </text><script>"
        let plot = Plot(nasty, x: Axis(nasty), y: Axis("y"), marks: [.line(Line("\u{1}<&", x: [0, 1], y: [0, 1]))])
        let svg = try ParsedSVG(Figure(nasty, panels: [plot], plotWidth: 800).svg())
        #expect(svg.all("script").isEmpty)
        #expect(svg.all("title").first?.text == nasty)
        #expect(svg.elements.first?.attributes["aria-label"] == nasty)
        _ = try svg.text(nasty)
        _ = try svg.text("\u{FFFD}<&")
    }

    @Test("Long labels stay outside the axes and inside the picture")
    func longLabels() throws {
        let names = (1...6).map { "a rather long name of a configuration, number \($0), with softness 0.125 and more" }
        let marks = names.enumerated().map {
            Mark.line(Line($1, x: [0, 1], y: [0, Double($0 + 1) * 1e5], ink: .category($0)))
        }
        let bars = [Mark.bars(Bars("heights", heights: names.indices.map { Double($0) }))]
        for legend in [Plot.Legend.right, .above] {
            let lines = Plot(
                names[0] + names[1], x: Axis(names[2] + names[3]), y: Axis(names[3], unit: "nats"), marks: marks,
                legend: legend)
            let named = Plot("Bars", x: Axis("model", categories: names), y: Axis("y"), marks: bars, legend: legend)
            let svg = try ParsedSVG(Figure(names[0], panels: [lines, named]).svg())
            let root = svg.elements[0]
            let (width, height) = (try #require(root.number("width")), try #require(root.number("height")))
            let frames = svg.all("svg").dropFirst().map {
                ($0.number("x")!, $0.number("y")!, $0.number("width")!, $0.number("height")!)
            }
            #expect(frames.count == 2)
            for text in svg.all("text") {
                let box = try box(of: text)
                #expect(
                    box.left > -0.5 && box.right < width + 0.5 && box.top > -0.5 && box.bottom < height + 0.5,
                    "\(text) leaves the picture: \(box)")
                for (x, y, w, h) in frames {
                    let isApart =
                        box.right <= x + 0.5 || box.left >= x + w - 0.5 || box.bottom <= y + 0.5
                        || box.top >= y + h - 0.5
                    #expect(isApart, "\(text) lies on a plot: \(box) on \((x, y, w, h))")
                }
            }
        }
    }

    /// The box of a text, by letters of 0.55 em: less than the layout assumes, as a browser's font would be.
    private func box(of text: ParsedSVG.Element) throws -> (left: Double, right: Double, top: Double, bottom: Double) {
        let (x, y, size) = (
            try #require(text.number("x")), try #require(text.number("y")), try #require(text.number("font-size"))
        )
        let width = Double(text.text.count) * 0.55 * size
        let offset =
            text.attributes["text-anchor"] == "middle"
            ? -width / 2 : text.attributes["text-anchor"] == "end" ? -width : 0
        let rotation = text.attributes["transform"]?.dropFirst(7).split(separator: " ").first
        let angle = (rotation.flatMap { Double($0) } ?? 0) * .pi / 180
        let (up, down): (Double, Double) = (-0.75 * size, 0.2 * size)
        var (xs, ys): ([Double], [Double]) = ([], [])
        for (a, b) in [(offset, up), (offset + width, up), (offset, down), (offset + width, down)] {
            xs.append(x + a * cos(angle) - b * sin(angle))
            ys.append(y + a * sin(angle) + b * cos(angle))
        }
        let (left, right) = (try #require(xs.min()), try #require(xs.max()))
        let (top, bottom) = (try #require(ys.min()), try #require(ys.max()))
        // Of a slanted text only its near end matters: the box of the whole says too much.
        return (left, right, angle != 0 && abs(angle) < 1.5 ? y - 2 : top, bottom)
    }

    @Test("The style sheet follows the theme, and pages may override it")
    func themes() throws {
        let svg = try ParsedSVG(figure([.line(Line(x: [0, 1], y: [0, 1]))]).svg())
        let style = try #require(svg.all("style").first?.text)
        #expect(style.contains("@media (prefers-color-scheme:dark)"))
        #expect(style.contains("--p-ink:var(--gud-ink,#1f2328)"))
        // Every class that is used is defined, and every one has a colour of its own where there is no style sheet.
        for element in svg.elements {
            guard let name = element.attributes["class"], name != "gud-plot" else { continue }
            #expect(style.contains(".gud-plot .\(name){"))
            #expect(element.attributes[name.hasPrefix("gud-fill") ? "fill" : "stroke"]?.hasPrefix("#") == true)
        }
        #expect(
            svg.elements.allSatisfy { $0.attributes["id"] == nil },
            "identifiers would collide in a page of many figures")
    }
}
