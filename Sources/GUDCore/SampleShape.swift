/// The shape of one sample: a plain vector, or an image stored row-major with its channels last.
///
/// Every basis and network reads its geometry from here; nothing in GUD guesses an axis from a count.
public enum SampleShape: Hashable, Sendable {
    /// A vector of the given number of scalars.
    case vector(Int)
    /// An image; scalar `(row, column, channel)` lies at `(row * width + column) * channels + channel`.
    case image(height: Int, width: Int, channels: Int)

    /// The number of scalars in a sample, *D*.
    public var dimension: Int {
        switch self {
        case .vector(let count): count
        case .image(let height, let width, let channels): height * width * channels
        }
    }

    /// The axes, outermost first: `[D]` or `[height, width, channels]`.
    public var axes: [Int] {
        switch self {
        case .vector(let count): [count]
        case .image(let height, let width, let channels): [height, width, channels]
        }
    }

    /// Makes a shape from one axis (a vector) or three (an image), or `nil` where an axis is not positive
    /// or their number is neither.
    public init?(axes: [Int]) {
        guard axes.allSatisfy({ $0 > 0 }) else { return nil }
        switch axes.count {
        case 1: self = .vector(axes[0])
        case 3: self = .image(height: axes[0], width: axes[1], channels: axes[2])
        default: return nil
        }
    }
}

extension SampleShape: CustomStringConvertible {
    /// The axes joined by a multiplication sign, for example `8×8×1`.
    public var description: String { axes.map(String.init).joined(separator: "×") }
}
