/// The index of the candidate that is nearest to each sample; of equally near ones the first.
///
/// - Parameter excludingSelf: Whether samples and candidates are the same set, in which a sample is no neighbour of its own.
/// - Complexity: O(*N* *M* *D*).
func nearestNeighbours(of samples: Samples, among candidates: Samples, excludingSelf: Bool = false) -> [Int] {
    let norms = candidates.squaredNorms
    return mapInnerProducts(of: samples, with: candidates) { rows, products in
        rows.map { row in
            let own = excludingSelf ? row : -1
            let start = (row - rows.lowerBound) * norms.count
            var (nearest, smallest) = (0, Float.infinity)
            // ‖x − y‖² = ‖x‖² + ‖y‖² − 2 x·y; the first term is the same for all candidates.
            for other in 0..<norms.count where other != own {
                let distance = norms[other] - 2 * products[start + other]
                if distance < smallest { (smallest, nearest) = (distance, other) }
            }
            return nearest
        }
    }.flatMap { $0 }
}

extension Samples {
    /// ‖x‖² of each sample.
    fileprivate var squaredNorms: [Float] {
        (0..<count).map { sample in
            values[sample * dimension..<(sample + 1) * dimension].reduce(Float(0)) { $0 + $1 * $1 }
        }
    }
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
