import Foundation

/// A file of golden vectors: cases of `{"fn", "inputs", "reference" | "exact" | "float64"}`, arrays as
/// `{"shape": […], "data": […]}`.
public struct Golden {
    /// The cases, in the file's order.
    public let cases: [GoldenValue]

    /// Reads `golden/NAME.json` of the shared folder.
    public init(_ name: String) throws {
        guard let url = SharedData.file("golden/\(name).json") else { throw CocoaError(.fileReadNoSuchFile) }
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
        cases = GoldenValue(json)["cases"].elements
    }
}

/// A node of a golden file.
public struct GoldenValue {
    private let json: Any?

    init(_ json: Any?) { self.json = json }

    /// The value under a key; absent values chain.
    public subscript(key: String) -> GoldenValue { GoldenValue((json as? [String: Any])?[key]) }
    /// Whether there is a value, other than null.
    public var exists: Bool { json != nil && !(json is NSNull) }
    /// The entries of a list.
    public var elements: [GoldenValue] { (json as? [Any] ?? []).map(GoldenValue.init) }
    /// The keys of an object.
    public var keys: [String] { ((json as? [String: Any]) ?? [:]).keys.sorted() }
    /// A text.
    public var string: String? { json as? String }
    /// A number; `"inf"`, `"-inf"` and `"nan"` count.
    public var number: Double? {
        if let text = json as? String { return Double(text) }
        return (json as? NSNumber)?.doubleValue
    }
    /// A Boolean.
    public var bool: Bool? { (json as? NSNumber)?.boolValue }
    /// The axes of an array.
    public var shape: [Int] { self["shape"].elements.compactMap { $0.number.map { Int($0) } } }
    /// The numbers of an array in row-major order.
    public var data: [Double] { self["data"].elements.map { $0.number ?? .nan } }
}
