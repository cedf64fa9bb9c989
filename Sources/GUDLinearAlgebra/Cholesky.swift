private import COpenBLAS
private import Foundation

/// The Cholesky factorisation `A = L Lᵀ` of a symmetric positive definite matrix.
///
///     let cholesky = try Cholesky(of: covariance, dimension: d)
///     let whitened = try cholesky.solve(differences)  // A⁻¹ b for every row b
public struct Cholesky: Sendable {
    /// The order *n* of the matrix.
    public let dimension: Int
    /// The factor *L*, row-major `[n, n]`, zero above its diagonal.
    public let factor: [Double]

    /// Factorises a matrix.
    ///
    /// - Parameters:
    ///   - matrix: Row-major `[n, n]`, symmetric; only its lower triangle is read.
    ///   - dimension: The order *n*, positive.
    /// - Throws: ``LinearAlgebraError/notPositiveDefinite(pivot:dimension:)`` where it is not positive definite in
    ///   Double, ``LinearAlgebraError/notSquare(count:dimension:)`` or ``LinearAlgebraError/notFinite(row:column:value:)``.
    /// - Complexity: `n³/3` operations.
    ///
    /// Source: LAPACK `dpotrf`.
    public init(of matrix: [Double], dimension: Int) throws(LinearAlgebraError) {
        try checkSquare(matrix, dimension: dimension)
        OneThread.ensure
        var order = Int32(dimension)
        var info: Int32 = 0
        var factor = matrix
        // Our lower triangle by rows is LAPACK's upper triangle by columns.
        dpotrf_("U", &order, &factor, &order, &info)
        guard info >= 0 else { throw .lapack(routine: "dpotrf", info: Int(info)) }
        guard info == 0 else { throw .notPositiveDefinite(pivot: Int(info), dimension: dimension) }
        for row in 0..<dimension {
            for column in (row + 1)..<max(row + 1, dimension) { factor[row * dimension + column] = 0 }
        }
        self.dimension = dimension
        self.factor = factor
    }

    /// `log det A`, in nats.
    public var logDeterminant: Double {
        (0..<dimension).reduce(0) { $0 + 2 * log(factor[$1 * dimension + $1]) }
    }

    /// The solutions `x = A⁻¹ b` of every row of a batch, row-major `[batch, n]`.
    ///
    /// - Throws: ``LinearAlgebraError/rightHandSide(count:dimension:)`` where it does not hold whole rows.
    /// - Complexity: `2 n²` operations a row. Source: LAPACK `dpotrs`.
    public func solve(_ rightHandSides: [Double]) throws(LinearAlgebraError) -> [Double] {
        guard rightHandSides.count % dimension == 0 else {
            throw .rightHandSide(count: rightHandSides.count, dimension: dimension)
        }
        guard !rightHandSides.isEmpty else { return [] }
        OneThread.ensure
        var order = Int32(dimension)
        var batch = Int32(rightHandSides.count / dimension)
        var info: Int32 = 0
        var solutions = rightHandSides
        dpotrs_("U", &order, &batch, factor, &order, &solutions, &order, &info)
        guard info == 0 else { throw .lapack(routine: "dpotrs", info: Int(info)) }
        return solutions
    }
}
