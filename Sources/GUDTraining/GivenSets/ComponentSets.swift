import Foundation
import GUDCore

/// Draws sets of components: columns, rectangles, coarse levels, low frequencies, whatever the basis can express.
///
/// A component lies within a region of the image where its basis vector has no weight outside: sets of this kind are those that a
/// region that is observed would determine.
public struct ComponentSets: Sendable {
    /// The kinds that are drawn, equally often.
    public let kinds: [ComponentSetKind]

    private let componentCount: Int
    private let height: Int
    private let width: Int
    /// Where the basis vectors have weight; empty where no kind asks.
    private let supports: [Support]
    /// Components in the order of each kind of prefix, cut into runs of equals.
    private let prefixes: [ComponentSetKind: [[Int]]]

    /// Rows and columns of the image.
    struct Support: Sendable, Equatable {
        var rows: Range<Int>
        var columns: Range<Int>
        var area: Int { rows.count * columns.count }
    }

    /// Sets of the components of a space.
    ///
    /// - Parameters:
    ///   - kinds: The kinds to draw; `nil` for all that the basis can express.
    ///   - path: Where the kinds stand in the configuration, for messages.
    /// - Throws: ``ParameterError/rule(_:_:_:)`` for a kind that the basis cannot express; a ``BasisError``.
    /// - Complexity: One inverse transform of *K* unit vectors where places are asked for.
    public init(_ kinds: [ComponentSetKind]?, space: ComponentSpace, path: String = "training.given.sets") throws {
        let expressible = Self.expressible(in: space)
        let kinds = kinds ?? expressible.filter { $0 != .variance || expressible.count == 2 }
        guard !kinds.isEmpty else {
            throw ParameterError.rule(
                path, .list([]),
                expressible.isEmpty
                    ? "cannot be filled: a single component has no parts; leave out training.given"
                    : "is empty; name one or more kinds, or leave it out")
        }
        if let odd = kinds.first(where: { !expressible.contains($0) }) {
            throw ParameterError.rule(
                path, kinds.parameterValue,
                "has '\(odd.rawValue)', which this basis cannot express; it has "
                    + (expressible.isEmpty ? "none" : expressible.map(\.rawValue).joined(separator: ", ")))
        }
        self.kinds = kinds
        componentCount = space.componentCount
        switch space.shape {
        case .image(let height, let width, _): (self.height, self.width) = (height, width)
        case .vector(let count): (height, width) = (1, count)
        }
        let needsPlaces = kinds.contains { [.columns, .rows, .block].contains($0) }
        supports = needsPlaces ? try Self.supports(of: space.basis, height: height, width: width) : []
        var prefixes: [ComponentSetKind: [[Int]]] = [:]
        for kind in kinds { prefixes[kind] = Self.labels(of: kind, in: space).map(Self.runs) }
        self.prefixes = prefixes
    }

    /// Draws a set: neither empty nor everything, except where a few attempts find no other.
    ///
    /// - Parameters:
    ///   - noise: Where random numbers come from.
    ///   - sample: The sample, and `step` the step, that the set is for.
    ///   - rank: Tells several sets of one sample apart, from 0.
    ///   - isAbsent: Whether the set is to be left out, and not given: of an order its end, not its beginning.
    /// - Returns: One flag per component; `nil` where no proper set was found.
    func draw(_ noise: CounterNoise, sample: Int, step: Int, rank: Int, isAbsent: Bool = false) -> [Bool]? {
        for attempt in 0..<8 {
            let first = 64 * (8 * rank + attempt)
            func uniform(_ index: Int) -> Double { noise.uniform(sample: sample, step: step, component: first + index) }
            let kind = kinds[Int(uniform(8) * Double(kinds.count))]
            let set = set(kind, uniform) { index in
                noise.uniform(sample: sample, step: step, component: (rank + 1) << 28 + attempt << 24 + index)
            }
            guard set.contains(true), set.contains(false) else { continue }
            return isAbsent && kind.isBeginning ? set.map { !$0 } : set
        }
        return nil
    }

    /// The set of a kind that random numbers choose: a few, and for a random subset one for each component.
    private func set(
        _ kind: ComponentSetKind, _ uniform: (Int) -> Double, _ each: (Int) -> Double
    ) -> [Bool] {
        func cut(_ extent: Int) -> Range<Int> {
            let place = 1 + Int(uniform(0) * Double(extent - 1))
            return uniform(1) < 0.5 ? 0..<place : place..<extent
        }
        func stretch(_ extent: Int, _ index: Int) -> Range<Int> {
            let length = 1 + Int(uniform(index) * Double(extent))
            let start = Int(uniform(index + 1) * Double(extent - length + 1))
            return start..<start + length
        }
        switch kind {
        case .random:
            let share = uniform(0)
            return (0..<componentCount).map { each($0) < share }
        case .columns:
            let columns = cut(width)
            return supports.map { columns.contains($0.columns) }
        case .rows:
            let rows = cut(height)
            return supports.map { rows.contains($0.rows) }
        case .block:
            let (rows, columns) = (stretch(height, 0), stretch(width, 2))
            if uniform(4) < 0.5 { return supports.map { rows.contains($0.rows) && columns.contains($0.columns) } }
            return supports.map { !rows.overlaps($0.rows) || !columns.overlaps($0.columns) }
        case .level, .frequency, .variance:
            let runs = prefixes[kind] ?? []
            var set = [Bool](repeating: false, count: componentCount)
            for run in runs.prefix(1 + Int(uniform(0) * Double(runs.count - 1))) {
                for component in run { set[component] = true }
            }
            return set
        }
    }
}

// MARK: Which sets are drawn

extension ComponentSets {
    /// Whether a set is one that may be drawn.
    ///
    /// - Parameters:
    ///   - set: One flag per component.
    ///   - isAbsent: Whether it is left out, and not given.
    public func cover(_ set: [Bool], isAbsent: Bool = false) -> Bool {
        kinds.contains { kind in
            switch kind {
            case .random: true
            case .columns: isCut(set, width, \.columns)
            case .rows: isCut(set, height, \.rows)
            case .block: isBlock(set) || isOutsideBlock(set)
            case .level, .frequency, .variance: isPrefix(isAbsent ? set.map { !$0 } : set, of: prefixes[kind] ?? [])
            }
        }
    }

    private func isCut(_ set: [Bool], _ extent: Int, _ axis: KeyPath<Support, Range<Int>>) -> Bool {
        (1..<max(2, extent)).contains { place in
            [0..<place, place..<extent].contains { part in
                zip(set, supports).allSatisfy { $0 == part.contains($1[keyPath: axis]) }
            }
        }
    }

    private func isBlock(_ set: [Bool]) -> Bool {
        let block = Self.hull(zip(set, supports).filter { $0.0 }.map { $0.1 })
        return zip(set, supports).allSatisfy {
            $0 == (block.rows.contains($1.rows) && block.columns.contains($1.columns))
        }
    }

    private func isOutsideBlock(_ set: [Bool]) -> Bool {
        // The finest vectors alone tell where the rectangle is: coarse ones reach beyond it.
        let inside = zip(set, supports).filter { !$0.0 }.map { $0.1 }
        let finest = inside.map(\.area).min() ?? 0
        let block = Self.hull(inside.filter { $0.area == finest })
        return zip(set, supports).allSatisfy {
            $0 == (!block.rows.overlaps($1.rows) || !block.columns.overlaps($1.columns))
        }
    }

    private func isPrefix(_ set: [Bool], of runs: [[Int]]) -> Bool {
        let count = runs.prefix { $0.allSatisfy { set[$0] } }.reduce(0) { $0 + $1.count }
        return count == set.count { $0 }
    }

    private static func hull(_ supports: [Support]) -> Support {
        func hull(_ ranges: [Range<Int>]) -> Range<Int> {
            let low = ranges.map(\.lowerBound).min() ?? 0
            return low..<(ranges.map(\.upperBound).max() ?? low)
        }
        return Support(rows: hull(supports.map(\.rows)), columns: hull(supports.map(\.columns)))
    }
}

// MARK: What a basis can express

extension ComponentSets {
    /// The kinds of sets that a space has.
    static func expressible(in space: ComponentSpace) -> [ComponentSetKind] {
        ComponentSetKind.allCases.filter { kind in
            switch kind {
            case .random: space.componentCount > 1
            case .columns: isSpread(space.basis.labels(.column))
            case .rows: isSpread(space.basis.labels(.row))
            case .block: isSpread(space.basis.labels(.column)) && isSpread(space.basis.labels(.row))
            case .level, .frequency, .variance: isSpread(labels(of: kind, in: space))
            }
        }
    }

    private static func isSpread(_ labels: [Double]?) -> Bool {
        guard let labels, let first = labels.first else { return false }
        return labels.contains { $0 != first }
    }

    /// What a kind of prefix goes by: lower comes first.
    private static func labels(of kind: ComponentSetKind, in space: ComponentSpace) -> [Double]? {
        switch kind {
        case .level: space.basis.labels(.level)
        case .frequency: space.basis.labels(.frequency)
        case .variance: space.dataVariances.map { -$0 }
        default: nil
        }
    }

    /// Components in ascending order of their labels, those of equal labels together.
    private static func runs(_ labels: [Double]) -> [[Int]] {
        var runs: [[Int]] = []
        for index in labels.indices.sorted(by: { (labels[$0], $0) < (labels[$1], $1) }) {
            if let last = runs.last?.last, labels[last] == labels[index] {
                runs[runs.count - 1].append(index)
            } else {
                runs.append([index])
            }
        }
        return runs
    }

    /// The smallest rectangle outside which each basis vector has no weight.
    private static func supports(of basis: any Basis, height: Int, width: Int) throws(BasisError) -> [Support] {
        let (count, dimension) = (basis.componentCount, basis.dimension)
        let channels = dimension / (height * width)
        var supports: [Support] = []
        for start in stride(from: 0, to: count, by: 64) {
            let components = start..<min(start + 64, count)
            var units = [Float](repeating: 0, count: components.count * count)
            for component in components { units[(component - start) * count + component] = 1 }
            let vectors = try basis.inverse(units)
            for component in components {
                // Smaller weights are rounding.
                let first = (component - start) * dimension
                let places = (0..<dimension).filter { abs(vectors[first + $0]) > 1e-5 }.map { $0 / channels }
                let (rows, columns) = (places.map { $0 / width }, places.map { $0 % width })
                supports.append(
                    Support(
                        rows: (rows.min() ?? 0)..<(rows.max() ?? height - 1) + 1,
                        columns: (columns.min() ?? 0)..<(columns.max() ?? width - 1) + 1))
            }
        }
        return supports
    }
}
