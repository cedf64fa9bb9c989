import CGUDPlugin
import GUDCore
import GUDPluginABI
import Testing

/// Arrays that the other side wants to keep, whatever it says of them.
@Suite("Kept arrays")
struct StateArrayTests {
    /// Reads one array of three scalars that claims to be of a type and axes.
    private func read(
        _ axes: AxisTuple, rank: UInt32, type: UInt32 = UInt32(GUD_ARRAY_FLOAT), named name: String? = "kept",
        hasData: Bool = true, count: Int = 1
    ) throws -> StateArrays {
        let numbers: [Float] = [1, 2, 3]
        return try numbers.withUnsafeBytes { bytes in
            try (name ?? "").withCString { text in
                var array = gud_array(
                    name: name == nil ? nil : text, type: type, rank: rank, axes: axes,
                    data: hasData ? bytes.baseAddress : nil)
                return try StateArrays(&array, count: count)
            }
        }
    }

    private func message(_ body: () throws -> StateArrays) -> String? {
        do {
            _ = try body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("Sound arrays are copied; a rank of 0 is one number, an axis of 0 is none")
    func sound() throws {
        #expect(try read((3, 0, 0, 0), rank: 1)["kept"] == .init(axes: [3], values: .float([1, 2, 3])))
        #expect(try read((1, 3, 1, 1), rank: 4)["kept"] == .init(axes: [1, 3, 1, 1], values: .float([1, 2, 3])))
        #expect(try read((9, 9, 9, 9), rank: 0)["kept"] == .init(axes: [], values: .float([1])))
        #expect(
            try read((0, 7, 0, 0), rank: 2, hasData: false)["kept"] == .init(axes: [0, 7], values: .float([])))
        #expect(try StateArrays(nil, count: 0).entries.isEmpty)
    }

    @Test("What cannot be is an error, not a crash")
    func absurd() {
        let absurd = "kept array 'kept' has no data, or an absurd size"
        #expect(message { try read((0, .max, 0, 0), rank: 2) } == absurd)
        #expect(message { try read((.max, 0, 0, 0), rank: 2) } == absurd)
        #expect(message { try read((1 << 63, 0, 0, 0), rank: 1) } == absurd)
        #expect(message { try read((1 << 32, 1 << 32, 1, 1), rank: 4) } == absurd)
        #expect(message { try read((3, 0, 0, 0), rank: 1, hasData: false) } == absurd)
        #expect(message { try read((3, 0, 0, 0), rank: 5) } == "kept array 'kept' has 5 axes; 4 are the most")
        #expect(message { try read((3, 0, 0, 0), rank: 1, type: 9) } == "kept array 'kept' has the unknown type 9")
        #expect(message { try read((3, 0, 0, 0), rank: 1, named: nil) } == "a kept array has no name")
        #expect(
            message { try read((3, 0, 0, 0), rank: 1, count: -1) }
                == "there are 18446744073709551615 kept arrays, or their list is missing")
        #expect(message { try StateArrays(nil, count: 2) } == "there are 2 kept arrays, or their list is missing")
    }
}
