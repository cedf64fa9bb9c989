private import COpenBLAS

/// The eigendecomposition `A = Vᵀ diag(λ) V` of a real symmetric matrix.
///
/// Deterministic: eigenvalues descend, and each eigenvector's sign makes its leading entry positive (the first whose
/// magnitude is within 0.1 % of the largest, so that rounding does not choose between equals).
///
///     let eigen = try SymmetricEigen(of: covariance, dimension: d)
public struct SymmetricEigen: Sendable {
    /// The order *n* of the matrix.
    public let dimension: Int
    /// The *n* eigenvalues, largest first.
    ///
    /// Those of a singular covariance may be negative by rounding.
    public let values: [Double]
    /// The eigenvectors, row-major `[n, n]`: row *i* belongs to `values[i]` and has length 1.
    public let vectors: [Double]

    /// Decomposes a matrix.
    ///
    /// - Parameters:
    ///   - matrix: Row-major `[n, n]`, symmetric; only one triangle is read.
    ///   - dimension: The order *n*, positive.
    /// - Throws: ``LinearAlgebraError/notSquare(count:dimension:)``, ``LinearAlgebraError/notFinite(row:column:value:)``, or
    ///   ``LinearAlgebraError/lapack(routine:info:)`` where the iteration does not converge.
    /// - Complexity: O(*n*³), about `9 n³` operations; memory `3 n²` numbers beyond the result.
    ///
    /// Source: LAPACK `dsyevd` (divide and conquer).
    public init(of matrix: [Double], dimension: Int) throws(LinearAlgebraError) {
        try checkSquare(matrix, dimension: dimension)
        OneThread.ensure
        var order = Int32(dimension)
        var info: Int32 = 0
        var ascending = [Double](repeating: 0, count: dimension)
        var columns = matrix

        // The first call asks how much work space the second one needs.
        var work = [0.0]
        var integerWork: [Int32] = [0]
        var (workCount, integerCount): (Int32, Int32) = (-1, -1)
        dsyevd_("V", "L", &order, &columns, &order, &ascending, &work, &workCount, &integerWork, &integerCount, &info)
        guard info == 0 else { throw .lapack(routine: "dsyevd", info: Int(info)) }
        workCount = Int32(work[0])
        integerCount = integerWork[0]
        work = [Double](repeating: 0, count: Int(workCount))
        integerWork = [Int32](repeating: 0, count: Int(integerCount))
        dsyevd_("V", "L", &order, &columns, &order, &ascending, &work, &workCount, &integerWork, &integerCount, &info)
        guard info == 0 else { throw .lapack(routine: "dsyevd", info: Int(info)) }

        self.dimension = dimension
        values = ascending.reversed()
        vectors = Self.largestFirst(columns, dimension: dimension)
    }

    /// LAPACK's columns are rows to us, in ascending order: reverses the rows and fixes their signs.
    private static func largestFirst(_ rows: [Double], dimension: Int) -> [Double] {
        var vectors = [Double]()
        vectors.reserveCapacity(rows.count)
        for row in (0..<dimension).reversed() {
            let vector = rows[row * dimension..<(row + 1) * dimension]
            let largest = vector.reduce(0) { max($0, $1.magnitude) }
            let leading = vector.first { $0.magnitude >= 0.999 * largest } ?? 1
            let sign: Double = leading < 0 ? -1 : 1
            for entry in vector { vectors.append(sign * entry) }
        }
        return vectors
    }
}
