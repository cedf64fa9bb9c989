import Foundation
import GUDCore
import GUDSchedules
import Testing

/// What configurations of `soft` and `family` mean, and what their authors read where they are wrong.
@Suite struct SoftConfigurationTests {
    private static let context = ScheduleContext(
        componentCount: 4, dataVariances: [8, 4, 2, 1],
        labels: [.row: [0, 0, 1, 1], .column: [0, 1, 0, 1], .level: [0, 1, 1, 1]])

    private func make(
        _ given: [String: ParameterValue], _ name: String = "soft", context: ScheduleContext = context
    ) throws -> SoftSchedule {
        var registry = Registry()
        try BuiltInSchedules.register(in: &registry)
        let factory = try registry.factory(.schedule, named: name)
        let schedule = try factory.make(try factory.descriptor.schema.resolve(given, at: "schedule"), context)
        return try #require(schedule as? SoftSchedule)
    }

    private func message(
        _ given: [String: ParameterValue], _ name: String = "soft", context: ScheduleContext = context
    ) -> String {
        do {
            _ = try make(given, name, context: context)
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    /// γ(0) − γ_denoise = a (l − l_max), from which the labels are read back.
    private func labels(_ order: ParameterValue, _ more: [String: ParameterValue] = [:]) throws -> [Double] {
        let given = more.merging(["order": order, "softness": .number(1), "clip": .bool(false)]) { $1 }
        let first = try make(given).gamma(at: 0)
        let low = first.min() ?? 0
        return first.map { (($0 - low) * 1e9).rounded() / 1e9 }
    }

    @Test("orders: natural units, sequences spread over [0, R], weighted sums") func orders() throws {
        let ln2 = (log(2) * 1e9).rounded() / 1e9
        #expect(try labels(.string("variance")).map { ($0 / ln2).rounded() } == [0, 1, 2, 3])
        #expect(try labels(.string("row")) == [0, 0, 14, 14])
        #expect(try labels(.string("column")) == [0, 14, 0, 14])
        #expect(try labels(.string("level")) == [0, 14, 14, 14])
        #expect(try labels(.string("block"), ["blockSize": .integer(1)]) == [0, 14 / 3.0, 28 / 3.0, 14].map(rounded))
        #expect(try labels(.string("block"), ["blockSize": .integer(2)]) == [0, 0, 0, 0])
        let weighted: [ParameterValue] = [
            .list([.table(["level": .integer(1)]), .table(["column": .number(0.1)])]),
            .list([
                .table(["name": .string("level"), "weight": .number(1)]),
                .table(["name": .string("column"), "weight": .number(0.1)]),
            ]),
            .list([.string("level"), .table(["column": .number(0.1)])]),
        ]
        for order in weighted { #expect(try labels(order) == [0, 15.4, 14, 15.4]) }
        #expect(try labels(.table(["row": .number(-1)])) == [14, 14, 0, 0])
    }

    private func rounded(_ value: Double) -> Double { (value * 1e9).rounded() / 1e9 }

    @Test("labels from a file, and what is wrong with a file") func custom() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).npy").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try NumpyArray.write([3, 1, 0, 2], axes: [4], to: path)
        #expect(try labels(.string("custom"), ["labels": .string(path)]) == [3, 1, 0, 2])
        try NumpyArray.write([3, 1, 0], axes: [3], to: path)
        #expect(
            message(["order": .string("custom"), "labels": .string(path)])
                == "schedule.labels: \(path) holds 3 labels where there are 4 components")
        #expect(
            message(["order": .string("custom"), "labels": [3.0, 1, 0].parameterValue])
                == "schedule.labels: the list holds 3 labels where there are 4 components")
        try NumpyArray.write([3, 1, 0, .nan], axes: [4], to: path)
        #expect(
            message(["order": .string("custom"), "labels": .string(path)])
                == "'\(path)', byte 140: value 3 is nan; only finite numbers can be used")
        #expect(
            message(["order": .string("custom")])
                == "schedule.order: custom needs labels; give 'schedule.labels' the path of a .npy file")
    }

    @Test("the clip is on where every order is a sequence, or where the limit is hard") func clipDefault() throws {
        #expect(try make(["order": .string("row")]).clip == -7...7)
        #expect(try make(["order": .string("variance")]).clip == nil)
        #expect(try make(["order": .list([.string("row"), .string("variance")])]).clip == nil)
        #expect(try make(["order": .string("row"), "clip": .bool(false)]).clip == nil)
        #expect(try make(["softness": .string("hard")]).clip == -7...7)
    }

    @Test("softness is 1/a; hard is the largest a without dead time") func softness() throws {
        #expect(try make(["softness": .number(0.5)]).steepness == 2)
        #expect(try make(["softness": .number(.infinity)]).steepness == 0)
        // Gaps of log 2 in a range of 14.
        #expect((try make(["softness": .string("hard")]).steepness - 14 / log(2)).magnitude < 1e-9)
        let four = ScheduleContext(componentCount: 4, labels: [.row: [0, 1, 2, 3]])
        let hard = try make(["order": .string("row"), "softness": .string("hard")], context: four)
        #expect((hard.steepness - 3).magnitude < 1e-12)
        let flat = ScheduleContext(componentCount: 2, labels: [.row: [5, 5]])
        #expect(try make(["order": .string("row"), "softness": .string("hard")], context: flat).steepness == 0)
    }

    @Test("a softness that leaves dead time names the smallest one, which is accepted") func deadTime() throws {
        let four = ScheduleContext(componentCount: 4, labels: [.row: [0, 1, 2, 3]])
        let text = message(["order": .string("row"), "softness": .number(0.1)], context: four)
        #expect(
            text
                == "schedule.softness: 0.1 leaves dead time between components; the smallest softness for these labels is "
                + "0.333334, which 'hard' stands for")
        #expect(
            message(["order": .string("row"), "softness": .number(0.333334)], context: four) == "accepted")
        #expect(message(["order": .string("row"), "softness": .number(0.33333)], context: four) == "accepted")
        #expect(
            message(["order": .string("row"), "softness": .number(0.1), "clip": .bool(false)], context: four)
                == "accepted")
    }

    @Test("wrong values are named with what is allowed") func messages() {
        let range = 3 * log(2.0)
        let softness = "a number above 0, .inf (all together) or hard (one after the other)"
        #expect(message(["softness": .integer(0)]) == "schedule.softness: '0' is not \(softness)")
        #expect(message(["softness": .number(-1)]) == "schedule.softness: '-1.0' is not \(softness)")
        #expect(message(["softness": .string("soft")]) == "schedule.softness: 'soft' is not \(softness)")
        let order =
            "one of variance, frequency, level, column, row, block, custom, or a list of these with finite weights such as "
            + "[{level: 1}, {column: 0.1}]"
        #expect(message(["order": .string("rows")]) == "schedule.order: 'rows' is not \(order)")
        #expect(message(["order": .list([])]) == "schedule.order: '[]' is not \(order)")
        #expect(
            message(["order": .list([.table(["row": .number(.infinity)])])])
                == "schedule.order: '[{row: .inf}]' is not \(order)")
        #expect(
            message(["order": .string("frequency")])
                == "schedule.order: frequency needs 'frequency' labels, which the basis does not give; orders it knows: "
                + "variance, level, column, row, block, custom")
        #expect(
            message(["order": .string("block")], context: ScheduleContext(componentCount: 2))
                == "schedule.order: block needs 'row' labels, which the basis does not give; orders it knows: "
                + "variance, custom")
        #expect(
            message(["softness": .string("hard"), "clip": .bool(false)])
                == "schedule.softness: hard needs the clip; leave out 'schedule.clip', or set it to true")
        #expect(
            message(["gammaDenoise": .number(3), "gammaNoise": .number(3)])
                == "schedule.gammaDenoise: 3.0 is not below gammaNoise, which is 3.0")
        #expect(
            message(["soft": .integer(1)])
                == "schedule.soft: unknown key; did you mean 'softness'? known keys: gammaDenoise, gammaNoise, softness, "
                + "clip, order, labels, blockSize")
        #expect(
            message(["softness": .number(.leastNonzeroMagnitude)])
                == "steepness inf times the labels' range \(range) is not a finite, non-negative number")
    }
}
