import CGUDPlugin
import GUDCore
import Synchronization
import TestSupport
import Testing

@testable import GUDPluginHost

/// The functions that the host offers, called as a plugin calls them.
@Suite("What the host offers")
struct HostServicesTests {
    private let host = HostServices.table.pointee

    private func box(_ values: [String: ParameterValue]) throws -> ParameterBox {
        let schema = ParameterSchema([
            Parameter("flag", default: true, "").specification, Parameter("count", default: 4, "").specification,
            Parameter("rate", default: 0.5, "").specification, Parameter("word", default: "a\0é", "").specification,
            Parameter("list", default: NumberList.numbers([1.5, -2]), "").specification,
            Parameter<Int?>("maybe", default: nil, "").specification,
        ])
        return try ParameterBox(try schema.resolve(values, at: "x"), schema: schema)
    }

    @Test("Parameters: 1 where there is one of the type, 0 where there is none, -1 where it is of another")
    func parameters() throws {
        let box = try box([:])
        try withExtendedLifetime(box) {
            var (flag, count, rate): (Int32, Int64, Double) = (9, 9, 9)
            #expect(host.parameter_boolean(box.handle, "flag", &flag) == 1 && flag == 1)
            #expect(host.parameter_integer(box.handle, "count", &count) == 1 && count == 4)
            #expect(host.parameter_number(box.handle, "rate", &rate) == 1 && rate == 0.5)
            #expect(host.parameter_number(box.handle, "count", &rate) == 1 && rate == 4)
            var text: UnsafePointer<CChar>?
            var length = 0
            #expect(host.parameter_text(box.handle, "word", &text, &length) == 1)
            let start = try #require(text)
            #expect(length == 4)
            #expect((0...4).map { UInt8(bitPattern: start[$0]) } == [0x61, 0, 0xC3, 0xA9, 0])
            var again: UnsafePointer<CChar>?
            #expect(host.parameter_text(box.handle, "word", &again, nil) == 1 && again == start)
            var numbers: UnsafePointer<Double>?
            #expect(host.parameter_numbers(box.handle, "list", &numbers, &length) == 1)
            #expect(Array(UnsafeBufferPointer(start: numbers, count: length)) == [1.5, -2])
            for name in ["maybe", "unknown"] {
                count = 9
                #expect(host.parameter_integer(box.handle, name, &count) == 0 && count == 9)
            }
            #expect(host.parameter_boolean(box.handle, "count", &flag) == -1 && flag == 1)
            #expect(host.parameter_integer(box.handle, "rate", &count) == -1 && count == 9)
            #expect(host.parameter_number(box.handle, "word", &rate) == -1)
            #expect(host.parameter_text(box.handle, "rate", &text, &length) == -1 && text == start)
            #expect(host.parameter_numbers(box.handle, "word", &numbers, &length) == -1)
            #expect(host.parameter_integer(nil, "count", &count) == 0)
            #expect(host.parameter_integer(box.handle, nil, &count) == 0)
            #expect(host.parameter_integer(box.handle, "count", nil) == 1)
        }
    }

    @Test("A list that is kept in a file is handed over as its numbers")
    func file() throws {
        let folder = try TemporaryDirectory()
        try NumpyArray.write([3, 0.25], axes: [2], to: folder.file("list.npy"))
        let box = try box(["list": .string(folder.file("list.npy"))])
        withExtendedLifetime(box) {
            var numbers: UnsafePointer<Double>?
            var count = 0
            #expect(host.parameter_numbers(box.handle, "list", &numbers, &count) == 1)
            #expect(Array(UnsafeBufferPointer(start: numbers, count: count)) == [3, 0.25])
        }
        #expect(throws: FileError.self) { try self.box(["list": .string(folder.file("absent.npy"))]) }
    }

    @Test(
        "parallel_for covers every index once, in pieces of at most the grain",
        arguments: [(0, 3), (1, 3), (10, 3), (10, 0), (10, 100), (1000, 7), (10, Int.max), (10, -1), (-1, 3)])
    func parallelFor(_ count: Int, _ grain: Int) {
        final class Pieces: Sendable {
            let ranges = Mutex<[Range<Int>]>([])
        }
        let pieces = Pieces()
        host.parallel_for(
            host.context, count, grain,
            { argument, begin, end in
                guard let argument, begin <= end else { return }
                Unmanaged<Pieces>.fromOpaque(argument).takeUnretainedValue().ranges.withLock { $0.append(begin..<end) }
            }, Unmanaged.passUnretained(pieces).toOpaque())
        let ranges = pieces.ranges.withLock { $0.sorted { $0.lowerBound < $1.lowerBound } }
        #expect(ranges.flatMap { Array($0) } == Array(0..<max(count, 0)))
        #expect(ranges.allSatisfy { !$0.isEmpty && (grain < 1 ? true : $0.count <= grain) })
        host.parallel_for(host.context, count, grain, nil, nil)
    }

    @Test("Normals depend on seed, sample, step and place alone")
    func normals() {
        func draw(_ seed: UInt64, _ sample: UInt64, _ step: UInt32, _ count: Int) -> [Float] {
            var values = [Float](repeating: .nan, count: max(count, 0))
            host.fill_normals(host.context, seed, sample, step, &values, count)
            return values
        }
        var direct = [Float](repeating: 0, count: 5)
        var span = direct.mutableSpan
        CounterNoise(seed: 7, purpose: .plugin).fillNormals(&span, sample: 3, step: 2)
        #expect(draw(7, 3, 2, 5) == direct)
        #expect(draw(7, 3, 2, 4) == Array(direct.prefix(4)))
        let others = [draw(8, 3, 2, 5), draw(7, 4, 2, 5), draw(7, 3, 3, 5)]
        #expect(!others.contains(direct) && Set(others).count == 3)
        #expect(draw(.max, .max, .max, 3).allSatisfy { $0.isFinite })
        #expect(draw(7, 3, 2, 0) == [] && draw(7, 3, 2, -1) == [])
        host.fill_normals(host.context, 1, 1, 1, nil, 5)
    }

    @Test("The table says which version it is of, and who offers it")
    func table() {
        #expect(host.struct_size == 96 && host.abi_major == 1 && host.abi_minor == 0)
        #expect(String(cString: host.name) == "gud \(GUDVersion.current)")
        #expect(host.is_cancelled(host.context) == 0)
    }
}
