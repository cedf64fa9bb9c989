import GUDCore
import GUDLinearAlgebra

/// The same observation in orthonormal rows, without those that say nothing new.
///
/// With `W Wᵀ = Q diag(λ) Qᵀ`, the rows are `Λ^(−½) Qᵀ W` and their values `Λ^(−½) Qᵀ y`, over the eigenvalues that are not 0. Along the
/// others the rows of *W* depend on each other, and *y* must be 0 there, or the observation contradicts itself.
struct OrthonormalObservation {
    /// The result.
    let observed: ObservedComponents

    /// Eigenvalues below this fraction of the largest are 0 but for rounding in single precision.
    private static let rankTolerance = 1e-6
    /// What an observation may contradict itself by, as a fraction of its largest value.
    private static let contradictionTolerance = 1e-3

    /// Orthonormalises rows.
    ///
    /// - Parameters:
    ///   - rows: The observation.
    ///   - isRest: Whether it is what is left of orthonormal rows that were checked before: its eigenvalues are 1 or 0.
    /// - Throws: ``ConditionerError/unsupported(_:)`` where an observation without noise contradicts itself.
    init(_ rows: SensorRows, isRest: Bool = false) throws(ConditionerError) {
        let (count, width) = (rows.count, rows.componentCount)
        let gram = BLAS.gemm(
            rows.weights, rows.weights, rows: count, inner: width, columns: count, right: .transposed)
        let largest = (0..<count).reduce(0.0) { max($0, gram[$1 * count + $1]) }
        let (eigenvalues, vectors) = try Self.decompose(gram, count, largest)
        let threshold = isRest ? 0.5 : Self.rankTolerance * largest
        let kept = eigenvalues.indices.filter { eigenvalues[$0] > threshold }
        var weights: [Double] = []
        var turns: [Double] = []
        for index in kept {
            let factor = 1 / eigenvalues[index].squareRoot()
            turns += vectors[index * count..<(index + 1) * count].map { $0 * factor }
        }
        if !kept.isEmpty {
            weights = BLAS.gemm(turns, rows.weights, rows: kept.count, inner: count, columns: width)
        }
        let values =
            kept.isEmpty
            ? []
            : BLAS.gemm(
                rows.values, turns, rows: rows.rowCount, inner: count, columns: kept.count, right: .transposed)
        if rows.deviation == 0, !isRest {
            let scale = rows.values.reduce(0) { max($0, $1.magnitude) }
            for index in eigenvalues.indices where !kept.contains(index) {
                for row in 0..<rows.rowCount {
                    let miss = (0..<count).reduce(0.0) {
                        $0 + vectors[index * count + $1] * rows.values[row * count + $1]
                    }
                    guard miss.magnitude <= Self.contradictionTolerance * max(scale, 1e-3) else {
                        throw .unsupported(
                            "the observation contradicts itself, or what the basis can express, by \(Float(miss.magnitude)) in data "
                                + "units: \(count) observed numbers have only \(kept.count) independent directions; state "
                                + "its noise (--noise), or leave out what depends on the rest")
                    }
                }
            }
        }
        observed = ObservedComponents(
            componentCount: width, weights: weights, values: values,
            deviations: kept.map { rows.deviation / eigenvalues[$0].squareRoot() })
    }

    /// Eigenvalues and eigenvectors by row; rows that are orthogonal already are left as they are.
    private static func decompose(
        _ gram: [Double], _ count: Int, _ largest: Double
    ) throws(ConditionerError) -> (values: [Double], vectors: [Double]) {
        let isDiagonal = (0..<count).allSatisfy { row in
            (0..<row).allSatisfy { gram[row * count + $0].magnitude <= 1e-6 * largest }
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
