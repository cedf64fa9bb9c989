import GUDCore
import GUDYAML

/// A key of a configuration and the values that it takes in a sweep, one after the other.
///
///     try SweepAxis("schedule.softness=0.5,2,.inf")
///     try SweepAxis("basis=pixel,{name: pca, whiten: data}")
///     try SweepAxis("denoiser.multipliers=[[1, 2], [1, 2, 4]]")
public struct SweepAxis: Sendable, Equatable {
    /// The key, as in an override: `schedule.softness`.
    public let path: String
    /// The values, at least one.
    public let values: [ParameterValue]

    /// An axis from its parts.
    public init(path: String, values: [ParameterValue]) {
        self.path = path
        self.values = values
    }

    /// Reads `path.to.key=value,value`, the values in YAML; in brackets where a value is a list itself.
    ///
    /// - Throws: ``SweepError/axis(_:reason:)``.
    public init(_ text: String) throws(SweepError) {
        guard let split = text.firstIndex(of: "="), split > text.startIndex else {
            throw .axis(text, reason: "write path.to.key=value,value")
        }
        path = String(text[..<split])
        let list = text[text.index(after: split)...].drop { $0 == " " }
        let value: ParameterValue
        do {
            value = try YAML.value(list.hasPrefix("[") ? String(list) : "[\(list)]")
        } catch {
            throw .axis(text, reason: error.reason)
        }
        guard case .list(let values) = value, !values.isEmpty else { throw .axis(text, reason: "there are no values") }
        self.values = values
    }

    /// The last word of the key, which names the axis where no other one ends alike.
    var shortName: String {
        let parts = path.split(separator: ".")
        return String((parts.last == "name" ? parts.dropLast().last : parts.last) ?? "")
    }

    /// A value as part of a directory's name.
    static func label(_ value: ParameterValue) -> String {
        let text: String
        switch value {
        case .table(let table):
            let rest = table.filter { $0.key != "name" }.sorted { $0.key < $1.key }
            text = ([table["name"].map(label)].compactMap { $0 } + rest.map { "\($0.key)-\(label($0.value))" })
                .joined(separator: "+")
        case .list(let values): text = values.map(label).joined(separator: "x")
        case .number(let number) where number.isInfinite: text = number > 0 ? "inf" : "-inf"
        default: text = value.description
        }
        return String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._+-".contains($0)) ? $0 : "_" })
    }
}
