/// The colour of a mark, by what it means.
public enum Ink: Sendable, Equatable {
    /// One of the palette's colours, in order; they repeat after the last.
    case category(Int)
    /// A place in [0, 1] along ``ColorScale``.
    case scaled(Double)
    /// The colour of the text, for references and totals.
    case plain
    /// Fainter than the text, for what only accompanies.
    case muted

    /// The number of colours in the palette.
    public static let categoryCount = Theme.light.categories.count
}

/// A colour of three bytes.
public struct RGB: Sendable, Equatable {
    /// Red, green and blue.
    public let red: UInt8, green: UInt8, blue: UInt8

    /// A colour from its bytes.
    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// A colour as in `0x0072B2`.
    init(_ hex: UInt32) {
        self.init(UInt8(hex >> 16 & 255), UInt8(hex >> 8 & 255), UInt8(hex & 255))
    }

    /// `#0072b2`.
    var hex: String {
        "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// The colours of a page, light or dark.
///
/// The categories are those of Okabe and Ito, which remain apart for people with any kind of colour blindness; on a dark
/// page they are raised in lightness by as much as their contrast needs.
///
/// Source: M. Okabe & K. Ito, "Color Universal Design" (2002).
struct Theme {
    let paper: RGB
    let ink: RGB
    let muted: RGB
    let grid: RGB
    let categories: [RGB]

    static let light = Theme(
        paper: RGB(0xFFFFFF), ink: RGB(0x1F2328), muted: RGB(0x6E7781), grid: RGB(0xE3E7EB),
        categories: [0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9].map { RGB($0) })
    static let dark = Theme(
        paper: RGB(0x0D1117), ink: RGB(0xE6EDF3), muted: RGB(0x8D96A0), grid: RGB(0x2A313A),
        categories: [0x3D9FDB, 0xF0803C, 0x2BC096, 0xDD98BF, 0xEDB33B, 0x8FD0F5].map { RGB($0) })

    /// The name of a colour's CSS class.
    static func className(_ ink: Ink) -> String? {
        switch ink {
        case .category(let index): "c\(wrapped(index))"
        case .plain: "ink"
        case .muted: "muted"
        case .scaled: nil
        }
    }

    /// The colour itself.
    func color(_ ink: Ink) -> RGB {
        switch ink {
        case .category(let index): categories[Self.wrapped(index)]
        case .plain: self.ink
        case .muted: muted
        case .scaled(let place): ColorScale.line(place)
        }
    }

    private static func wrapped(_ index: Int) -> Int {
        let count = light.categories.count
        return (index % count + count) % count
    }
}
