import Foundation
import GUDLinearAlgebra

/// A covariance Σ, ready to be solved with: `Σ⁻¹ d`, `dᵀ Σ⁻¹ d` and `log det Σ`.
///
/// Goals, in order: the same bits for a vector whatever else is solved for; backward stability (substitution, never an explicit
/// inverse); speed. The factor is kept in both orders, so that both substitutions run along contiguous rows.
struct FactoredCovariance: Sendable {
    private enum Factor {
        /// The variances.
        case diagonal([Double])
        /// `Σ = L Lᵀ`: L and Lᵀ, row-major.
        case cholesky(lower: [Double], upper: [Double])
    }

    let dimension: Int
    let logDeterminant: Double
    private let factor: Factor

    /// Factorises a covariance.
    ///
    /// - Throws: ``LinearAlgebraError`` where it is not positive definite.
    /// - Complexity: O(*K*) on the diagonal, else O(*K*³).
    init(_ covariance: Covariance, dimension: Int) throws(LinearAlgebraError) {
        self.dimension = dimension
        switch covariance {
        case .diagonal(let variances):
            if let index = variances.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
                throw .notPositiveDefinite(pivot: index + 1, dimension: dimension)
            }
            logDeterminant = variances.reduce(0) { $0 + log($1) }
            factor = .diagonal(variances)
        case .full(let matrix):
            let cholesky = try Cholesky(of: matrix, dimension: dimension)
            logDeterminant = cholesky.logDeterminant
            var upper = [Double](repeating: 0, count: dimension * dimension)
            for row in 0..<dimension {
                for column in 0...row { upper[column * dimension + row] = cholesky.factor[row * dimension + column] }
            }
            factor = .cholesky(lower: cholesky.factor, upper: upper)
        }
    }

    /// Replaces *d* by `Σ⁻¹ d`, and returns `dᵀ Σ⁻¹ d`.
    ///
    /// - Parameters:
    ///   - vector: Holds *d*, *K* numbers, from the offset on.
    ///   - offset: Where *d* begins.
    ///   - first: The entry from which on the solution is wanted; before it the vector is left with nothing of use.
    /// - Complexity: O(*K*) on the diagonal, else O(*K*²); no allocation.
    func solve(_ vector: inout [Double], at offset: Int = 0, from first: Int = 0) -> Double {
        let dimension = dimension
        return vector.withUnsafeMutableBufferPointer { buffer in
            let x = UnsafeMutableBufferPointer(rebasing: buffer[offset..<offset + dimension])
            switch factor {
            case .diagonal(let variances): return Self.divide(x, by: variances)
            case .cholesky(let lower, let upper):
                Self.substituteForward(x, upper)
                let quadratic = x.reduce(0) { $0 + $1 * $1 }
                Self.substituteBackward(x, lower, downTo: first)
                return quadratic
            }
        }
    }

    private static func divide(_ x: UnsafeMutableBufferPointer<Double>, by variances: [Double]) -> Double {
        var quadratic = 0.0
        for index in x.indices {
            let solution = x[index] / variances[index]
            quadratic += x[index] * solution
            x[index] = solution
        }
        return quadratic
    }

    /// `x ← L⁻¹ x`, column by column of L, which are the rows of Lᵀ.
    private static func substituteForward(_ x: UnsafeMutableBufferPointer<Double>, _ upper: [Double]) {
        let count = x.count
        upper.withUnsafeBufferPointer { upper in
            for pivot in 0..<count {
                let row = pivot * count
                let value = x[pivot] / upper[row + pivot]
                x[pivot] = value
                for index in pivot + 1..<max(count, pivot + 1) { x[index] -= value * upper[row + index] }
            }
        }
    }

    /// `x ← L⁻ᵀ x`, column by column of Lᵀ, which are the rows of L.
    private static func substituteBackward(
        _ x: UnsafeMutableBufferPointer<Double>, _ lower: [Double], downTo first: Int
    ) {
        let count = x.count
        lower.withUnsafeBufferPointer { lower in
            for pivot in (first..<count).reversed() {
                let row = pivot * count
                let value = x[pivot] / lower[row + pivot]
                x[pivot] = value
                for index in first..<pivot { x[index] -= value * lower[row + index] }
            }
        }
    }
}
