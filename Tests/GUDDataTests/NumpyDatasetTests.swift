import Foundation
import GUDCore
import GUDData
import Testing

@Suite("NumPy data sets")
struct NumpyDatasetTests {
    let scratch: Scratch
    init() throws { scratch = try Scratch() }

    func write(_ values: [Float], _ axes: [Int], _ name: String = "train.npy") throws -> String {
        let path = "\(scratch.path)/\(name)"
        try NumpyArray.write(values, axes: axes, to: path)
        return path
    }

    /// A file as numpy.save writes it, of any type.
    func raw(_ type: String, _ shape: String, _ data: [UInt8], _ name: String = "train.npy") throws -> String {
        let header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }\n".utf8)
        let magic = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0]
        return try scratch.write(magic + header + data, to: name)
    }

    @Test(
        "The axes after the first are the shape",
        arguments: [
            ([2, 12], SampleShape.vector(12)), ([2, 3, 4], .image(height: 3, width: 4, channels: 1)),
            ([2, 2, 2, 3], .image(height: 2, width: 2, channels: 3)),
        ])
    func axes(axes: [Int], shape: SampleShape) throws {
        let values = (0..<24).map { Float($0) * 10 }
        let set = try dataset("npy", ["train": .string(write(values, axes))])
        #expect(set.shape == shape)
        #expect(set.training == LabelledSamples(values: values, dimension: 12))
        #expect(set.levels == nil && set.classCount == 0 && set.test.count == 0)
    }

    @Test("A shape, a test part and labels, relative to the configuration")
    func parts() throws {
        _ = try write([1, 2, 3, 4], [2, 2])
        _ = try write([5, 6], [1, 2], "test.npy")
        _ = try write([1, 0], [2], "labels.npy")
        _ = try write([1], [1], "testLabels.npy")
        let set = try dataset(
            "npy",
            [
                "train": .string("train.npy"), "test": .string("test.npy"), "labels": .string("labels.npy"),
                "testLabels": .string("testLabels.npy"), "shape": .list([.integer(1), .integer(2), .integer(1)]),
            ], baseDirectory: scratch.path)
        #expect(set.shape == .image(height: 1, width: 2, channels: 1) && set.classCount == 2)
        #expect(set.training.labels == [1, 0])
        #expect(set.test == LabelledSamples(values: [5, 6], labels: [1], dimension: 2))
    }

    @Test("Bytes are scaled to [-1, 1]")
    func byteScaling() throws {
        let set = try dataset("npy", ["train": .string(raw("|u1", "2, 2", [0, 255, 51, 204]))])
        #expect(set.training.values == [-1, 1, -0.6, 0.6] && set.levels == 256)
    }

    @Test("Malformed arrays are refused with the place")
    func malformed() throws {
        func text(_ path: String, _ more: [String: ParameterValue] = [:]) throws -> String {
            try message { try dataset("npy", more.merging(["train": .string(path)]) { $1 }) }
                .replacing(path, with: "TRAIN").replacing(scratch.path, with: "SCRATCH")
        }
        #expect(
            try text(write([1, .nan], [1, 2])) == "'TRAIN', byte 132: value 1 is nan; only finite numbers can be used")
        #expect(
            try text(write([1, 2], [2])) == "'TRAIN' holds an array of axes [2]; wanted: [N, D], [N, H, W] or "
                + "[N, H, W, C], none of them 0")
        #expect(
            try text(write([1, 2], [1, 2]), ["shape": .list([.integer(3)])])
                == "'TRAIN' holds an array of axes [1, 2]; wanted: rows of 3 numbers, for samples of shape 3")
        #expect(
            try text(write([1, 2], [1, 2]), ["shape": .list([.integer(1), .integer(2)])])
                == "data.shape: [1, 2] is not a shape; give [D] or [H, W, C], all positive")
        #expect(
            try text(scratch.write(Array("hello, numpy".utf8), to: "x.npy"))
                == "'TRAIN', byte 0: is not a .npy file (wrong magic)")
        let huge = try raw("<f8", "9223372036854775807, 9223372036854775807", [])
        #expect(
            try text(huge).hasSuffix(
                "has a shape too large for any file (9223372036854775807, 9223372036854775807)"))
        // Finite in double precision, not in single.
        let large = withUnsafeBytes(of: 1e300) { Array($0) }
        #expect(
            try text(raw("<f8", "1, 1", large))
                == "training sample 0 of data set 'npy' holds inf; only finite numbers can be used")
        #expect(try text(write([], [0, 2])) == "data set 'npy' has no training samples; give it at least one")
    }

    @Test("Labels that are none are refused")
    func labels() throws {
        let train = try write([1, 2, 3, 4], [2, 2])
        func text(_ labels: [Float], _ axes: [Int]) throws -> String {
            let path = try write(labels, axes, "labels.npy")
            return try message { try dataset("npy", ["train": .string(train), "labels": .string(path)]) }
                .replacing(path, with: "LABELS").replacing(train, with: "TRAIN")
        }
        #expect(
            try text([0, 1.5], [2]) == "'LABELS': entry 1 is 1.5; labels are whole numbers from 0 to 65535")
        #expect(try text([0, -1], [2]) == "'LABELS': entry 1 is -1.0; labels are whole numbers from 0 to 65535")
        #expect(
            try text([0, 1, 2], [3])
                == "'TRAIN' holds 2 samples, but 'LABELS' holds 3 labels; give files that belong together")
        #expect(try text([0, 1], [2, 1]) == "'LABELS' holds an array of axes [2, 1]; wanted: [N]")
    }

    @Test("Bytes in one part and other numbers in the other are refused")
    func mixedTypes() throws {
        let train = try raw("|u1", "1, 2", [1, 2])
        let test = try write([1, 2], [1, 2], "test.npy")
        #expect(
            try message { try dataset("npy", ["train": .string(train), "test": .string(test)]) }
                == "'\(test)' holds an array of axes [1, 2]; wanted: numbers of the same type as in '\(train)', bytes in both or "
                + "in neither")
    }
}
