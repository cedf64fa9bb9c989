import Testing

@testable import GUDPlot

@Suite("What cannot be plotted")
struct PlotErrorTests {
    private func message(_ mark: Mark, x: Axis = Axis("x"), y: Axis = Axis("y")) -> String? {
        do throws(PlotError) {
            _ = try Figure(panels: [Plot("P", x: x, y: y, marks: [mark])]).svg()
            return nil
        } catch {
            return error.description
        }
    }

    @Test("Errors name the value, the place and the remedy")
    func messages() {
        let log = Axis("loss", scale: .logarithmic)
        #expect(
            message(.line(Line(x: [0, 1], y: [1, 0])), y: log)
                == "the logarithmic axis 'loss' cannot show 0.0; leave such points out, or use a linear axis")
        #expect(
            message(.line(Line("a", x: [0, 1], y: [1])))
                == "'a' has 1 ordinates, but 2 points; give one for each")
        #expect(
            message(.line(Line("a", x: [0, 1], y: [1, 1], band: ([0], [1, 1]))))
                == "'a' has 1 lower edges, but 2 points; give one for each")
        #expect(
            message(.points(Points("a", x: [0], y: [1], error: [])))
                == "'a' has 0 error bars, but 1 points; give one for each")
        #expect(message(.line(Line(x: [.nan], y: [1]))) == "the plot 'P' has no finite point to draw")
        #expect(
            message(.line(Line(x: [0], y: [1])), x: Axis("x", range: 0...(.infinity)))
                == "axis 'x' cannot run from 0.0 to inf; give two finite ends, the lower first")
        #expect(
            message(.line(Line(x: [0, 1], y: [-1e308, 1e308])))?.hasPrefix("axis 'y' cannot run from") == true)
    }

    @Test("What is odd but can be drawn is drawn")
    func odd() {
        #expect(message(.line(Line(x: [3], y: [7]))) == nil)
        #expect(message(.line(Line(x: [0, 1], y: [5, 5]))) == nil)
        #expect(message(.points(Points(x: [1], y: [0.1], error: [0.2])), y: Axis("y", scale: .logarithmic)) == nil)
        #expect(message(.line(Line(x: [0, 1], y: [1e-300, 1e300])), y: Axis("y", scale: .logarithmic)) == nil)
        #expect(message(.line(Line(x: [1e15, 1e15 + 1], y: [1, 2]))) == nil)
        #expect(message(.bars(Bars(heights: [0, 0])), x: Axis(categories: ["a", "b"])) == nil)
    }

    @Test("A picture must fill its rows and columns")
    func picture() {
        #expect(throws: PlotError.counts(mark: "picture", what: "pixels", 3, expected: 4)) {
            try Picture(x: 0...1, y: 0...1, rows: 2, columns: 2, pixels: Array(repeating: RGB(0, 0, 0), count: 3))
        }
    }
}
