import GUDCore

/// A way to choose some of the components at random.
public enum ComponentSetKind: String, ParameterChoice {
    /// Any components, a random share of them.
    case random
    /// Those that lie within the columns to the left, or to the right, of a random place.
    case columns
    /// Those that lie within the rows above, or below, a random place.
    case rows
    /// Those that lie within a random rectangle, or outside it.
    case block
    /// The coarse wavelet levels, up to a random one.
    case level
    /// The low frequencies, up to a random one.
    case frequency
    /// The components of largest variance, up to a random number of them.
    case variance

    /// Whether sets are the beginnings of an order.
    ///
    /// Its beginning is what may be given before the rest, and what comes after is what may be absent: by the chain rule a sample is its
    /// coarse levels, and its fine ones given those.
    var isBeginning: Bool { [.level, .frequency, .variance].contains(self) }
}
