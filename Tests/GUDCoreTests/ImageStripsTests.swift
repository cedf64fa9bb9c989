import GUDCore
import Testing

@Suite("Images as strips")
struct ImageStripsTests {
    /// Two images of 2×3×2; value = 100 · image + 10 · row + column, negative in the second channel.
    private func strips(_ axis: ImageAxis) throws -> ImageStrips {
        var values: [Float] = []
        for image in 0..<2 {
            for row in 0..<2 {
                for column in 0..<3 {
                    let value = Float(100 * image + 10 * row + column)
                    values += [value, -value]
                }
            }
        }
        return try #require(ImageStrips(values, shape: .image(height: 2, width: 3, channels: 2), along: axis))
    }

    @Test("Lines of either axis are those that the picture has")
    func lines() throws {
        let columns = try strips(.columns)
        #expect(columns.lineCount == 3 && columns.lineSize == 4 && columns.count == 2 && columns.profile == [2, 2])
        let last = columns.lines(2..<3)
        #expect(last.values == [2, -2, 12, -12, 102, -102, 112, -112])
        #expect(last.shape == .image(height: 2, width: 1, channels: 2))
        #expect(columns.transposed.prefix(8) == [0, 0, 10, -10, 1, -1, 11, -11])

        let rows = try strips(.rows)
        #expect(rows.lineCount == 2 && rows.lineSize == 6 && rows.profile == [3, 2])
        #expect(rows.lines(1..<2).values == [10, -10, 11, -11, 12, -12, 110, -110, 111, -111, 112, -112])
        #expect(rows.transposed == rows.values)
    }

    @Test("What is cut apart joins to what it was", arguments: ImageAxis.allCases)
    func joining(axis: ImageAxis) throws {
        let whole = try strips(axis)
        for place in 1..<whole.lineCount {
            #expect(whole.lines(0..<place).appending(whole.lines(place..<whole.lineCount)) == whole)
        }
        #expect(whole.selecting([1, 0, 1]).lines(0..<1).count == 3)
        #expect(whole.selecting([1, 0]).selecting([1, 0]) == whole)
    }

    @Test("A mask of lines marks what those lines hold", arguments: ImageAxis.allCases)
    func masks(axis: ImageAxis) throws {
        let whole = try strips(axis)
        let mask = whole.mask(of: 1..<2)
        #expect(mask.count == 12)
        #expect(mask.indices.filter { mask[$0] }.map { whole.values[$0] } == whole.lines(1..<2).selecting([0]).values)
    }

    @Test("Vectors and parts of images are none")
    func refused() {
        #expect(ImageStrips([1, 2], shape: .vector(2), along: .columns) == nil)
        #expect(ImageStrips([1, 2, 3], shape: .image(height: 1, width: 2, channels: 1), along: .rows) == nil)
    }
}
