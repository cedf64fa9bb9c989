import GUDCore
import Testing

@testable import GUDData

@Suite("Image folders")
struct ImageFolderTests {
    let scratch: Scratch
    init() throws { scratch = try Scratch() }

    @discardableResult
    func image(_ name: String, height: Int = 2, width: Int = 2, channels: Int = 1, _ byte: UInt8 = 0) throws -> String {
        let path = try scratch.write([], to: name)
        try PNGFile.write(PixelImage(height: height, width: width, channels: channels, filled: byte), to: path)
        return path
    }

    func load(_ given: [String: ParameterValue] = [:]) throws -> Dataset {
        try dataset("folder", given.merging(["path": .string(scratch.path)]) { first, _ in first })
    }

    @Test("Images of a flat folder have no labels; a tenth is held out, the same whatever the run's seed")
    func flat() throws {
        for index in 0..<20 { try image("\(index).png", UInt8(index)) }
        try scratch.write([1], to: "notes.txt")
        let folder = try load()
        #expect(folder.classCount == 0 && folder.levels == 256)
        #expect(folder.training.count == 18 && folder.test.count == 2)
        let bytes = (folder.training.values + folder.test.values).map(ImageGrid.byte)
        #expect(Set(bytes) == Set(0..<20))
        let again = try dataset("folder", ["path": .string("")], baseDirectory: scratch.path, seed: 7)
        #expect(again.test == folder.test)
        #expect(try load(["splitSeed": .integer(1)]).test != folder.test)
        #expect(try load(["testFraction": .number(0)]).test.count == 0)
    }

    @Test("Sub-directories with images are classes, in alphabetical order")
    func classes() throws {
        for index in 0..<4 {
            try image("b/\(index).png", 100)
            try image("a/\(index).PNG", 200)
        }
        try scratch.write([1], to: "c/notes.txt")
        let folder = try load()
        #expect(folder.classCount == 2)
        for index in 0..<folder.training.count {
            let label = try #require(folder.training.labels?[index])
            #expect(ImageGrid.byte(folder.training.values[index * 4]) == [200, 100][label])
        }
    }

    @Test("Mixed sizes are refused with the two files, and cropped and resampled on request")
    func mixedSizes() throws {
        let first = try image("1.png", 50)
        try image("2.png", 50)
        let third = try image("3.png", height: 4, width: 8, 50)
        #expect(
            try message { try load() }
                == "'\(first)' is 2×2×1, but '\(third)' is 4×8×1; give size to bring all to one")
        let folder = try load(["size": .integer(2)])
        #expect(folder.shape == .image(height: 2, width: 2, channels: 1))
        #expect(folder.training.values.allSatisfy { ImageGrid.byte($0) == 50 })
    }

    @Test("Grey beside colour is refused with the two files, and made alike on request")
    func mixedChannels() throws {
        let first = try image("1.png", 50)
        let second = try image("2.png", channels: 3, 50)
        #expect(
            try message { try load() }
                == "'\(first)' is 2×2×1, but '\(second)' is 2×2×3; give grayscale, true or false, to make all alike")
        #expect(try load(["grayscale": .bool(true)]).shape == .image(height: 2, width: 2, channels: 1))
        #expect(try load(["grayscale": .bool(false)]).shape == .image(height: 2, width: 2, channels: 3))
    }

    @Test("A missing or empty folder, images on two levels, and a damaged image are refused")
    func refused() throws {
        #expect(
            try message { try dataset("folder", ["path": .string("/nowhere")]) }
                == "cannot read '/nowhere': No such directory")
        #expect(
            try message { try load() }
                == "'\(scratch.path)' holds no PNG or JPEG images; put them there, or into sub-directories by class")
        let file = try image("1.png")
        #expect(
            try message { try dataset("folder", ["path": .string(file)]) } == "cannot read '\(file)': Not a directory")
        try image("cats/2.png")
        #expect(
            try message { try load() }
                == "'\(file)' lies beside '\(scratch.path)/cats', whose name is a label; move all images into "
                + "sub-directories, or none")
        #expect(
            try message { try dataset("folder") }
                == "data.path: missing; give a text (The folder.)")
    }

    @Test("Of several damaged images the first is reported")
    func damaged() throws {
        for index in 0..<8 { try image("\(index).png") }
        let bad = try scratch.write(Array("no".utf8), to: "3.png")
        try scratch.write(Array("no".utf8), to: "6.png")
        for _ in 0..<10 {
            #expect(
                try message { try load() } == "'\(bad)', byte 0: is neither a PNG nor a JPEG image (wrong magic)")
        }
    }

    @Test("Resampling averages areas")
    func resampling() {
        let ramp = PixelImage(height: 3, width: 3, channels: 1, bytes: [0, 30, 60, 90, 120, 150, 180, 210, 240])
        // 3 → 2: weights 2/3 and 1/3 along each axis; 3 → 1: the mean; 3 → 6: every pixel four times.
        #expect(ramp.square(side: 2).bytes == [40, 80, 160, 200])
        #expect(ramp.square(side: 1).bytes == [120])
        #expect(ramp.square(side: 6) == ramp.enlarged(2))
        #expect(ramp.square(side: 3) == ramp)
        // The middle two columns of four; two channels' worth of bytes would be mixed up by a wrong stride.
        let wide = PixelImage(height: 1, width: 3, channels: 3, bytes: [1, 2, 3, 40, 50, 60, 7, 8, 9])
        #expect(wide.square(side: 1).bytes == [40, 50, 60])
    }
}
