import Foundation
import GUDCore
import GUDData
import TestSupport
import Testing

@Suite("IDX")
struct IDXTests {
    let scratch: Scratch
    init() throws { scratch = try Scratch() }

    /// Two images of 1×2 and three of them for the test part, with labels.
    static let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 51, 204]
    static let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 2, 1, 0]

    func file(_ bytes: [UInt8], _ name: String) throws -> String { try scratch.write(bytes, to: name) }

    func load(_ images: [UInt8], _ labels: [UInt8] = Self.labels) throws -> Dataset {
        try dataset(
            "idx", ["images": .string(file(images, "images")), "labels": .string(file(labels, "labels"))])
    }

    @Test("Bytes become [-1, 1], and the labels say how many classes there are")
    func small() throws {
        let idx = try load(Self.images)
        #expect(idx.shape == .image(height: 1, width: 2, channels: 1))
        #expect(idx.training == LabelledSamples(values: [-1, 1, -0.6, 0.6], labels: [1, 0], dimension: 2))
        #expect(idx.classCount == 2 && idx.levels == 256 && idx.test.count == 0)
    }

    @Test("Paths are relative to the configuration, and the limit holds for both parts")
    func directory() throws {
        for (name, contents) in [
            ("train-images-idx3-ubyte", Self.images), ("train-labels-idx1-ubyte", Self.labels),
            ("t10k-images-idx3-ubyte", Self.images), ("t10k-labels-idx1-ubyte", Self.labels),
        ] {
            try scratch.write(contents, to: "set/\(name)")
        }
        let idx = try dataset(
            "idx", ["directory": .string("set"), "limit": .integer(1)], baseDirectory: scratch.path)
        #expect(idx.training == LabelledSamples(values: [-1, 1], labels: [1], dimension: 2))
        #expect(idx.test == idx.training)
    }

    @Test("Malformed image files are refused with the place")
    func malformed() throws {
        let path = "\(scratch.path)/images"
        #expect(
            try message { try load(Self.labels) }
                == "'\(path)', byte 0: the magic number is 0x00000801 where IDX bytes with 3 axes begin with 0x00000803; "
                + "give a file of images")
        #expect(
            try message { try load(Array(Self.images.dropLast())) }
                == "'\(path)', byte 19: holds 3 bytes where 2×1×2 calls for 4; the file is truncated")
        #expect(
            try message { try load(Self.images + [0]) }
                == "'\(path)', byte 21: holds 5 bytes where 2×1×2 calls for 4; the file is too long")
        #expect(
            try message { try load(Array(Self.images.prefix(9))) }
                == "'\(path)', byte 9: ends inside its header; the file is truncated")
        #expect(
            try message { try load([0, 0, 8]) }
                == "'\(path)', byte 0: the magic number is 0x00000008 where IDX bytes with 3 axes begin with 0x00000803; "
                + "give a file of images")
        let huge = [0, 0, 8, 3] + [UInt8](repeating: 255, count: 12)
        #expect(try message { try load(huge) }.hasSuffix("the file is truncated"))
    }

    @Test("Labels that do not belong to the images are refused")
    func labels() throws {
        let path = "\(scratch.path)/labels"
        #expect(
            try message { try load(Self.images, [0, 0, 8, 1, 0, 0, 0, 3, 1, 0, 1]) }
                == "'\(scratch.path)/images' holds 2 samples, but '\(path)' holds 3 labels; give files that belong together"
        )
        #expect(
            try message { try load(Self.images, Self.images) }
                == "'\(path)', byte 0: the magic number is 0x00000803 where IDX bytes with 1 axis begin with 0x00000801; "
                + "give a file of labels")
        let test = try file([0, 0, 8, 1, 0, 0, 0, 2, 0, 7], "test")
        let images = try file(Self.images, "images")
        let text = try message {
            try dataset(
                "idx",
                [
                    "images": .string(images), "labels": .string(file(Self.labels, "labels")),
                    "testImages": .string(images), "testLabels": .string(test),
                ])
        }
        #expect(text == "'\(test)', byte 9: label 7 does not occur in training; allowed: 0 to 1")
    }

    @Test("Training and test images of two sizes are refused")
    func sizes() throws {
        let small = try file(Self.images, "images")
        let large = try file([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4], "large")
        #expect(
            try message { try dataset("idx", ["images": .string(small), "testImages": .string(large)]) }
                == "'\(small)' is 1×2×1, but '\(large)' is 2×2×1; give both parts one size")
    }

    @Test("A request that names no file, or a directory without the files, says what to give")
    func requests() throws {
        #expect(
            try message { try dataset("idx") }
                == "data.images: null names no file; give images, or a directory of the four MNIST files")
        #expect(
            try message { try dataset("idx", ["directory": .string("a"), "images": .string("b")]) }
                == "data.directory: a stands beside images; give one of the two")
        #expect(
            try message { try dataset("idx", ["directory": .string(scratch.path)]) }
                == "'\(scratch.path)' holds no 'train-images-idx3-ubyte' or 'train-images-idx3-ubyte.gz'; name each file with "
                + "images, labels, testImages and testLabels")
        #expect(
            try message { try dataset("idx", ["directory": .string("/nowhere")]) }
                == "cannot read '/nowhere': No such directory")
    }

    /// The time that this thread has spent computing, so that a busy machine does not fail the test.
    func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    @Test(
        "MNIST and Fashion-MNIST load in well under a second", .enabled(if: SharedData.isAvailable, "set GUD_SHARED"),
        arguments: [
            // Sums of all bytes and first labels by numpy.
            ("mnist", 1_567_298_545.0, 264_923_200.0, [5, 0, 4, 1, 9, 2, 1, 3], [7, 2, 1, 0, 4, 1, 4, 9]),
            ("fashion-mnist", 3_431_114_169.0, 573_469_082.0, [9, 0, 0, 3, 0, 2, 7, 2], [9, 2, 1, 1, 6, 1, 4, 6]),
        ])
    func mnist(name: String, sum: Double, testSum: Double, labels: [Int], testLabels: [Int]) throws {
        let directory = try #require(SharedData.file("data/\(name)")).path
        let (start, busy) = (ContinuousClock.now, threadSeconds())
        let set = try dataset("idx", ["directory": .string(directory)])
        let seconds = threadSeconds() - busy
        print("\(name): 70,000 images in \(seconds) s of one core, \(ContinuousClock.now - start)")
        #expect(set.training.count == 60000 && set.test.count == 10000 && set.classCount == 10)
        #expect(set.training.labels?.prefix(8) == ArraySlice(labels))
        #expect(set.test.labels?.prefix(8) == ArraySlice(testLabels))
        for (part, sum) in [(set.training, sum), (set.test, testSum)] {
            let found = part.values.reduce(0.0) { $0 + ((Double($1) + 1) * 127.5).rounded() }
            #expect(found == sum)
        }
        #expect(seconds < 2)  // A slow or busy machine has some room.
    }
}
