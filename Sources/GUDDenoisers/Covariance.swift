import GUDCore
import GUDLinearAlgebra

/// The covariance of a normal distribution, with all its entries or with those on its diagonal.
public enum Covariance: Sendable, Equatable {
    /// The variances, *K* numbers.
    case diagonal([Double])
    /// All entries, row-major `[K, K]`, symmetric.
    case full([Double])

    /// Whether it holds the numbers that *K* components call for.
    func fits(_ componentCount: Int) -> Bool {
        switch self {
        case .diagonal(let values): values.count == componentCount
        case .full(let values): values.count == componentCount * componentCount
        }
    }

    /// The covariance of the components in another order.
    func reordered(_ order: [Int]) -> Covariance {
        switch self {
        case .diagonal(let values): .diagonal(order.map { values[$0] })
        case .full(let values): .full(order.flatMap { row in order.map { values[row * order.count + $0] } })
        }
    }

    /// `A C A + S` with diagonal A and S: the covariance after noising.
    package func noised(alpha: [Double], noise: [Double]) -> Covariance {
        switch self {
        case .diagonal(let values):
            return .diagonal(values.indices.map { alpha[$0] * alpha[$0] * values[$0] + noise[$0] })
        case .full(var values):
            let count = alpha.count
            for row in 0..<count {
                for column in 0..<count { values[row * count + column] *= alpha[row] * alpha[column] }
                values[row * count + row] += noise[row]
            }
            return .full(values)
        }
    }
}

/// Which entries of a covariance are fitted.
enum CovarianceShape: String, ParameterChoice {
    /// All of them.
    case full
    /// The variances; components are independent.
    case diagonal
}
