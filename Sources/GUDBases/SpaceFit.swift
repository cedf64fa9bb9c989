import GUDCore

/// The component space that training data give a basis: prior scales and component variances.
///
/// With `Σ_ii` the variance of component *i* over the data, in Double:
///
///     s_i = √max(Σ_ii, floor · max Σ)   where whitened by the data, else 1
///     v_i = Σ_ii / s_i²                  never clamped
///
/// so `v_i = 1` for ordinary whitened components, less for those below the floor, and exactly 0 in directions that the
/// data never visit: where `Σ_ii` is no more than the rounding of the transform, `(4ε)² Σ_j Σ_jj` with ε the ulp of 1 in Float.
///
///     let data = try CentredSamples(images, shape: shape)
///     let basis = try PCABasis(fitting: data.values, shape: shape)
///     let fit = try SpaceFit(basis: basis, data: data, whitening: .data)
public struct SpaceFit: Sendable {
    /// The space.
    public let space: ComponentSpace
    /// How many components have less variance than the floor, those never visited among them; they keep `v_i < 1`.
    public let belowFloor: Int
    /// How many components the data never visit: `v_i = 0`.
    public let unvisited: Int

    /// Measures the variances of a basis' components over data, and puts the space together.
    ///
    /// - Parameters:
    ///   - basis: The basis *U*.
    ///   - data: The training data, mean removed.
    ///   - whitening: How the prior's scale is chosen.
    ///   - varianceFloor: The smallest variance that is divided by, as a fraction of the largest.
    /// - Throws: ``BasisError/fit(reason:)`` where the data are to whiten and do not vary at all; and what the basis throws.
    /// - Complexity: One forward transform of the data, in blocks of 256 samples.
    public init(
        basis: any Basis, data: CentredSamples, whitening: Whitening,
        varianceFloor: Double = Whitening.varianceFloor.defaultValue
    ) throws(BasisError) {
        var variances = try Self.variances(of: basis, over: data.values)
        let rounding = 4 * Double(Float.ulpOfOne)
        let threshold = rounding * rounding * variances.reduce(0, +)
        for index in variances.indices where variances[index] <= threshold { variances[index] = 0 }
        unvisited = variances.count { $0 == 0 }

        let largest = variances.max() ?? 0
        let floor = varianceFloor * largest
        var scale = [Float](repeating: 1, count: variances.count)
        if whitening == .data {
            guard largest > 0 else {
                throw .fit(reason: "the data do not vary, so they cannot whiten; set whiten: none, or check the data")
            }
            // A floor of 0 leaves nothing to divide by where the data never go; 1 is as good as any.
            scale = variances.map { max($0, floor) > 0 ? Float(max($0, floor).squareRoot()) : 1 }
        }
        belowFloor = whitening == .data ? variances.count { $0 < floor || $0 == 0 } : 0
        space = try ComponentSpace(
            basis: basis, mean: data.mean, scale: scale,
            variances: zip(variances, scale).map { variance, scale in variance / (Double(scale) * Double(scale)) })
    }

    /// What a person should know of the fit, one line each.
    public var report: [String] {
        var lines: [String] = []
        if belowFloor > 0 {
            lines.append(
                "\(belowFloor) of \(space.componentCount) components have less variance than the floor and are scaled by it"
            )
        }
        if unvisited > 0 {
            lines.append("\(unvisited) of \(space.componentCount) components never vary in the data")
        }
        return lines
    }

    /// The variance of every component over mean-free samples, in squared data units.
    private static func variances(of basis: any Basis, over samples: [Float]) throws(BasisError) -> [Double] {
        let (dimension, components) = (basis.dimension, basis.componentCount)
        let count = samples.count / dimension
        var sums = [Double](repeating: 0, count: components)
        var squares = sums
        var block = [Float](repeating: 0, count: min(count, 256) * components)
        for start in stride(from: 0, to: count, by: 256) {
            let rows = min(256, count - start)
            if rows * components != block.count { block = [Float](repeating: 0, count: rows * components) }
            var coefficients = block.mutableSpan
            try basis.forward(
                samples.span.extracting(start * dimension..<(start + rows) * dimension), into: &coefficients)
            accumulate(coefficients.span, into: &sums, &squares)
        }
        return zip(sums, squares).map { sum, square in
            let mean = sum / Double(count)
            return max(0, square / Double(count) - mean * mean)
        }
    }

    private static func accumulate(_ rows: Span<Float>, into sums: inout [Double], _ squares: inout [Double]) {
        let components = sums.count
        var sums = sums.mutableSpan
        var squares = squares.mutableSpan
        for start in stride(from: 0, to: rows.count, by: components) {
            for index in 0..<components {
                let value = Double(rows[unchecked: start + index])
                sums[unchecked: index] += value
                squares[unchecked: index] += value * value
            }
        }
    }
}
