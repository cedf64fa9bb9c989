import GUDCore

/// What makes a library's coefficients orthonormal: factors on the components, after forward and before inverse.
///
/// The set is closed. Per-component rules are products of one factor for each axis; with *n* the axis' length:
///
/// | rule | for | factor of index k |
/// |---|---|---|
/// | a number | constants | the number |
/// | `1/count`, `sqrt(count)`, `1/sqrt(count)`, `sqrt(2/count)`, `2/count` | unnormalised | the same for all |
/// | `redft10` | FFTW's DCT-II, forward | `√(1/4n)` for k = 0, else `√(1/2n)` |
/// | `redft01` | FFTW's DCT-III, inverse | `√(1/n)` for k = 0, else `√(1/2n)` |
/// | `r2hc` | FFTW's half-complex Fourier transform, forward | `√(1/n)` for k = 0 and k = n/2, else `√(2/n)` |
/// | `hc2r` | its inverse | `√(1/n)` for k = 0 and k = n/2, else `√(1/2n)` |
///
/// Source: "What FFTW Really Computes", FFTW 3.3 manual, section 4.8: REDFT10 gives `2 Σ x_j cos(πk(2j + 1)/2n)`, and
/// REDFT01 takes `X_0 + 2 Σ_{k>0} X_k cos(πk(2j + 1)/2n)`.
enum ComponentScale: Sendable, Hashable {
    case constant(Double)
    case rule(Rule)

    /// The named rules.
    enum Rule: String, ParameterChoice {
        case inverseCount = "1/count"
        case rootCount = "sqrt(count)"
        case inverseRootCount = "1/sqrt(count)"
        case rootTwoOverCount = "sqrt(2/count)"
        case twoOverCount = "2/count"
        case redft10, redft01, r2hc, hc2r
    }

    /// Whether all components share one factor.
    var isUniform: Bool {
        switch self {
        case .constant: true
        case .rule(let rule): ![.redft10, .redft01, .r2hc, .hc2r].contains(rule)
        }
    }

    /// Reads a number or the name of a rule.
    static func read(_ value: ParameterValue, at place: String) throws(ParameterError) -> ComponentScale {
        if let number = Double(value) {
            guard number.isFinite, number != 0 else {
                throw .rule(place, value, "is no scale; give a finite number, not 0")
            }
            return .constant(number)
        }
        guard case .string(let word) = value else { throw .type(place, value, expectation: "a number or a rule") }
        if let rule = Rule(rawValue: word) { return .rule(rule) }
        let known = Rule.allCases.map(\.rawValue)
        throw .rule(
            place, value,
            "is not a rule" + (nearest(to: word, among: known).map { "; did you mean '\($0)'?" } ?? ";")
                + " known: a number, \(known.joined(separator: ", "))")
    }

    /// The factors of the components of a shape.
    func factors(for shape: SampleShape) -> ComponentFactors {
        let count = Double(shape.dimension)
        let uniform: Double
        switch self {
        case .constant(let value): uniform = value
        case .rule(.inverseCount): uniform = 1 / count
        case .rule(.rootCount): uniform = count.squareRoot()
        case .rule(.inverseRootCount): uniform = (1 / count).squareRoot()
        case .rule(.rootTwoOverCount): uniform = (2 / count).squareRoot()
        case .rule(.twoOverCount): uniform = 2 / count
        case .rule(let rule): return .each(Self.products(rule, ImageAxes(shape)))
        }
        return uniform == 1 ? .none : .uniform(Float(uniform))
    }

    private static func products(_ rule: Rule, _ axes: ImageAxes) -> [Float] {
        // An axis that a vector does not have is not transformed.
        let rows = axes.hasRows ? (0..<axes.height).map { factor(rule, $0, of: axes.height) } : [1]
        let columns = (0..<axes.width).map { factor(rule, $0, of: axes.width) }
        return axes.map { row, column in Float(rows[row] * columns[column]) }
    }

    private static func factor(_ rule: Rule, _ index: Int, of count: Int) -> Double {
        let n = Double(count)
        return switch rule {
        case .redft10: index == 0 ? (1 / (4 * n)).squareRoot() : (1 / (2 * n)).squareRoot()
        case .redft01: index == 0 ? (1 / n).squareRoot() : (1 / (2 * n)).squareRoot()
        case .r2hc: index == 0 || 2 * index == count ? (1 / n).squareRoot() : (2 / n).squareRoot()
        case .hc2r: index == 0 || 2 * index == count ? (1 / n).squareRoot() : (1 / (2 * n)).squareRoot()
        default: 1
        }
    }
}

/// What components are multiplied with.
enum ComponentFactors: Sendable {
    case none
    case uniform(Float)
    case each([Float])

    /// The factor of a component.
    @inline(__always)
    subscript(index: Int) -> Float {
        switch self {
        case .none: 1
        case .uniform(let factor): factor
        case .each(let factors): factors[index]
        }
    }
}
