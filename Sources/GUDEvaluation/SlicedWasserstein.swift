import GUDCore
import GUDLinearAlgebra

/// The sliced 2-Wasserstein distance between two sets of samples: the root mean square, over random directions, of the exact
/// one-dimensional distances of their projections.
///
/// `SW₂² = mean over θ of ∫₀¹ (F_a⁻¹(q) − F_b⁻¹(q))² dq` with the quantile functions of the projections on unit vectors θ. Sets
/// of different sizes are compared exactly, through the steps of both quantile functions.
///
/// - Parameters:
///   - projections: The number of directions; the standard error falls with its root.
///   - seed: Directions are a function of it alone, so that several candidates are seen from the same sides.
/// - Returns: In units of the samples.
/// - Throws: ``EvaluationError/dimensions(_:_:)``, ``EvaluationError/tooFew(_:needed:measure:)`` for an empty set, or
///   ``EvaluationError/projections(_:)``.
/// - Complexity: O(*projections* · *N* (*D* + log *N*)).
///
/// Source: Bonneel, Rabin, Peyré & Pfister, "Sliced and Radon Wasserstein barycenters of measures", J. Math. Imaging Vis. 51
/// (2015), section 2.
public func slicedWassersteinDistance(
    _ a: Samples, _ b: Samples, projections: Int = 256, seed: UInt64 = 0
) throws(EvaluationError) -> Double {
    try Samples.validate(a, b, atLeast: 1, for: "the sliced Wasserstein distance")
    guard projections > 0 else { throw .projections(projections) }
    let directions = unitDirections(projections, dimension: a.dimension, seed: seed)
    let (projectedA, projectedB) = (project(a, on: directions), project(b, on: directions))
    var squares = [Double](repeating: 0, count: projections)
    Parallel.forEachRow(of: &squares, width: 1) { row, square in
        square[0] = squaredWassersteinDistance(
            ofSorted: sortedRow(row, of: projectedA, width: a.count), sortedRow(row, of: projectedB, width: b.count))
    }
    return (squares.reduce(0, +) / Double(projections)).squareRoot()
}

/// The exact squared 2-Wasserstein distance `∫ (F_a⁻¹ − F_b⁻¹)²` of two sorted, non-empty lists.
func squaredWassersteinDistance(ofSorted a: [Float], _ b: [Float]) -> Double {
    // Both quantile functions are steps; whole numbers of 1/(|a|·|b|) place them without rounding.
    var (i, j, position, sum) = (0, 0, 0, 0.0)
    while i < a.count && j < b.count {
        let (endA, endB) = ((i + 1) * b.count, (j + 1) * a.count)
        let end = min(endA, endB)
        let difference = Double(a[i]) - Double(b[j])
        sum += Double(end - position) * difference * difference
        position = end
        if endA == end { i += 1 }
        if endB == end { j += 1 }
    }
    return sum / (Double(a.count) * Double(b.count))
}

/// Uniformly random unit vectors, row-major `[count, dimension]`.
private func unitDirections(_ count: Int, dimension: Int, seed: UInt64) -> [Float] {
    var directions = CounterNoise(seed: seed, purpose: .projection).normals(samples: 0..<count, count: dimension)
    Parallel.forEachRow(of: &directions, width: dimension) { _, direction in
        var square = 0.0
        for index in direction.indices { square += Double(direction[index]) * Double(direction[index]) }
        let scale = Float(1 / max(square, .leastNormalMagnitude).squareRoot())
        for index in direction.indices { direction[index] *= scale }
    }
    return directions
}

/// The projections of samples on directions, row-major `[directions, samples]`.
private func project(_ samples: Samples, on directions: [Float]) -> [Float] {
    BLAS.gemm(
        directions, samples.values, rows: directions.count / samples.dimension, inner: samples.dimension,
        columns: samples.count, right: .transposed)
}

private func sortedRow(_ row: Int, of values: [Float], width: Int) -> [Float] {
    values[row * width..<(row + 1) * width].sorted()
}
