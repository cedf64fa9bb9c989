import GUDCore
import Testing

/// What a configuration's author reads when a parameter is wrong, word for word.
@Suite struct ParameterSchemaTests {
    enum Whitening: String, ParameterChoice { case none, data }

    static let levels = Parameter("levels", default: 3, range: 1...16, "Number of wavelet levels.")
    static let softness = Parameter("softness", default: 0.5, range: 0...Double.infinity, "Overlap of components.")
    static let whiten = Parameter("whiten", default: Whitening.none, "Whether to whiten.")
    static let path = Parameter("path", default: "", isRequired: true, "Where the labels are.")
    static let channels = Parameter("channels", default: [1, 2], "Channels per resolution.")
    static let clip = Parameter<Bool?>("clip", default: nil, "Whether to clip.")

    static let schema = ParameterSchema([
        levels.specification, softness.specification, whiten.specification, path.specification,
        channels.specification, clip.specification,
    ])

    private func message(_ given: [String: ParameterValue], complete: Bool = true) -> String {
        let given = complete ? given.merging(["path": .string("l.npy")]) { mine, _ in mine } : given
        do throws(ParameterError) {
            _ = try Self.schema.resolve(given, at: "basis")
            return "accepted"
        } catch {
            #expect(error.blame == .request)
            return error.description
        }
    }

    @Test("an unknown key names the nearest known one, and all") func unknownKey() {
        #expect(
            message(["levles": .integer(2)])
                == "basis.levles: unknown key; did you mean 'levels'? "
                + "known keys: levels, softness, whiten, path, channels, clip")
        #expect(
            message(["q": .integer(2)])
                == "basis.q: unknown key; known keys: levels, softness, whiten, path, channels, clip")
    }

    @Test("a component without parameters says so") func noParameters() {
        #expect(throws: ParameterError.unknownKey("basis.x", suggestion: nil, known: [])) {
            try ParameterSchema().resolve(["x": .null], at: "basis")
        }
        #expect(
            ParameterError.unknownKey("basis.x", suggestion: nil, known: []).description
                == "basis.x: unknown key; it takes no parameters")
    }

    @Test("a value of the wrong type says what to write") func wrongType() {
        #expect(message(["levels": .number(2.5)]) == "basis.levels: '2.5' is not a whole number")
        #expect(message(["softness": .string("soft")]) == "basis.softness: 'soft' is not a number")
        #expect(message(["softness": .number(.nan)]) == "basis.softness: 'nan' is not a number")
        #expect(message(["whiten": .string("dta")]) == "basis.whiten: 'dta' is not one of none, data")
        #expect(
            message(["channels": .list([.integer(1), .string("two")])])
                == "basis.channels: '[1, two]' is not a list, each entry a whole number")
        #expect(message(["clip": .integer(1)]) == "basis.clip: '1' is not true or false, or null")
        #expect(message(["path": .table(["a": .bool(true)])]) == "basis.path: '{a: true}' is not a text")
    }

    @Test("a value out of range names the range") func outOfRange() {
        #expect(message(["levels": .integer(0)]) == "basis.levels: 0 is out of range; allowed: 1 to 16")
        #expect(message(["softness": .number(-0.5)]) == "basis.softness: -0.5 is out of range; allowed: 0 or more")
        #expect(message(["softness": .number(.infinity)]) == "accepted")
    }

    @Test("a missing value says what it is for") func missing() {
        #expect(message([:], complete: false) == "basis.path: missing; give a text (Where the labels are.)")
    }

    @Test("a rule's message joins place, value and rule") func rule() {
        let error = ParameterError.rule("schedule.softness", .number(0.1), "leaves dead time")
        #expect(error.description == "schedule.softness: 0.1 leaves dead time")
    }

    @Test("defaults fill in, given values come through typed") func values() throws {
        let parameters = try Self.schema.resolve(
            ["path": .string("a.npy"), "levels": .number(4), "whiten": .string("data"), "clip": .bool(true)],
            at: "basis")
        #expect(parameters[Self.levels] == 4)
        #expect(parameters[Self.softness] == 0.5)
        #expect(parameters[Self.whiten] == .data)
        #expect(parameters[Self.channels] == [1, 2])
        #expect(parameters[Self.clip] == true)
        #expect(try Self.schema.resolve(["path": .string("")], at: "x")[Self.clip] == nil)
    }
}
