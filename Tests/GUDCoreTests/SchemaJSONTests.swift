import Foundation
import GUDCore
import Testing

/// Schemas of parameters as the JSON in a plugin's table: what goes out comes back, and every mistake is named.
@Suite struct SchemaJSONTests {
    enum Colour: String, ParameterChoice { case red, green }
    enum Secret: ParameterRepresentable {
        case only
        static let expectation = "nothing that can be written"
        init?(_ value: ParameterValue) { nil }
        var parameterValue: ParameterValue { .null }
    }

    private func message(_ json: String) -> String {
        do throws(SchemaError) {
            _ = try ParameterSchema(json: json)
            return "accepted"
        } catch {
            #expect(error.blame == .execution)
            return error.description
        }
    }

    /// A specification without its closure, so that two can be compared.
    private struct Facts: Equatable {
        let name: String
        let form: ParameterForm
        let expectation: String
        let defaultValue: ParameterValue?
        let range: ClosedRange<Double>?
        let unit: String?
        let documentation: String
        let isNumberList: Bool

        init(_ it: ParameterSpecification) {
            (name, form, expectation, defaultValue) = (it.name, it.form, it.expectation, it.defaultValue)
            (range, unit, documentation, isNumberList) = (it.range, it.unit, it.documentation, it.isNumberList)
        }
    }

    static let every: [(ParameterSpecification, String)] = [
        (
            Parameter("flag", default: true, "A flag.").specification,
            #"{"default":true,"documentation":"A flag.","name":"flag","type":"boolean"}"#
        ),
        (
            Parameter("count", default: 3, range: 1...9, "A count.").specification,
            #"{"default":3,"documentation":"A count.","name":"count","range":[1,9],"type":"integer"}"#
        ),
        (
            Parameter("rate", default: 0.5, range: 0...Double.infinity, unit: "1/s", "A \"rate\".").specification,
            #"{"default":0.5,"documentation":"A \"rate\".","name":"rate","range":[0,"inf"],"type":"number","unit":"1/s"}"#
        ),
        (
            Parameter("floor", default: -Double.infinity, "A floor.").specification,
            #"{"default":"-inf","documentation":"A floor.","name":"floor","type":"number"}"#
        ),
        (
            Parameter("word", default: "Grüße / 👋", "A word.").specification,
            #"{"default":"Grüße / 👋","documentation":"A word.","name":"word","type":"text"}"#
        ),
        (
            Parameter("colour", default: Colour.green, "A colour.").specification,
            #"{"choices":["red","green"],"default":"green","documentation":"A colour.","name":"colour","type":"text"}"#
        ),
        (
            Parameter("list", default: NumberList.numbers([1.5, -2.5]), "A list.").specification,
            #"{"default":[1.5,-2.5],"documentation":"A list.","name":"list","type":"numbers"}"#
        ),
        (
            Parameter("file", default: NumberList.file("a/b.npy"), "A file.").specification,
            #"{"default":"a/b.npy","documentation":"A file.","name":"file","type":"numbers"}"#
        ),
        (
            Parameter("needed", default: 0.0, isRequired: true, "A number.").specification,
            #"{"documentation":"A number.","name":"needed","required":true,"type":"number"}"#
        ),
        (
            Parameter<Int?>("maybe", default: nil, range: 0...4, "Perhaps.").specification,
            #"{"documentation":"Perhaps.","name":"maybe","optional":true,"range":[0,4],"type":"integer"}"#
        ),
        (
            Parameter<Bool?>("known", default: false, "Perhaps.").specification,
            #"{"default":false,"documentation":"Perhaps.","name":"known","optional":true,"type":"boolean"}"#
        ),
        (
            Parameter<Colour?>("tint", default: nil, "Perhaps a colour.").specification,
            #"{"choices":["red","green"],"documentation":"Perhaps a colour.","name":"tint","optional":true,"type":"text"}"#
        ),
        (
            Parameter<NumberList?>("rows", default: nil, "Perhaps a list.").specification,
            #"{"documentation":"Perhaps a list.","name":"rows","optional":true,"type":"numbers"}"#
        ),
        (
            Parameter<Double?>("must", default: nil, isRequired: true, "A number, or nothing.").specification,
            #"{"documentation":"A number, or nothing.","name":"must","optional":true,"required":true,"type":"number"}"#
        ),
    ]

    @Test("every form is written as the interface says, and read back as it was") func roundTrip() throws {
        for (specification, json) in Self.every {
            #expect(try ParameterSchema([specification]).json() == "[\(json)]")
            let read = try #require(try ParameterSchema(json: "[\(json)]").specifications.first)
            #expect(Facts(read) == Facts(specification))
        }
        let all = ParameterSchema(Self.every.map(\.0))
        #expect(try all.json() == "[" + Self.every.map(\.1).joined(separator: ",") + "]")
        #expect(try ParameterSchema(json: all.json()).specifications.map(Facts.init) == Self.every.map { Facts($0.0) })
        #expect(try ParameterSchema().json() == "[]")
        #expect(try ParameterSchema(json: " [ ] ").specifications.isEmpty)
    }

    @Test("a schema that was read checks values as the one that was written") func checks() throws {
        let all = ParameterSchema(Self.every.map(\.0))
        let read = try ParameterSchema(json: try all.json())
        let given: [[String: ParameterValue]] = [
            [:], ["needed": .number(1), "must": .null], ["needed": .string("1"), "must": .null],
            ["needed": .integer(1), "must": .null, "count": .integer(10)],
            ["needed": .integer(1), "must": .null, "count": .number(4)],
            ["needed": .integer(1), "must": .null, "colour": .string("blue")],
            ["needed": .integer(1), "must": .null, "tint": .null, "maybe": .integer(5)],
            ["needed": .integer(1), "must": .null, "list": .list([.bool(true)])],
            ["needed": .integer(1), "must": .null, "rate": .number(.infinity)],
            ["needed": .integer(1), "must": .null, "rate": .number(.nan)],
            ["needed": .integer(1), "must": .null, "conut": .integer(1)],
        ]
        for values in given {
            func outcome(_ schema: ParameterSchema) -> String {
                do throws(ParameterError) {
                    return try schema.resolve(values, at: "x").values.sorted { $0.key < $1.key }.description
                } catch {
                    return error.description
                }
            }
            #expect(outcome(read) == outcome(all))
        }
    }

    @Test("a type that only Swift knows cannot be written") func form() {
        let text = { (name: String) in
            "parameter '\(name)' has a type that a plugin cannot take; use Bool, Int, Double, String, an enumeration of "
                + "words, a list of numbers, or an optional of these"
        }
        let secrets = [
            Parameter("secret", default: Secret.only, "").specification,
            Parameter<Secret?>("secret", default: nil, "").specification,
            Parameter("secret", default: [["a"]], "").specification,
        ]
        for secret in secrets {
            let error = #expect(throws: SchemaError.form("secret")) {
                try ParameterSchema([Self.every[0].0, secret]).json()
            }
            #expect(error?.description == text("secret"))
        }
    }

    @Test("what is not the JSON that it should be is named with its place") func syntax() {
        let unreadable = "the schema of parameters cannot be read: "
        #expect(message(#"[{"name": "a", "type": "number"}]"#) == unreadable + "entry 0 has no 'documentation'")
        #expect(
            message(#"[{"name": "a", "type": "number", "documentation": "", "default": 1}, {"type": "number"}]"#)
                == unreadable + "entry 1 has no 'name'")
        for text in ["", "[", "{", "nonsense", "[{\"name\": }]"] { #expect(message(text).hasPrefix(unreadable)) }
        #expect(message("{}").hasPrefix(unreadable))
        #expect(message("[1]").hasPrefix(unreadable + "entry 0: "))
        #expect(
            message(#"[{"name": 4, "type": "number", "documentation": ""}]"#).hasPrefix(
                unreadable + "entry 0, 'name': "))
        #expect(
            message(#"[{"name": "a", "type": "text", "documentation": "", "choices": "red"}]"#)
                .hasPrefix(unreadable + "entry 0, 'choices': "))
    }

    @Test("every mistake in a parameter is named, word for word") func mistakes() {
        func entry(_ rest: String, name: String = "a") -> String {
            #"{"name": "\#(name)", "documentation": "", \#(rest)}"#
        }
        func one(_ rest: String, name: String = "a") -> String { message("[\(entry(rest, name: name))]") }
        for name in ["", "1a", "a b", "a-b", "a.b", "_a"] {
            #expect(
                one(#""type": "number", "default": 1"#, name: name)
                    == "parameter '\(name)' is not a name of letters and digits, in lower camel case")
        }
        #expect(
            one(#""type": "float", "default": 1"#)
                == "parameter 'a' has the type 'float'; known: boolean, integer, number, text, numbers")
        for range in ["[1]", "[1, 2, 3]", "[2, 1]", #"["a", 2]"#, "[null, 2]", "[]"] {
            #expect(
                one(#""type": "number", "default": 1, "range": \#(range)"#)
                    == "parameter 'a' has a range that is not [low, high]")
        }
        #expect(one(#""type": "number""#) == "parameter 'a' has no default, and is neither required nor optional")
        #expect(
            one(#""type": "number", "required": false, "optional": false"#)
                == "parameter 'a' has no default, and is neither required nor optional")
        #expect(
            one(#""type": "number", "default": "one""#) == "parameter 'a' has the default one, which is not a number")
        #expect(
            one(#""type": "integer", "default": 1.5"#)
                == "parameter 'a' has the default 1.5, which is not a whole number")
        #expect(
            one(#""type": "boolean", "default": 1"#) == "parameter 'a' has the default 1, which is not true or false")
        #expect(
            one(#""type": "text", "choices": ["red", "green"], "default": "blue""#)
                == "parameter 'a' has the default blue, which is not one of red, green")
        #expect(
            one(#""type": "numbers", "default": [1, "x"]"#)
                == "parameter 'a' has the default [1, x], which is not a list of numbers, or the path of a .npy file")
        #expect(
            one(#""type": "integer", "optional": true, "default": "x""#)
                == "parameter 'a' has the default x, which is not a whole number, or null")
        #expect(
            one(#""type": "number", "range": [0, "inf"], "default": "-inf""#)
                == "parameter 'a' has the default -.inf, which is out of its own range")
        #expect(
            message("[\(entry(#""type": "number", "default": 1"#)), \(entry(#""type": "text", "required": true"#))]")
                == "parameter 'a' is declared twice")
    }

    @Test("null as a default is allowed where null is a value, and nowhere else") func null() throws {
        let entry = #"{"name": "a", "documentation": "", "type": "number", "default": null"#
        let optional = try ParameterSchema(json: "[\(entry), \"optional\": true}]")
        #expect(optional.specifications.first?.defaultValue == .null)
        #expect(message("[\(entry)}]") == "parameter 'a' has no default, and is neither required nor optional")
    }

    @Test("choices belong to texts") func choices() {
        #expect(
            message(#"[{"name": "a", "documentation": "", "type": "number", "choices": ["1", "2"], "default": 3}]"#)
                == "parameter 'a' has choices, which only a text can have")
        #expect(
            message(#"[{"name": "a", "documentation": "", "type": "text", "choices": [], "required": true}]"#)
                == "parameter 'a' has no choices to choose from")
    }

    @Test("a text that happens to be called inf stays a text") func infinityAsText() throws {
        let word = Parameter("word", default: "inf", "A word.").specification
        let json = try ParameterSchema([word]).json()
        #expect(try ParameterSchema(json: json).specifications.first?.defaultValue == .string("inf"))
        enum Bound: String, ParameterChoice { case inf, zero }
        let bound = Parameter("bound", default: Bound.inf, "A bound.").specification
        #expect(
            try ParameterSchema(json: try ParameterSchema([bound]).json()).specifications.first?.defaultValue
                == .string("inf"))
    }
    @Test("values that crossed as JSON are read by their forms, infinities and texts told apart") func values() throws {
        let given: [String: ParameterValue] = [
            "word": .string("-inf"), "colour": .string("inf"), "rate": .number(.infinity), "floor": .number(-.infinity),
            "list": .list([.number(.infinity), .integer(2)]), "file": .string("inf"), "unknown": .number(.infinity),
            "flag": .bool(true), "count": .integer(.max), "maybe": .null,
        ]
        let json = try JSONEncoder().encode(given.mapValues(JSONValue.init))
        let read = try JSONDecoder().decode([String: JSONValue].self, from: json)
        #expect(ParameterSchema(Self.every.map(\.0)).values(of: read) == given)
    }
}
