import GUDCore
import GUDLinearAlgebra

/// The leave-one-out accuracy of a 1-nearest-neighbour classifier that tells two sets of samples apart.
///
/// 0.5 means that the sets cannot be told apart; 1 that they can; below 0.5 that each sample's nearest neighbour is in the
/// *other* set more often than not, as where a model copies its training data. Only equal numbers make 0.5 the neutral value:
/// the larger set is cut to the smaller one's size by a seeded choice. Equal distances go to the earlier sample.
///
/// - Parameters:
///   - seed: Chooses which samples of the larger set take part.
/// - Throws: ``EvaluationError/dimensions(_:_:)`` or ``EvaluationError/tooFew(_:needed:measure:)`` below two samples.
/// - Complexity: O(*N*² *D*) operations, and memory for 512 rows of *2N* distances.
///
/// Source: Lopez-Paz & Oquab, "Revisiting classifier two-sample tests", arXiv:1610.06545; Xu et al., arXiv:1806.07755.
public func nearestNeighbourAccuracy(_ a: Samples, _ b: Samples, seed: UInt64 = 0) throws(EvaluationError) -> Double {
    try Samples.validate(a, b, atLeast: 2, for: "the 1-nearest-neighbour accuracy")
    let count = min(a.count, b.count)
    let union =
        a.selecting(chosen(count, of: a.count, seed: seed)).values
        + b.selecting(chosen(count, of: b.count, seed: seed)).values
    let neighbours = nearestNeighbours(in: union, dimension: a.dimension)
    let correct = neighbours.indices.count { ($0 < count) == (neighbours[$0] < count) }
    return Double(correct) / Double(2 * count)
}

/// The first entries of a seeded random permutation, in ascending order.
private func chosen(_ count: Int, of total: Int, seed: UInt64) -> [Int] {
    guard count < total else { return Array(0..<total) }
    let noise = CounterNoise(seed: seed, purpose: .splitting)
    let keys = (0..<total).map { (key: noise.uniform(sample: $0), index: $0) }
    return keys.sorted { ($0.key, $0.index) < ($1.key, $1.index) }.prefix(count).map(\.index).sorted()
}

/// The nearest other sample of every sample.
private func nearestNeighbours(in values: [Float], dimension: Int) -> [Int] {
    let count = values.count / dimension
    let norms = (0..<count).map { sample in
        values[sample * dimension..<(sample + 1) * dimension].reduce(Float(0)) { $0 + $1 * $1 }
    }
    var neighbours: [Int] = []
    neighbours.reserveCapacity(count)
    for start in stride(from: 0, to: count, by: 512) {
        let rows = start..<min(start + 512, count)
        // ‖x − y‖² = ‖x‖² + ‖y‖² − 2 x·y; the first term is the same for all candidates.
        let products = BLAS.gemm(
            Array(values[rows.lowerBound * dimension..<rows.upperBound * dimension]), values, rows: rows.count,
            inner: dimension, columns: count, right: .transposed)
        var nearest = [Int](repeating: 0, count: rows.count)
        Parallel.forEachRow(of: &nearest, width: 1) { row, result in
            let (products, norms) = (products.span, norms.span)
            var smallest = Float.infinity
            for other in 0..<count where other != start + row {
                let distance = norms[other] - 2 * products[row * count + other]
                if distance < smallest { (smallest, result[0]) = (distance, other) }
            }
        }
        neighbours += nearest
    }
    return neighbours
}
