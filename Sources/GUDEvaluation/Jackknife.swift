/// The standard error of a statistic of two sets of samples, by leaving out one tenth of both at a time.
///
/// `√((g − 1)/g Σᵢ (θ₋ᵢ − θ̄)²)` over g groups. Unlike a bootstrap it repeats no sample: repeated ones would narrow a covariance
/// and make a nearest neighbour of every copy. Group *i* holds the samples *i*, *i + g*, *i + 2g*, …, so that data in an order
/// of their own are spread over all groups.
///
/// - Parameters:
///   - groups: g, 2 or more; each side needs at least as many samples.
///   - statistic: Evaluated g times on the sets without one group.
/// - Returns: The standard error, or `nil` where a side has fewer than 2g samples.
///
/// Source: Efron & Tibshirani, "An introduction to the bootstrap", 1993, chapter 11; groups as in Busing, Meijer & van der
/// Leeden, "Delete-m jackknife for unequal m", Statistics and Computing 9 (1999).
func jackknifeError<Failure: Error>(
    _ a: Samples, _ b: Samples, groups: Int = jackknifeGroups,
    _ statistic: (Samples, Samples) throws(Failure) -> Double
) throws(Failure) -> Double? {
    guard min(a.count, b.count) >= 2 * groups else { return nil }
    var values: [Double] = []
    for group in 0..<groups { values.append(try statistic(a.without(group, of: groups), b.without(group, of: groups))) }
    return jackknifeError(ofLeavingOut: values)
}

/// The number of groups that measures leave out in turn.
let jackknifeGroups = 10

/// The standard error from the values that a statistic takes without each group.
func jackknifeError(ofLeavingOut values: [Double]) -> Double {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    return ((count - 1) / count * values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }).squareRoot()
}

extension Samples {
    /// All samples but those whose index leaves this remainder.
    fileprivate func without(_ group: Int, of groups: Int) -> Samples {
        selecting((0..<count).filter { $0 % groups != group })
    }
}
