import GUDCore

/// The axes of a sample as the interface passes them: their number, and four places.
public typealias AxisTuple = (UInt64, UInt64, UInt64, UInt64)

extension SampleShape {
    /// The number of axes, 1 or 3.
    public var rank: UInt32 { UInt32(axes.count) }

    /// The axes, outermost first; unused places are 0.
    public var axisTuple: AxisTuple {
        let axes = axes.map(UInt64.init)
        return (axes[0], axes.count > 1 ? axes[1] : 0, axes.count > 2 ? axes[2] : 0, 0)
    }

    /// The shape that axes stand for; `nil` where they are none.
    public init?(rank: UInt32, axes: AxisTuple) {
        let all = [axes.0, axes.1, axes.2, axes.3].prefix(Int(min(rank, 4))).compactMap { Int(exactly: $0) }
        guard all.count == rank else { return nil }
        self.init(axes: all)
    }
}

extension NaturalOrder {
    /// The number that the interface gives to the order.
    public var code: UInt32 {
        switch self {
        case .frequency: 0
        case .level: 1
        case .row: 2
        case .column: 3
        }
    }

    /// The order of a number, `nil` where a later version knows more of them.
    public init?(code: UInt32) {
        guard let order = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = order
    }
}
