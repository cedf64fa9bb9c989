import Foundation
import GUDCore
import GUDTraining
import TestSupport
import Testing

@Suite("Checkpoint files")
struct SafetensorsTests {
    private let sample = Safetensors(
        arrays: StateArrays([
            "w": .init(axes: [2, 2], values: .float([1, -2, 0.5, 3])),
            "steps": .init(axes: [1], values: .integer([300])),
            "v": .init(axes: [], values: .double([0.1])),
        ]), metadata: ["gud": "{\"step\":3}"])

    @Test(
        "What is written is what the safetensors package reads, and the other way round",
        .enabled(if: PythonReference.isAvailable, "run 'make setup'"))
    func agreesWithPython() throws {
        let directory = try TemporaryDirectory()
        try sample.write(to: directory.file("ours"))
        let text = try PythonReference.run("safetensors_oracle.py", [directory.file("ours"), directory.file("theirs")])
        #expect(
            text == """
                [('gud', '{"step":3}')]
                steps int64 [1] [300]
                v float64 [] [0.1]
                w float32 [2, 2] [1.0, -2.0, 0.5, 3.0]

                """)
        let theirs = try Safetensors(contentsOf: directory.file("theirs"))
        #expect(theirs.metadata == ["who": "python"])
        #expect(theirs.arrays.floats("a.b", axes: [2, 3]) == [0, 0.25, 0.5, 0.75, 1, 1.25])
        #expect(theirs.arrays.doubles("d", axes: [1, 1]) == [0.1])
        #expect(theirs.arrays["n"] == .init(axes: [1], values: .integer([7])))
    }

    @Test("Equal contents give equal files")
    func isDeterministic() throws {
        let directory = try TemporaryDirectory()
        try sample.write(to: directory.file("a"))
        try Safetensors(contentsOf: directory.file("a")).write(to: directory.file("b"))
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: directory.file("a")))
                == Data(contentsOf: URL(fileURLWithPath: directory.file("b"))))
    }

    @Test("Damaged files are refused with the place")
    func damage() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("x")
        try sample.write(to: path)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        func message(_ bytes: Data) throws -> String {
            try bytes.write(to: URL(fileURLWithPath: path))
            do {
                _ = try Safetensors(contentsOf: path)
                return "accepted"
            } catch { return "\(error)" }
        }
        #expect(
            try message(whole.prefix(5))
                == "'\(path)', byte 5: is too short for a safetensors file; it is truncated")
        #expect(
            try message(Data(repeating: 0xFF, count: 40)).contains(
                "announces a header of 18446744073709551615 bytes, but the file holds 32 more"))
        #expect(try message(whole.dropLast(3)).contains("the file is truncated or damaged"))
        var text = Data("{]".utf8)
        text.append(contentsOf: [UInt8](repeating: 32, count: 6))
        #expect(
            try message(Data([8, 0, 0, 0, 0, 0, 0, 0]) + text)
                == "'\(path)', byte 8: has a header that is not JSON")
    }

    @Test("A store keeps the last few, and finds the newest")
    func store() throws {
        let directory = try TemporaryDirectory()
        let store = CheckpointStore(directory: directory.file("checkpoints"), keeping: 2)
        #expect(try store.latest() == nil)
        for step in [5, 100, 20] { try store.save(sample, step: step) }
        #expect(store.steps == [20, 100])
        #expect(try store.latest()?.step == 100)
    }
}
