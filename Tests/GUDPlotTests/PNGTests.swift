import Foundation
import GUDData
import Testing

@testable import GUDPlot

@Suite("Figures as PNG")
struct PNGTests {
    private func decoded(_ figure: Figure, scale: Double = 1) throws -> PixelImage {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("plot-\(UUID().uuidString).png").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(figure.png(scale: scale)).write(to: URL(fileURLWithPath: path))
        return try ImageFile.read(path)
    }

    private func color(_ image: PixelImage, _ x: Double, _ y: Double) -> [UInt8] {
        let start = (Int(y) * image.width + Int(x)) * 3
        return Array(image.bytes[start..<start + 3])
    }

    @Test("A file that the project's own reader decodes, with the pixels where they belong")
    func pixels() throws {
        let picture = try Picture(
            x: 0...1, y: 0...1, rows: 2, columns: 2,
            pixels: [RGB(255, 0, 0), RGB(0, 255, 0), RGB(0, 0, 255), RGB(10, 20, 30)])
        let figure = Figure(panels: [Plot(x: Axis(""), y: Axis(""), marks: [.picture(picture)])])
        let image = try decoded(figure)
        let layout = try FigureLayout(figure)
        #expect((image.width, image.height) == (Int(layout.width), Int(layout.height)))
        let frame = layout.frames[0]
        let quarters = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)].map {
            color(image, frame.left + $0.0 * frame.width, frame.top + $0.1 * frame.height)
        }
        #expect(quarters == [[255, 0, 0], [0, 255, 0], [0, 0, 255], [10, 20, 30]])
        #expect(color(image, 1, 1) == [255, 255, 255])
    }

    @Test("Text is there: the picture with a title differs from the one without in the title's place alone")
    func text() throws {
        func image(_ title: String) throws -> PixelImage {
            let plot = Plot(title, x: Axis("x"), y: Axis("y"), marks: [.line(Line(x: [0, 1], y: [0, 1]))])
            return try decoded(Figure(panels: [plot]), scale: 2)
        }
        let (with, without) = (try image("Mmmm"), try image(". "))
        #expect(with.width == without.width && with.height == without.height)
        let different = stride(from: 0, to: with.bytes.count, by: 3).filter { with.bytes[$0] != without.bytes[$0] }
        #expect(different.count > 300, "no font: see fonts-dejavu-core in Scripts/setup.sh")
        let rows = different.map { $0 / 3 / with.width }
        #expect((rows.max() ?? 0) < 2 * 34)
    }

    @Test("Sizes out of range are errors")
    func sizes() {
        let figure = Figure(panels: [Plot(x: Axis("x"), y: Axis("y"), marks: [.line(Line(x: [0, 1], y: [0, 1]))])])
        #expect(throws: PlotError.self) { try figure.png(scale: 1000) }
        #expect(throws: PlotError.self) { try figure.png(scale: 0) }
        #expect(throws: PlotError.self) { try figure.png(scale: .nan) }
    }
}
