/// How thoroughly a plugin is tried; each level does what the ones below it do, and more.
///
/// | level | what it adds |
/// |---|---|
/// | 1 | the library: preflight, loading, entry, tables, schemas |
/// | 2 | objects: made and destroyed for several shapes and contexts; refusals have a reason |
/// | 3 | every function once, between guard pages on both sides; results written, finite, twice the same |
/// | 4 | what objects say of themselves: counts, labels, state that makes them again |
/// | 5 | the laws of their kind, on the smallest space that they take |
/// | 6 | the laws on all spaces |
/// | 7 | the laws between guard pages |
/// | 8 | parameters: every choice and both ends of every range |
/// | 9 | wear: a thousand objects made and destroyed, without growing; several threads at once |
/// | 10 | three more seeds, a large space, exports, the floating-point environment, processes left behind |
public struct ValidationLevel: Sendable, Comparable, Codable {
    /// 1 to 10.
    public let number: Int

    /// A level, from 1 to 10; others are brought into the range.
    public init(_ number: Int) { self.number = min(max(number, 1), 10) }

    /// What every plugin goes through before its first use.
    public static let probe = ValidationLevel(4)
    /// Everything.
    public static let highest = ValidationLevel(10)

    /// Orders levels by thoroughness.
    public static func < (a: ValidationLevel, b: ValidationLevel) -> Bool { a.number < b.number }
}
