/// Named arrays of numbers: what a fitted basis, a fitted denoiser or a training run must keep.
///
/// Names are paths with dots, for example `basis.eigenvectors`; a checkpoint stores them as they are.
public struct StateArrays: Sendable {
    /// One array: its axes, outermost first, and its numbers in row-major order.
    public struct Entry: Sendable, Equatable {
        /// The axes; empty for a single number.
        public let axes: [Int]
        /// The numbers.
        public let values: Values

        /// Pairs axes with as many values as they call for.
        public init(axes: [Int], values: Values) {
            precondition(axes.reduce(1, *) == values.count, "values must fill the axes")
            self.axes = axes
            self.values = values
        }
    }

    /// The numbers of an array, in one of the precisions that a checkpoint can store.
    public enum Values: Sendable, Equatable {
        case float([Float])
        case double([Double])
        case integer([Int64])

        /// How many numbers there are.
        public var count: Int {
            switch self {
            case .float(let values): values.count
            case .double(let values): values.count
            case .integer(let values): values.count
            }
        }
    }

    /// The arrays by name.
    public var entries: [String: Entry]

    /// A collection of arrays; empty by default.
    public init(_ entries: [String: Entry] = [:]) { self.entries = entries }

    /// One array by name.
    public subscript(name: String) -> Entry? {
        get { entries[name] }
        set { entries[name] = newValue }
    }

    /// The values of a Float array of exactly these axes, or `nil` where there is none.
    public func floats(_ name: String, axes: [Int]) -> [Float]? {
        guard let entry = entries[name], entry.axes == axes, case .float(let values) = entry.values else { return nil }
        return values
    }

    /// The values of a Double array of exactly these axes, or `nil` where there is none.
    public func doubles(_ name: String, axes: [Int]) -> [Double]? {
        guard let entry = entries[name], entry.axes == axes, case .double(let values) = entry.values else { return nil }
        return values
    }

    /// The arrays whose names begin with `prefix.`, without it.
    public func scoped(_ prefix: String) -> StateArrays {
        var scoped: [String: Entry] = [:]
        for (name, entry) in entries where name.hasPrefix(prefix + ".") {
            scoped[String(name.dropFirst(prefix.count + 1))] = entry
        }
        return StateArrays(scoped)
    }

    /// Adds all arrays of another collection under `prefix.`.
    public mutating func merge(_ other: StateArrays, under prefix: String) {
        for (name, entry) in other.entries { entries[prefix + "." + name] = entry }
    }
}
