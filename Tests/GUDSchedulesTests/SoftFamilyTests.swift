import GUDCore
import GUDSchedules
import Testing

/// Families of soft schedules: their members, their range, and what they are by themselves.
@Suite struct SoftFamilyTests {
    private static let context = ScheduleContext(componentCount: 3, labels: [.row: [0, 1, 2]])

    private func make(_ given: [String: ParameterValue]) throws -> SoftFamily {
        var registry = Registry()
        try BuiltInSchedules.register(in: &registry)
        let factory = try registry.factory(.schedule, named: "family")
        let given = given.merging(["order": .string("row")]) { mine, _ in mine }
        let schedule = try factory.make(try factory.descriptor.schema.resolve(given, at: "schedule"), Self.context)
        return try #require(schedule as? SoftFamily)
    }

    private func softness(_ family: SoftFamily, _ position: Double) throws -> Double {
        try #require(family.member(at: position) as? SoftSchedule).softness
    }

    @Test("positions run from the smallest softness to the largest, evenly in the width of a window") func members()
        throws
    {
        let family = try make(["softnessMin": .string("hard")])
        // Labels [0, R/2, R]: hard is a = 2, windows of 1/3; softness ∞ is a window of 1.
        #expect((try softness(family, 0) - 0.5).magnitude < 1e-12)
        #expect((try softness(family, 0.5) - 2).magnitude < 1e-12)
        #expect(try softness(family, 1.0.nextDown) > 1e12)
        for position in [0, 0.25, 0.5, 0.75] {
            let member = try #require(family.member(at: position) as? SoftSchedule)
            let window = member.window(1)
            #expect((window.upperBound - window.lowerBound - (1 + 2 * position) / 3).magnitude < 1e-12)
        }
    }

    @Test("Below the default smallest softness, the largest one is the only one")
    func smallMaximum() throws {
        let family = try make(["softness": .number(0.1), "softnessMax": .number(0.1), "clip": .bool(false)])
        #expect(family.range.hasPrefix("softness 0.1"), "\(family.range)")
    }

    @Test("by itself a family acts at its stated softness") func byItself() throws {
        let family = try make(["softness": .number(2), "softnessMin": .number(0.5), "softnessMax": .number(4)])
        let member = family.member(at: 0.5)
        #expect((try softness(family, 0) - 0.5).magnitude < 1e-12)
        #expect((try softness(family, 1) - 4).magnitude < 1e-12)
        let soft = try #require(member as? SoftSchedule).with(steepness: 0.5)
        for time in [0, 0.4, 1] {
            #expect(try family.gamma(at: time) == soft.gamma(at: time))
            #expect(try family.gammaRate(at: time) == soft.gammaRate(at: time))
        }
    }

    @Test("ranges that make no sense are refused") func refusals() {
        func message(_ given: [String: ParameterValue]) -> String {
            do {
                _ = try make(given)
                return "accepted"
            } catch {
                return "\(error)"
            }
        }
        #expect(
            message(["softnessMin": .number(3), "softnessMax": .number(2), "softness": .number(2.5)])
                == "schedule.softnessMin: 3.0 is above softnessMax, which is 2.0")
        #expect(message(["orders": .list([])]) == "schedule.orders: [] is empty; name one or more, or leave it out")
        #expect(
            message(["orders": .list([.string("row"), .string("column")])])
                == "schedule.orders: column needs 'column' labels, which the basis does not give; orders it knows: variance, row, "
                + "custom")
        #expect(
            message(["softnessMin": .number(0.25)])
                == "schedule.softnessMin: 0.25 leaves dead time between components; the smallest softness for these labels "
                + "is 0.5, which 'hard' stands for")
        #expect(message([:]) == "accepted")
    }

    @Test("several orders share the positions equally, each with its own softnesses") func orders() throws {
        let family = try make([
            "orders": .list([.string("row"), .list([.table(["row": .number(-1)])])]), "softnessMin": .number(0.5),
            "softnessMax": .number(2),
        ])
        let soft = try make(["softnessMin": .number(0.5), "softnessMax": .number(2)])
        for position in [0, 0.3, 0.8] {
            let forwards = try family.member(at: position / 2).gamma(at: 0.4)
            #expect(forwards == (try soft.member(at: position).gamma(at: 0.4)))
            // Rows from below: the mirror image.
            let backwards = try family.member(at: 0.5 + position / 2).gamma(at: 0.4)
            for (left, right) in zip(backwards.reversed(), forwards) { #expect(abs(left - right) < 1e-9) }
        }
    }

    @Test("a family covers its members, whoever made them, and nothing else") func covers() throws {
        let family = try make([
            "orders": .list([.string("row"), .string("variance")]), "softnessMin": .number(0.5),
            "softnessMax": .number(2), "softness": .number(4),
        ])
        for position in stride(from: 0.0, through: 1, by: 0.125) { #expect(family.covers(family.member(at: position))) }
        #expect(!family.covers(family), "by itself it acts at softness 4")
        let wide = try make(["softnessMin": .number(0.5)])
        func soft(_ given: [String: ParameterValue]) throws -> any NoiseSchedule {
            var registry = Registry()
            try BuiltInSchedules.register(in: &registry)
            let factory = try registry.factory(.schedule, named: "soft")
            return try factory.make(factory.descriptor.schema.resolve(given, at: "schedule"), Self.context)
        }
        for (softness, isCovered) in [(0.5, true), (1.0, true), (2, true), (2.1, false)] {
            let member = try soft(["softness": .number(softness), "order": .string("row")])
            #expect(family.covers(member) == isCovered)
            #expect(wide.covers(member))
            #expect(
                !wide.covers(
                    try soft(["softness": .number(softness), "order": .string("row"), "gammaNoise": .number(6)])))
        }
        #expect(!wide.covers(try soft(["softness": .number(1), "order": .list([.table(["row": .number(-1)])])])))
        // At softness ∞ the order makes no difference.
        let infinite = try soft(["softness": .number(.infinity), "order": .string("variance")])
        #expect(wide.covers(infinite) && !family.covers(infinite))
        #expect(!wide.covers(try LinearSchedule(componentCount: 3, gammaMin: -7, gammaMax: 7)))
        #expect(family.range == "softness 0.5 to 2.0 by row, softness 0.5 to 2.0 by variance")
        #expect(wide.range == "softness 0.5 to ∞ by row")
    }
}
