/// Colours from dark to bright in even steps of perceived lightness: viridis, by its values at eleven places.
///
/// Source: S. van der Walt & N. Smith, the default colour map of Matplotlib 2.0 (2015), CC0.
public enum ColorScale {
    private static let anchors: [RGB] = [
        0x440154, 0x482475, 0x414487, 0x355F8D, 0x2A788E, 0x21918C, 0x22A884, 0x44BF70, 0x7AD151, 0xBDDF26, 0xFDE725,
    ].map { RGB($0) }

    /// The colour at a place in [0, 1]; beyond it, that of the nearer end.
    public static func color(_ place: Double) -> RGB {
        let position = (place.isNaN ? 0 : min(max(place, 0), 1)) * Double(anchors.count - 1)
        let index = min(Int(position), anchors.count - 2)
        let share = position - Double(index)
        func mix(_ channel: (RGB) -> UInt8) -> UInt8 {
            let (low, high) = (Double(channel(anchors[index])), Double(channel(anchors[index + 1])))
            return UInt8((low + (high - low) * share).rounded())
        }
        return RGB(mix(\.red), mix(\.green), mix(\.blue))
    }

    /// The colour of a line: the ends that vanish on a dark or a white page are left out.
    static func line(_ place: Double) -> RGB { color(0.15 + 0.7 * min(max(place.isNaN ? 0 : place, 0), 1)) }
}

/// What the colours of a plot stand for, shown as a bar beside it.
public struct ColorKey: Sendable, Equatable {
    /// What is measured.
    public var label: String
    /// The numbers at the two ends of the scale.
    public var range: ClosedRange<Double>
    /// Whether the bar shows the colours of lines, or those of pictures.
    public var isForLines: Bool

    /// A key.
    public init(_ label: String, range: ClosedRange<Double>, isForLines: Bool = true) {
        self.label = label
        self.range = range
        self.isForLines = isForLines
    }

    /// The place in [0, 1] of a number; the middle where the range is a single number.
    public func place(_ value: Double) -> Double {
        let width = range.upperBound - range.lowerBound
        return width > 0 ? (value - range.lowerBound) / width : 0.5
    }
}
