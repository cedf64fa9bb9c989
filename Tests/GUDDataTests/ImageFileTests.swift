import Foundation
import GUDCore
import GUDData
import Testing

@Suite("Image files")
struct ImageFileTests {
    // Written by Python's zlib and struct, chunk by chunk, from the values in the tests.
    static let greyPNG =
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEElEQVR42mNgYGxg+PefHQAHjQKGYP7sPAAAAABJRU5ErkJggg=="
    static let colourPNG =
        "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAE0lEQVR42mP4z8DAAMIM/xmZmAEZ/gMEzWqcTQAAAABJRU5ErkJggg=="
    static let transparentPNG =
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABCAYAAAAb4BS0AAAAEklEQVR42mPgEpH7D8QMQNAAAA2UAfiS5IXAAAAAAElFTkSuQmCC"
    static let deepPNG =
        "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABEAAAAACB2fwVAAAADUlEQVR42mMQMvn/HwAD5gJF8RyEZQAAAABJRU5ErkJggg=="
    static let palettePNG =
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABCAMAAAAsPuSGAAAABlBMVEUJCAfIZDJ5NaOkAAAADElEQVR42mNgYGQAAAAGAAKmKEo+AAAA"
        + "AElFTkSuQmCC"
    // A baseline encoder of fifty lines of Python: 8×8, all quantisers 1, five coefficients; and a flat Y, Cb, Cr of 100, 150, 90.
    static let greyJPEG =
        "/9j/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAALCAAI"
        + "AAgBAREA/8QAHwAAAAAMAAAAAAAAAAAAAAAAAAECAwQFBgcICQoL/8QAhRAAAAAAAAAAcgAAAAAAAAAAAAECAwQFBgcREhMUFRYXISIj"
        + "JCUmJzEyMzQ1NjdBQkNERUZHUVJTVFVWV2FiY2RlZmdxcnN0dXZ3gYKDhIWGh5GSk5SVlpehoqOkpaansbKztLW2t8HCw8TFxsfR0tPU"
        + "1dbX4eLj5OXm5/Hy8/T19vfw/9oACAEBAAA/AHoA4cHyNHhE8Af/2Q=="
    static let colourJPEG =
        "/9j/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAARCAAI"
        + "AAgDAREAAhEAAxEA/8QAHwAAAAAMAAAAAAAAAAAAAAAAAAECAwQFBgcICQoL/8QAhRAAAAAAAAAAcgAAAAAAAAAAAAECAwQFBgcREhMU"
        + "FRYXISIjJCUmJzEyMzQ1NjdBQkNERUZHUVJTVFVWV2FiY2RlZmdxcnN0dXZ3gYKDhIWGh5GSk5SVlpehoqOkpaansbKztLW2t8HCw8TF"
        + "xsfR0tPU1dbX4eLj5OXm5/Hy8/T19vfw/9oADAMBAAIAAwAAPwCB8AiwAJZ4B//Z"

    let scratch: Scratch
    init() throws { scratch = try Scratch() }

    func read(_ literal: String, _ name: String = "image") throws -> PixelImage {
        try ImageFile.read(scratch.write(bytes(base64: literal), to: name))
    }

    @Test("Grey and colour PNG files made elsewhere")
    func png() throws {
        let grey = PixelImage(height: 2, width: 3, channels: 1, bytes: [0, 1, 128, 254, 255, 7])
        #expect(try read(Self.greyPNG) == grey)
        let colour = PixelImage(
            height: 2, width: 2, channels: 3, bytes: [255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3])
        #expect(try read(Self.colourPNG) == colour)
        #expect(try PNGFile.read(scratch.write(bytes(base64: Self.colourPNG), to: "colour.png")) == colour)
    }

    @Test("16 bits become 8, a palette becomes colours, transparency lies over white")
    func pngVariants() throws {
        #expect(try read(Self.deepPNG).bytes == [0x12, 0xFF])
        #expect(try read(Self.palettePNG).bytes == [9, 8, 7, 200, 100, 50, 9, 8, 7])
        let blended = try read(Self.transparentPNG)
        #expect(blended.bytes.prefix(6) == [10, 20, 30, 255, 255, 255])
        // Half of black over white is blended in linear light, by a gamma of 2.2: 255 · 0.498^(1 / 2.2) = 185.8.
        #expect(blended.bytes.suffix(3).allSatisfy { abs(Int($0) - 186) <= 1 })
    }

    @Test("What is written is read back, byte for byte", arguments: [1, 3])
    func roundTrip(channels: Int) throws {
        for (height, width) in [(1, 1), (3, 5), (64, 33)] {
            let count = height * width * channels
            let image = PixelImage(
                height: height, width: width, channels: channels, bytes: (0..<count).map { UInt8($0 * 37 % 256) })
            let path = "\(scratch.path)/image.png"
            try PNGFile.write(image, to: path)
            #expect(try PNGFile.read(path) == image)
            // Signature, then IHDR: width, height, 8 bits, colour type 0 or 2.
            let header = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)).prefix(26))
            let expected: [UInt8] = [0, 0, 0, UInt8(width), 0, 0, 0, UInt8(height), 8, channels == 1 ? 0 : 2]
            #expect(header.suffix(10) == expected[...])
        }
    }

    @Test("A grey JPEG file is the inverse cosine transform of its coefficients, within one level")
    func greyJPEG() throws {
        let image = try read(Self.greyJPEG)
        #expect(image.shape == .image(height: 8, width: 8, channels: 1))
        // scipy.fft.idctn of the coefficients, plus 128.
        let expected = [
            142, 131, 127, 143, 168, 183, 179, 169, 145, 141, 140, 147, 158, 166, 165, 161, 121, 130, 141, 147, 149,
            155,
            166, 175, 102, 121, 139, 144, 139, 143, 162, 181, 109, 125, 140, 139, 130, 129, 144, 160, 104, 113, 123,
            128,
            129, 133, 143, 152, 99, 98, 101, 114, 132, 145, 149, 147, 116, 104, 98, 110, 132, 143, 137, 125,
        ]
        for (found, wanted) in zip(image.bytes, expected) { #expect(abs(Int(found) - wanted) <= 1) }
    }

    @Test("A colour JPEG file is converted by the JFIF matrix")
    func colourJPEG() throws {
        let image = try read(Self.colourJPEG)
        #expect(image.shape == .image(height: 8, width: 8, channels: 3))
        // Y + 1.402 (Cr − 128), …, Y + 1.772 (Cb − 128): 46.7, 119.6, 139.0.
        for (index, byte) in image.bytes.enumerated() { #expect(abs(Int(byte) - [47, 120, 139][index % 3]) <= 1) }
    }

    @Test("Damaged files and other files are refused by name")
    func malformed() throws {
        let png = try bytes(base64: Self.colourPNG)
        let cut = try scratch.write(Array(png.prefix(50)), to: "cut.png")
        let text = try message { try ImageFile.read(cut) }
        #expect(text.hasPrefix("cannot read '\(cut)': not a whole PNG image ("))
        let jpeg = try bytes(base64: Self.greyJPEG)
        let short = try scratch.write(Array(jpeg.dropLast(8)), to: "short.jpg")
        #expect(
            try message { try ImageFile.read(short) }
                == "cannot read '\(short)': not a whole JPEG image (Premature end of JPEG file)")
        let other = try scratch.write(Array("hello".utf8), to: "other.png")
        #expect(
            try message { try ImageFile.read(other) }
                == "'\(other)', byte 0: is neither a PNG nor a JPEG image (wrong magic)")
        #expect(
            try message { try PNGFile.read(short) } == "'\(short)', byte 0: is not a PNG image (wrong magic)")
        // IHDR with a width of 2³⁰: libpng or the size check refuses it before anything is allocated.
        var huge = png
        huge.replaceSubrange(16..<20, with: [0x40, 0, 0, 0])
        let path = try scratch.write(huge, to: "huge.png")
        #expect(throws: FileError.self) { try ImageFile.read(path) }
    }

    @Test("A place that cannot be written is named")
    func unwritable() throws {
        let image = PixelImage(height: 1, width: 1, channels: 1, filled: 0)
        #expect(
            try message { try PNGFile.write(image, to: "/nowhere/image.png") }
                == "cannot write '/nowhere/image.png': No such file or directory")
    }

    @Test("Luma has the weights of Rec. 601, and grey becomes three equal channels")
    func grey() {
        let image = PixelImage(
            height: 1, width: 5, channels: 3, bytes: [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 9, 9, 9])
        #expect(image.grey().bytes == [76, 150, 29, 255, 9])
        #expect(image.grey().colour().bytes.prefix(4) == [76, 76, 76, 150])
    }
}
