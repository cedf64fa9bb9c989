import Foundation
import GUDCore

/// Components in groups of neighbours, so that a network can be told about a few groups in place of many components.
///
/// Components are put in the order that the basis has by nature: by wavelet level, and among equals along a Z-shaped curve through
/// their places, so that neighbours in the order are neighbours in the image; else by frequency; else by variance, the largest
/// first. Contiguous runs of equal length, up to one, are the groups.
struct ComponentGroups: Sendable, Equatable {
    /// The components of each group.
    let members: [[Int]]

    /// Groups of the components of a space; as many as there are components where these are fewer than `count`.
    init(_ space: ComponentSpace, count: Int) {
        let order = Self.order(of: space)
        let groups = min(count, order.count)
        members = (0..<groups).map { group in
            Array(order[group * order.count / groups..<(group + 1) * order.count / groups])
        }
    }

    /// The number of groups.
    var count: Int { members.count }

    /// The mean and the standard deviation of some number over each group.
    func moments(_ values: [Double]) -> [(mean: Double, deviation: Double)] {
        members.map { group in
            let mean = group.reduce(0) { $0 + values[$1] } / Double(group.count)
            let square = group.reduce(0) { $0 + (values[$1] - mean) * (values[$1] - mean) } / Double(group.count)
            return (mean, square.squareRoot())
        }
    }

    private static func order(of space: ComponentSpace) -> [Int] {
        let (basis, variances) = (space.basis, space.dataVariances)
        let levels = basis.labels(.level)
        let (rows, columns) = (basis.labels(.row), basis.labels(.column))
        let frequencies = basis.labels(.frequency)
        let keys = (0..<space.componentCount).map { index -> [Double] in
            if levels != nil || columns != nil {
                let place = Self.curve(row: rows?[index] ?? 0, column: columns?[index] ?? 0)
                return [levels?[index] ?? 0, place]
            }
            return [frequencies?[index] ?? -variances[index]]
        }
        // Equal keys keep the order of the components.
        return keys.indices.sorted { left, right in
            for (one, other) in zip(keys[left], keys[right]) where one != other { return one < other }
            return left < right
        }
    }

    /// A place's number along the Z-shaped curve: the bits of row and column in turn.
    ///
    /// Source: Morton, "A computer oriented geodetic data base", IBM, 1966.
    private static func curve(row: Double, column: Double) -> Double {
        func bits(_ value: Double) -> UInt64 { UInt64(min(max(value, 0), 65535)) }
        let (row, column) = (bits(row), bits(column))
        return Double(
            (0..<16).reduce(UInt64(0)) { $0 | (column >> $1 & 1) << (2 * $1) | (row >> $1 & 1) << (2 * $1 + 1) })
    }
}
