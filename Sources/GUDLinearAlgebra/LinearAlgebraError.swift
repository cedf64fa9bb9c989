/// What can go wrong with a matrix.
///
/// Messages name the place; callers add what the matrix stands for.
public enum LinearAlgebraError: Error, Equatable, Sendable {
    /// The array does not hold the numbers of a square matrix.
    case notSquare(count: Int, dimension: Int)
    /// The matrix holds NaN or infinity.
    case notFinite(row: Int, column: Int, value: String)
    /// A factorisation met a pivot that is not positive.
    case notPositiveDefinite(pivot: Int, dimension: Int)
    /// The eigenvalue iteration did not converge, or LAPACK refused an argument.
    case lapack(routine: String, info: Int)
    /// The right-hand side does not hold whole columns.
    case rightHandSide(count: Int, dimension: Int)
    /// There are too few samples, or not a whole number of them.
    case samples(count: Int, dimension: Int)
}

extension LinearAlgebraError: CustomStringConvertible {
    /// The text of the message.
    public var description: String {
        switch self {
        case .notSquare(let count, let dimension):
            "the matrix holds \(count) numbers where \(dimension)×\(dimension) = \(dimension * dimension) are called for"
        case .notFinite(let row, let column, let value):
            "the matrix holds \(value) at row \(row), column \(column); only finite numbers can be factorised"
        case .notPositiveDefinite(let pivot, let dimension):
            "the matrix is not positive definite: pivot \(pivot) of \(dimension) is not positive; "
                + "add to its diagonal, or use fewer components"
        case .lapack(let routine, let info): "\(routine) failed with info \(info)"
        case .rightHandSide(let count, let dimension):
            "the right-hand side holds \(count) numbers, which is not a whole number of rows of \(dimension)"
        case .samples(let count, let dimension):
            "\(count) numbers are not one or more whole samples of \(dimension)"
        }
    }
}

/// Checks that an array holds a square matrix of finite numbers.
func checkSquare(_ matrix: [Double], dimension: Int) throws(LinearAlgebraError) {
    guard matrix.count == dimension * dimension else {
        throw .notSquare(count: matrix.count, dimension: dimension)
    }
    if let index = matrix.firstIndex(where: { !$0.isFinite }) {
        throw .notFinite(row: index / dimension, column: index % dimension, value: "\(matrix[index])")
    }
}
