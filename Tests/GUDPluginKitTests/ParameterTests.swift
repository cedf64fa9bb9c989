import CGUDPlugin
import GUDCore
import GUDPluginABI
import Synchronization
import Testing

@testable import GUDPluginKit

/// Parameters cross the interface in every form, and come back as the author's own types.
@Suite("Parameters of the kit")
struct ParameterTests {
    enum Colour: String, ParameterChoice { case red, green }

    static let flag = Parameter("flag", default: false, "A flag.")
    static let count = Parameter("count", default: 3, range: 1...9, "A count.")
    static let rate = Parameter("rate", default: 0.5, range: 0...Double.infinity, unit: "1/s", "A rate.")
    static let word = Parameter("word", default: "none", "A word.")
    static let colour = Parameter("colour", default: Colour.red, "A colour.")
    static let list = Parameter("list", default: [1.5, 2.5], "A list.")
    static let file = Parameter("file", default: NumberList.numbers([]), "A list, or a file.")
    static let maybe = Parameter<Int?>("maybe", default: 7, "Perhaps a number.")
    static let needed = Parameter("needed", default: 0.0, isRequired: true, "A number.")

    static let schema = ParameterSchema([
        flag.specification, count.specification, rate.specification, word.specification, colour.specification,
        list.specification, file.specification, maybe.specification, needed.specification,
    ])

    /// What a conditioner finds in its parameters.
    private func values(of given: TestParameters?) throws -> (seen: [String], answer: Answer) {
        let seen = Mutex<[String]>([])
        let factory = ConditionerFactory(Descriptor(name: "seen", summary: "", schema: Self.schema)) { parameters, _ in
            seen.withLock {
                $0 = [
                    "\(parameters[Self.flag])", "\(parameters[Self.count])", "\(parameters[Self.rate])",
                    parameters[Self.word], "\(parameters[Self.colour])", "\(parameters[Self.list])",
                    "\(parameters[Self.file])", parameters[Self.maybe].map(String.init) ?? "nil",
                    "\(parameters[Self.needed])",
                ]
            }
            return Echo(life: Census.Life(Census()), embeddingWidth: 0)
        }
        let plugin = try TestHost().export(.conditioner(factory))
        let table = try plugin.functions(gud_conditioner_table.self)
        let component = try plugin.component()
        var context = gud_conditioner_context()
        context.struct_size = Versioned.size(of: gud_conditioner_context.self)
        var object: UnsafeMutableRawPointer?
        let answer = withExtendedLifetime(given) {
            Answer { table.create(component.factory, &context, given?.handle, &object, $0) }
        }
        table.destroy(object)
        return (seen.withLock { $0 }, answer)
    }

    @Test("Every form arrives as it was sent")
    func everyForm() throws {
        let (seen, answer) = try values(
            of: TestParameters([
                "flag": .bool(true), "count": .integer(9), "rate": .number(.infinity), "word": .string("Grüße 👋\0!"),
                "colour": .string("green"), "list": .list([.integer(4), .number(0.5)]), "file": .list([.number(-1)]),
                "maybe": .integer(-5), "needed": .integer(2),
            ]))
        #expect(answer == .ok)
        #expect(seen == ["true", "9", "inf", "Grüße 👋\0!", "green", "[4.0, 0.5]", "numbers([-1.0])", "-5", "2.0"])
    }

    @Test("What is missing takes its default, an optional becomes nil; an empty list stays one")
    func missing() throws {
        let (seen, answer) = try values(
            of: TestParameters(["needed": .number(1), "maybe": .null, "list": .list([]), "word": .string("")]))
        #expect(answer == .ok)
        #expect(seen == ["false", "3", "0.5", "", "red", "[]", "numbers([])", "nil", "1.0"])
    }

    @Test("What is required and missing, or out of range, is refused with the place and the remedy")
    func refused() throws {
        #expect(
            try values(of: nil).answer
                == Answer(status: GUD_ERROR_ARGUMENT, text: "seen.needed: missing; give a number (A number.)"))
        #expect(
            try values(of: TestParameters(["needed": .number(1), "count": .integer(10)])).answer
                == Answer(status: GUD_ERROR_ARGUMENT, text: "seen.count: 10 is out of range; allowed: 1 to 9"))
        #expect(
            try values(of: TestParameters(["needed": .number(1), "colour": .string("blue")])).answer
                == Answer(status: GUD_ERROR_ARGUMENT, text: "seen.colour: 'blue' is not one of red, green"))
    }

    @Test("The schema that the host reads says the same")
    func schema() throws {
        let factory = ConditionerFactory(Descriptor(name: "seen", summary: "", schema: Self.schema)) { _, _ in
            Echo(life: Census.Life(Census()), embeddingWidth: 0)
        }
        let plugin = try TestHost().export(.conditioner(factory))
        let read = try ParameterSchema(json: String(cString: try plugin.component().parameters))
        #expect(read.specifications.map(\.name) == Self.schema.specifications.map(\.name))
        #expect(read.specifications.map(\.form) == Self.schema.specifications.map(\.form))
        #expect(read.specifications.map(\.defaultValue) == Self.schema.specifications.map(\.defaultValue))
    }
}
