/// The leave-one-out accuracy of a 1-nearest-neighbour classifier that tells two sets of samples apart.
///
/// 0.5 means that the sets cannot be told apart; 1 that they can; below 0.5 that each sample's nearest neighbour is in the
/// *other* set more often than not, as where a model copies its training data. Only equal numbers make 0.5 the neutral value:
/// the larger set is cut to the smaller one's size by a seeded choice. Equal distances go to the earlier sample.
///
/// - Parameters:
///   - seed: Chooses which samples of the larger set take part.
/// - Throws: ``EvaluationError/dimensions(_:_:)`` or ``EvaluationError/tooFew(_:needed:measure:)`` below two samples.
/// - Complexity: O(*N*² *D*).
///
/// Source: Lopez-Paz & Oquab, "Revisiting classifier two-sample tests", arXiv:1610.06545; Xu et al., arXiv:1806.07755.
public func nearestNeighbourAccuracy(_ a: Samples, _ b: Samples, seed: UInt64 = 0) throws(EvaluationError) -> Double {
    try Samples.validate(a, b, atLeast: 2, for: "the 1-nearest-neighbour accuracy")
    let count = min(a.count, b.count)
    let union = a.selecting(seededSubset(count, of: a.count, seed: seed))
        .appending(b.selecting(seededSubset(count, of: b.count, seed: seed)))
    let neighbours = nearestNeighbours(of: union, among: union, excludingSelf: true)
    let correct = neighbours.indices.count { ($0 < count) == (neighbours[$0] < count) }
    return Double(correct) / Double(2 * count)
}
