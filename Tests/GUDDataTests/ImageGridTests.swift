import GUDCore
import Testing

@testable import GUDData

@Suite("Image grids")
struct ImageGridTests {
    let pixel = SampleShape.image(height: 1, width: 1, channels: 1)

    @Test("Every image lies in its cell, with its margin, enlarged")
    func layout() throws {
        let picture = try ImageGrid(columns: 2, scale: 2, padding: 1, background: 9)
            .compose([-1, 0, 1], shape: pixel)
        #expect(picture.height == 7 && picture.width == 7 && picture.channels == 1)
        // −1 is 0, 0 is 128 (127.5 rounds away from zero), 1 is 255; the fourth cell stays empty.
        #expect(
            picture.bytes == [
                9, 9, 9, 9, 9, 9, 9,
                9, 0, 0, 9, 128, 128, 9,
                9, 0, 0, 9, 128, 128, 9,
                9, 9, 9, 9, 9, 9, 9,
                9, 255, 255, 9, 9, 9, 9,
                9, 255, 255, 9, 9, 9, 9,
                9, 9, 9, 9, 9, 9, 9,
            ])
    }

    @Test("Two panels stand side by side, across a gap")
    func panels() throws {
        let picture = try ImageGrid(columns: 1, scale: 1, padding: 0, gap: 2, background: 9)
            .compose([-1, -1], beside: [1], shape: pixel)
        #expect(picture == PixelImage(height: 2, width: 4, channels: 1, bytes: [0, 9, 9, 255, 0, 9, 9, 9]))
    }

    @Test("Colours stay together when pixels are enlarged")
    func colour() throws {
        let picture = try ImageGrid(scale: 2, padding: 0)
            .compose([-1, 0.2, 1], shape: .image(height: 1, width: 1, channels: 3))
        #expect(picture.bytes == [0, 153, 255, 0, 153, 255, 0, 153, 255, 0, 153, 255])
    }

    @Test("By itself a grid is near to a square, and small images grow to 64 pixels at most")
    func automatic() throws {
        let digits = SampleShape.image(height: 8, width: 8, channels: 1)
        let picture = try ImageGrid().compose([Float](repeating: 0, count: 10 * 64), shape: digits)
        #expect(picture.width == 4 * 66 + 2 && picture.height == 3 * 66 + 2)
        let large = SampleShape.image(height: 100, width: 100, channels: 1)
        #expect(try ImageGrid().compose([Float](repeating: 0, count: 10_000), shape: large).width == 104)
    }

    @Test("Values are clamped, bytes survive the way there and back")
    func scaling() throws {
        #expect(ImageGrid.byte(-7) == 0 && ImageGrid.byte(7) == 255)
        for byte in UInt8.min...UInt8.max { #expect(ImageGrid.byte(ByteScale.bytes[byte]) == byte) }
    }

    @Test("What cannot be shown is refused")
    func refused() throws {
        let grid = ImageGrid()
        #expect(
            try message { try grid.compose([0, .nan], shape: pixel) }
                == "sample 1 holds nan and cannot be shown; only finite numbers can be")
        #expect(
            try message { try grid.compose([0, 1], shape: .vector(2)) }
                == "samples of shape 2 cannot be shown as images; give height×width×1 or height×width×3")
        #expect(
            try message { try grid.compose([0, 1, 2], shape: .image(height: 1, width: 2, channels: 1)) }
                == "3 values are not one or more whole images of 1×2×1; pass whole rows of 2")
        #expect(
            try message { try grid.compose([], shape: pixel) }
                == "0 values are not one or more whole images of 1×1×1; pass whole rows of 1")
    }
}
