import Foundation
import GUDCore
import Testing

/// Files as NumPy writes them, byte for byte, and files as they should not be.
@Suite struct NumpyArrayTests {
    /// A file as `np.save` lays it out: magic, version, header padded to a multiple of 64 bytes, data.
    private func file(
        _ descriptor: String, order: String = "False", shape: String, data: [UInt8], version: UInt8 = 1
    ) -> Data {
        var text = "{'descr': '\(descriptor)', 'fortran_order': \(order), 'shape': \(shape), }"
        let prefix = version == 1 ? 10 : 12
        text += String(repeating: " ", count: 127 - prefix - text.utf8.count) + "\n"
        let length = UInt8(text.utf8.count)
        return Data(
            [0x93] + Array("NUMPY".utf8) + [version, 0, length, 0] + (version == 1 ? [] : [0, 0]) + Array(text.utf8)
                + data)
    }

    private func read(_ bytes: Data, allowsNonFinite: Bool = false) throws -> NumpyArray {
        try withTemporaryDirectory { directory in
            let path = directory + "/x.npy"
            try bytes.write(to: URL(fileURLWithPath: path))
            return try NumpyArray(contentsOf: path, allowsNonFinite: allowsNonFinite)
        }
    }

    private func message(_ bytes: Data) -> String {
        do {
            _ = try read(bytes)
            return "accepted"
        } catch let FileError.format(_, offset, reason) {
            return "byte \(offset): \(reason)"
        } catch {
            return "\(error)"
        }
    }

    private let floats: [UInt8] = [0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0x40, 0x40, 0, 0, 0x88, 0x40]

    @Test("reads what NumPy writes, in every supported type and version") func types() throws {
        #expect(
            try read(file("<f4", shape: "(2, 2)", data: floats))
                == NumpyArray(axes: [2, 2], values: [1.5, -2, 3, 4.25], scalar: .float))
        let longs: [UInt8] =
            [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0xfd] + [UInt8](repeating: 0xff, count: 7)
        #expect(
            try read(file("<i8", shape: "(3,)", data: longs))
                == NumpyArray(axes: [3], values: [1, 2, -3], scalar: .long))
        #expect(
            try read(file("<i4", shape: "(1,)", data: [0xfe, 0xff, 0xff, 0xff]))
                == NumpyArray(axes: [1], values: [-2], scalar: .int))
        #expect(
            try read(file("<f8", shape: "()", data: [0, 0, 0, 0, 0, 0, 4, 0x40]))
                == NumpyArray(axes: [], values: [2.5], scalar: .double)
        )
        #expect(
            try read(file("|b1", shape: "(2,)", data: [1, 0])) == NumpyArray(axes: [2], values: [1, 0], scalar: .bool))
        #expect(
            try read(file("|u1", shape: "(2,)", data: [7, 0xc8], version: 2))
                == NumpyArray(axes: [2], values: [7, 200], scalar: .byte))
        #expect(
            try read(file("<f4", shape: "(0, 3)", data: [])) == NumpyArray(axes: [0, 3], values: [], scalar: .float))
    }

    @Test("writes the bytes that NumPy writes, and reads them back") func roundTrip() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/w.npy"
            try NumpyArray.write([1.5, -2, 3, 4.25], axes: [2, 2], to: path)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == file("<f4", shape: "(2, 2)", data: floats))
            for axes in [[], [1], [4], [1, 4], [2, 1, 2], [0], [3, 0]] {
                let count = axes.reduce(1, *)
                let values = (0..<count).map { Float($0) * 0.1 }
                try NumpyArray.write(values, axes: axes, to: path)
                let array = try NumpyArray(contentsOf: path)
                #expect(array.axes == axes)
                #expect(array.floats == values)
            }
        }
    }

    @Test("says what is wrong with a file, and where") func malformed() {
        #expect(message(Data("not a numpy file".utf8)) == "byte 0: is not a .npy file (wrong magic)")
        #expect(message(Data()) == "byte 0: is not a .npy file (wrong magic)")
        let whole = file("<f4", shape: "(2, 2)", data: floats)
        #expect(message(whole.prefix(60)) == "byte 60: ends inside its header; the file is truncated")
        #expect(
            message(whole.dropLast(3))
                == "byte 141: holds 13 bytes of data where shape [2, 2] of <f4 calls for 16; the file is truncated")
        #expect(
            message(whole + [0])
                == "byte 145: holds 17 bytes of data where shape [2, 2] of <f4 calls for 16; the file is too long")
        #expect(
            message(file("<f4", order: "True", shape: "(2, 2)", data: floats))
                == "byte 10: is in Fortran order; save it with np.ascontiguousarray")
        #expect(
            message(file("<c8", shape: "(2,)", data: floats))
                == "byte 10: holds numbers of type '<c8'; supported: <f4, <f8, |u1, <i4, <i8, |b1")
        #expect(message(file("<f4", shape: "(-2,)", data: floats)) == "byte 10: has a malformed shape (-2,)")
        #expect(message(file("<f4", shape: "(x,)", data: floats)) == "byte 10: has a malformed shape (x,)")
        #expect(
            message(file("<f4", shape: "(4611686018427387904, 4611686018427387904)", data: floats))
                == "byte 10: has a shape too large for any file (4611686018427387904, 4611686018427387904)")
    }

    @Test("names the first number that is not finite, unless such numbers are allowed") func nonFinite() throws {
        let bytes = file(
            "<f8", shape: "(2,)", data: [0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f])
        #expect(message(bytes) == "byte 136: value 1 is nan; only finite numbers can be used")
        #expect(try read(bytes, allowsNonFinite: true).values[1].isNaN)
    }

    @Test("a file that is not there is named with the system's reason") func missing() {
        #expect(throws: FileError.read("/nowhere/x.npy", reason: "No such file or directory")) {
            try NumpyArray(contentsOf: "/nowhere/x.npy")
        }
    }
}
