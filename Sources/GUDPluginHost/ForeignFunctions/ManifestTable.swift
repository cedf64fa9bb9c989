import GUDCore

/// A table of a manifest, read strictly: every key must be known, every value of its type.
///
/// Errors name the exact place, `basis.forward.arguments[1]`, in the words that configurations use.
struct ManifestTable {
    let values: [String: ParameterValue]
    let place: String

    /// A table that may hold these keys and no others.
    init(_ value: ParameterValue, at place: String, keys: [String]) throws(ParameterError) {
        guard case .table(let values) = value else { throw .type(place, value, expectation: "a table") }
        for key in values.keys.sorted() where !keys.contains(key) {
            throw .unknownKey(
                Self.join(place, key), suggestion: nearest(to: key, among: keys), known: keys)
        }
        self.values = values
        self.place = place
    }

    /// The place of a key, for messages.
    func place(of key: String) -> String { Self.join(place, key) }

    /// The value of a key that must be there.
    ///
    /// - Parameter meaning: What the key is for, shown where it is missing.
    func required<Value: ParameterRepresentable>(
        _ key: String, _ meaning: String, as type: Value.Type = Value.self
    ) throws(ParameterError) -> Value {
        guard let value = try optional(key, as: type) else {
            throw .missing(place(of: key), expectation: Value.expectation, meaning)
        }
        return value
    }

    /// The value of a key that may be absent.
    func optional<Value: ParameterRepresentable>(
        _ key: String, as type: Value.Type = Value.self
    ) throws(ParameterError) -> Value? {
        guard let given = values[key] else { return nil }
        guard let value = Value(given) else {
            throw .type(place(of: key), given, expectation: Value.expectation)
        }
        return value
    }

    /// The entries of a list with their places; an absent key is an empty list.
    func entries(_ key: String) throws(ParameterError) -> [(value: ParameterValue, place: String)] {
        guard let given = values[key] else { return [] }
        guard case .list(let list) = given else { throw .type(place(of: key), given, expectation: "a list") }
        return list.enumerated().map { ($0.element, "\(place(of: key))[\($0.offset)]") }
    }

    private static func join(_ place: String, _ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }
}

/// The words of a text that a pattern of characters allows: a C symbol, a component's name, a plugin's id.
enum ManifestWord {
    /// Throws where a text is empty or has a character outside the allowed ones.
    static func check(
        _ text: String, at place: String, _ expectation: String, allowed: (Character) -> Bool
    ) throws(ParameterError) {
        guard !text.isEmpty, text.allSatisfy({ $0.isASCII && allowed($0) }) else {
            throw .type(place, .string(text), expectation: expectation)
        }
    }

    /// Throws where a text is not a name in C.
    static func checkIdentifier(_ text: String, at place: String) throws(ParameterError) {
        try check(text, at: place, "a name in C (letters, digits, underscores)") {
            $0.isLetter || $0.isNumber || $0 == "_"
        }
        guard text.first?.isNumber == false else {
            throw .type(place, .string(text), expectation: "a name in C (letters, digits, underscores)")
        }
    }
}
