import GUDCore
import GUDLinearAlgebra

/// The index of the candidate that is nearest to each sample; of equally near ones the first.
///
/// - Parameter excludingSelf: Whether samples and candidates are the same set, in which a sample is no neighbour of its own.
/// - Complexity: O(*N* *M* *D*) operations, and memory for 512 rows of *M* distances.
func nearestNeighbours(of samples: Samples, among candidates: Samples, excludingSelf: Bool = false) -> [Int] {
    let dimension = samples.dimension
    let norms = (0..<candidates.count).map { candidate in
        candidates.values[candidate * dimension..<(candidate + 1) * dimension].reduce(Float(0)) { $0 + $1 * $1 }
    }
    var neighbours: [Int] = []
    neighbours.reserveCapacity(samples.count)
    for start in stride(from: 0, to: samples.count, by: 512) {
        let rows = start..<min(start + 512, samples.count)
        // ‖x − y‖² = ‖x‖² + ‖y‖² − 2 x·y; the first term is the same for all candidates.
        let products = BLAS.gemm(
            Array(samples.values[rows.lowerBound * dimension..<rows.upperBound * dimension]), candidates.values,
            rows: rows.count, inner: dimension, columns: candidates.count, right: .transposed)
        var nearest = [Int](repeating: 0, count: rows.count)
        Parallel.forEachRow(of: &nearest, width: 1) { row, result in
            let (products, norms) = (products.span, norms.span)
            let own = excludingSelf ? start + row : -1
            var smallest = Float.infinity
            for other in 0..<norms.count where other != own {
                let distance = norms[other] - 2 * products[row * norms.count + other]
                if distance < smallest { (smallest, result[0]) = (distance, other) }
            }
        }
        neighbours += nearest
    }
    return neighbours
}

/// The Euclidean distance of each sample to a candidate of its own, without the cancellation of an expanded square: a copy is at
/// distance 0.
func distances(of samples: Samples, to candidates: Samples, at indices: [Int]) -> [Double] {
    let dimension = samples.dimension
    return indices.enumerated().map { sample, candidate in
        var square = 0.0
        for place in 0..<dimension {
            let difference =
                Double(samples.values[sample * dimension + place])
                - Double(candidates.values[candidate * dimension + place])
            square += difference * difference
        }
        return square.squareRoot()
    }
}
