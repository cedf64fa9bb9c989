import GUDCore
import GUDLinearAlgebra

/// The same observation in orthonormal rows, without those that say nothing new.
///
/// With `W Wᵀ = Q diag(λ) Qᵀ`, the rows are `Λ^(−½) Qᵀ W` and their values `Λ^(−½) Qᵀ y`, over the eigenvalues that are not 0. Along the
/// others the rows of *W* depend on each other, and *y* must be 0 there, or the observation contradicts itself.
///
/// Without noise rows are brought to unit length first, so that numbers of any unit count alike: a column of deviation 0.5 is not lost
/// beside one of 1,000.
struct OrthonormalObservation {
    /// The result.
    let observed: ObservedComponents

    /// Eigenvalues below this fraction of the largest are 0 but for rounding: basis transforms are in single precision.
    private static let rankTolerance = 1e-9
    /// The same under noise, where rows keep their lengths: a direction of rounding alone gets a noise that drowns it.
    private static let noisyRankTolerance = 1e-13
    /// The ratio of kept eigenvalues from which on rows come out orthonormal to the rounding of their weights.
    private static let accurateConditioning = 0.1
    /// Rows shorter than this fraction of the longest that is possible are 0 but for rounding.
    private static let lengthTolerance = 1e-6
    /// What an observation may contradict itself by, as a fraction of the value and of what its row can vary by.
    private static let contradictionTolerance = 1e-3

    /// Orthonormalises rows.
    ///
    /// - Throws: ``ConditionerError/unsupported(_:)`` where an observation without noise contradicts itself.
    init(_ rows: SensorRows) throws(ConditionerError) {
        guard rows.deviation == 0 else {
            observed = try Self.turned(rows, threshold: Self.noisyRankTolerance).observed
            return
        }
        let lengths = Self.lengths(rows)
        let factors = lengths.map { $0 > Self.lengthTolerance * rows.reach ? 1 / $0 : 0 }
        let first = try Self.turned(rows.scaled(by: factors), threshold: Self.rankTolerance)
        try Self.checkContradiction(rows, lengths, factors, kept: first.directions)
        // Rows that nearly depend on each other come out orthonormal to a few digits; turned once more, to the last.
        observed =
            first.conditioning > Self.accurateConditioning
            ? first.observed : try Self.turned(SensorRows(first.observed), threshold: 0.5).observed
    }

    /// What is left of orthonormal rows that were checked before: their eigenvalues are 1 or 0.
    init(rest rows: SensorRows) throws(ConditionerError) {
        observed = try Self.turned(rows, threshold: 0.5, of: 1).observed
    }

    /// Rows turned to be orthonormal, the unit vectors `[kept, M]` that they are turned by, and the ratio of the smallest eigenvalue
    /// that is kept to the largest.
    ///
    /// - Parameter scale: What the threshold is a fraction of; the largest eigenvalue by default.
    private static func turned(
        _ rows: SensorRows, threshold: Double, of scale: Double? = nil
    ) throws(ConditionerError) -> (observed: ObservedComponents, directions: [Double], conditioning: Double) {
        let (count, width) = (rows.count, rows.componentCount)
        let nothing = ObservedComponents(componentCount: width, weights: [], values: [], deviations: [])
        guard count > 0 else { return (nothing, [], 1) }
        let gram = BLAS.gemm(
            rows.weights, rows.weights, rows: count, inner: width, columns: count, right: .transposed)
        let largest = (0..<count).reduce(0.0) { max($0, gram[$1 * count + $1]) }
        let (eigenvalues, vectors) = try decompose(gram, count)
        let kept = eigenvalues.indices.filter { eigenvalues[$0] > threshold * (scale ?? largest) }
        guard !kept.isEmpty else { return (nothing, [], 1) }
        let directions = kept.flatMap { vectors[$0 * count..<($0 + 1) * count] }
        let turns = directions.enumerated().map { $0.element / eigenvalues[kept[$0.offset / count]].squareRoot() }
        let observed = ObservedComponents(
            componentCount: width,
            weights: BLAS.gemm(turns, rows.weights, rows: kept.count, inner: count, columns: width),
            values: BLAS.gemm(
                rows.values, turns, rows: rows.rowCount, inner: count, columns: kept.count, right: .transposed),
            deviations: kept.map { rows.deviation / eigenvalues[$0].squareRoot() })
        return (observed, directions, (kept.map { eigenvalues[$0] }.min() ?? largest) / largest)
    }

    /// Looks for values that no sample has: what is left of *y* without the kept directions, in the unit of each row.
    private static func checkContradiction(
        _ rows: SensorRows, _ lengths: [Double], _ factors: [Double], kept directions: [Double]
    ) throws(ConditionerError) {
        let (count, keptCount) = (rows.count, directions.count / rows.count)
        // Rows that do not depend on each other can have any values.
        if keptCount == count { return }
        let scale = rows.values.reduce(1e-3) { max($0, $1.magnitude) }
        for row in 0..<rows.rowCount {
            let values = rows.values[row * count..<(row + 1) * count]
            let scaled = zip(values, factors).map { $0 * $1 }
            let along = (0..<keptCount).map { direction in
                (0..<count).reduce(0.0) { $0 + directions[direction * count + $1] * scaled[$1] }
            }
            for (line, value) in values.enumerated() {
                let met = (0..<keptCount).reduce(0.0) { $0 + directions[$1 * count + line] * along[$1] }
                let isZero = factors[line] == 0
                let miss = isZero ? value.magnitude : (scaled[line] - met).magnitude * lengths[line]
                // A row that the basis cannot express can vary by nothing, and is held against the other values.
                let allowed = contradictionTolerance * (isZero ? scale : max(value.magnitude, lengths[line]))
                guard miss > allowed else { continue }
                throw .unsupported(
                    "the observation contradicts itself, or what the basis can express, by \(Float(miss)) in data units: "
                        + "\(count) observed numbers have only \(keptCount) independent directions; state its noise (--noise), or "
                        + "leave out what depends on the rest")
            }
        }
    }

    private static func lengths(_ rows: SensorRows) -> [Double] {
        let width = rows.componentCount
        return (0..<rows.count).map { line in
            rows.weights[line * width..<(line + 1) * width].reduce(0.0) { $0 + $1 * $1 }.squareRoot()
        }
    }

    /// Eigenvalues and eigenvectors by row; rows that are orthogonal already are left as they are.
    private static func decompose(
        _ gram: [Double], _ count: Int
    ) throws(ConditionerError) -> (values: [Double], vectors: [Double]) {
        let lengths = (0..<count).map { gram[$0 * count + $0].squareRoot() }
        let isDiagonal = (0..<count).allSatisfy { row in
            (0..<row).allSatisfy { gram[row * count + $0].magnitude <= 1e-6 * lengths[row] * lengths[$0] }
        }
        if isDiagonal {
            var identity = [Double](repeating: 0, count: count * count)
            for index in 0..<count { identity[index * count + index] = 1 }
            return ((0..<count).map { gram[$0 * count + $0] }, identity)
        }
        do throws(LinearAlgebraError) {
            let eigen = try SymmetricEigen(of: gram, dimension: count)
            return (eigen.values, eigen.vectors)
        } catch {
            throw .failed(reason: "\(error)")
        }
    }
}
