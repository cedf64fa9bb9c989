import Foundation
import GUDCore
import GUDData
import TestSupport
import Testing

@Suite("CIFAR-10")
struct CIFAR10Tests {
    let scratch: Scratch
    init() throws { scratch = try Scratch() }

    /// A row whose planes count upwards from different bytes.
    static func row(_ label: UInt8) -> [UInt8] {
        [label] + (0..<3072).map { UInt8(($0 % 1024 + [0, 85, 170][$0 / 1024]) % 256) }
    }

    @Test("Planes of red, green and blue become pixels of three channels")
    func planes() throws {
        let path = try scratch.write(Self.row(3) + Self.row(9), to: "rows.bin")
        let cifar = try dataset("cifar10", ["files": .list([.string(path)])])
        #expect(cifar.shape == .image(height: 32, width: 32, channels: 3))
        #expect(cifar.training.labels == [3, 9] && cifar.classCount == 10 && cifar.levels == 256)
        let bytes = cifar.training[1].map { Int((($0 + 1) * 127.5).rounded()) }
        #expect(bytes.prefix(6) == [0, 85, 170, 1, 86, 171])
        #expect(bytes.suffix(3) == [255, 84, 169])  // 1023, 1108 and 1193 modulo 256
    }

    @Test("Files of a directory are taken by their prefix, each once, up to the limit")
    func directory() throws {
        for (name, label) in [
            ("data_batch_2.bin", 2), ("data_batch_1.bin", 1), ("data_batch_1.bin.xz", 7), ("test_batch.bin", 5),
        ] {
            try scratch.write(Self.row(UInt8(label)), to: name)
        }
        try scratch.write([1, 2, 3], to: "batches.meta.txt")
        let cifar = try dataset("cifar10", ["directory": .string(scratch.path)])
        #expect(cifar.training.labels == [1, 2] && cifar.test.labels == [5])
        let one = try dataset(
            "cifar10", ["directory": .string("."), "limit": .integer(1)], baseDirectory: scratch.path)
        #expect(one.training.labels == [1])
    }

    @Test("Half a row, a wrong label and a missing file are refused with the place")
    func malformed() throws {
        func load(_ bytes: [UInt8]) throws -> String {
            let path = try scratch.write(bytes, to: "rows.bin")
            return try message { try dataset("cifar10", ["files": .list([.string(path)])]) }
                .replacing(path, with: "PATH")
        }
        #expect(
            try load(Self.row(1) + Self.row(2).dropLast())
                == "'PATH', byte 6145: ends inside row 1 of 3073 bytes; the file is truncated, or not CIFAR-10's binary version"
        )
        #expect(try load(Self.row(1) + Self.row(10)) == "'PATH', byte 3073: row 1 has label 10; allowed: 0 to 9")
        #expect(
            try message { try dataset("cifar10", ["directory": .string(scratch.path + "/none")]) }
                == "cannot read '\(scratch.path)/none': No such directory")
        try scratch.write([], to: "empty/other")
        #expect(
            try message { try dataset("cifar10", ["directory": .string(scratch.path + "/empty")]) }
                == "'\(scratch.path)/empty' holds no 'data_batch_*'; unpack CIFAR-10's binary version there, or name the files "
                + "with files and testFiles")
        #expect(
            try message { try dataset("cifar10") }
                == "data.files: [] names no file; give files, or a directory of data_batch_* files")
        #expect(try load([]) == "data set 'cifar10' has no training samples; give it at least one")
    }

    @Test("A subset of the real images", .enabled(if: SharedData.isAvailable, "set GUD_SHARED"))
    func real() throws {
        let directory = try #require(SharedData.file("data/cifar10")).path
        let clock = ContinuousClock()
        var loaded: Dataset?
        let time = try clock.measure { loaded = try dataset("cifar10", ["directory": .string(directory)]) }
        let cifar = try #require(loaded)
        print("cifar10: 8,053 images in \(time)")
        #expect(cifar.training.count == 7292 && cifar.test.count == 761)
        #expect(cifar.training.labels?.prefix(8) == [6, 9, 9, 4, 1, 1, 2, 7])
        #expect(cifar.test.labels?.prefix(5) == [3, 8, 8, 0, 6])
        // Means and first pixel by numpy.
        #expect(abs(mean(cifar.training.values) - (120.96685205104909 / 127.5 - 1)) < 1e-6)
        #expect(abs(mean(cifar.test.values) - (122.8268828022339 / 127.5 - 1)) < 1e-6)
        #expect(cifar.training[0].prefix(4).map { Int((($0 + 1) * 127.5).rounded()) } == [59, 62, 63, 43])
    }
}
