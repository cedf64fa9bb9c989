import Foundation

/// The sets of samples that `Tests/Reference/quality.py` makes by the same formulas.
enum ReferenceSets {
    /// `[40, 3]`.
    static let a = first(rows: 40, columns: 3)
    /// `[60, 3]`.
    static let b = second(rows: 60, columns: 3)

    static func first(rows: Int, columns: Int) -> [Float] {
        (0..<rows * columns).map { index in
            let (i, j) = (Double(index / columns), Double(index % columns))
            return Float(sin(1.7 * i + 0.9 * j * j) + 0.3 * j)
        }
    }

    static func second(rows: Int, columns: Int) -> [Float] {
        (0..<rows * columns).map { index in
            let (i, j) = (Double(index / columns), Double(index % columns))
            return Float(1.3 * cos(2.3 * i + 1.1 * j) + 0.1 * i / 60)
        }
    }
}
