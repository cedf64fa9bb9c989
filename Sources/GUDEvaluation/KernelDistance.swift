/// The kernel distance between two sets of samples ("KID"): an unbiased estimate of the squared maximum mean discrepancy under
/// the cubic polynomial kernel `k(x, y) = (x·y/D + 1)³`.
///
/// `Σ_{i≠j} k(xᵢ, xⱼ)/(n (n − 1)) + Σ_{i≠j} k(yᵢ, yⱼ)/(m (m − 1)) − 2 Σᵢⱼ k(xᵢ, yⱼ)/(n m)`. It sees moments up to the third, and has no
/// bias at any count, unlike the Fréchet distance: values near zero, also below it, mean that the sets agree. All pairs are
/// used, where the customary estimate averages over random subsets: the expectation is the same, and the variance smaller.
///
/// The standard error leaves out one group of both sets at a time (see `jackknifeError`), from the same sums of the kernel.
///
/// - Returns: The estimate, and its standard error or `nil` below 20 samples a side.
/// - Throws: ``EvaluationError/dimensions(_:_:)``, or ``EvaluationError/tooFew(_:needed:measure:)`` below two samples.
/// - Complexity: O((*n* + *m*)² *D*).
///
/// Source: Bińkowski, Sutherland, Arbel & Gretton, "Demystifying MMD GANs", arXiv:1801.01401; Gretton et al., "A kernel
/// two-sample test", JMLR 13 (2012), lemma 6.
public func kernelDistance(
    _ a: Samples, _ b: Samples
) throws(EvaluationError) -> (value: Double, standardError: Double?) {
    try Samples.validate(a, b, atLeast: 2, for: "the kernel distance")
    let groups = min(a.count, b.count) >= 2 * jackknifeGroups ? jackknifeGroups : 1
    let within = (KernelSums(within: a, groups: groups), KernelSums(within: b, groups: groups))
    let between = KernelSums(between: a, b, groups: groups)
    let distance = { (excluded: Int?) in
        within.0.mean(without: excluded) + within.1.mean(without: excluded) - 2 * between.mean(without: excluded)
    }
    guard groups > 1 else { return (distance(nil), nil) }
    return (distance(nil), jackknifeError(ofLeavingOut: (0..<groups).map { distance($0) }))
}

/// Sums of the kernel over pairs, by the groups of both partners; within a set, a sample is no partner of itself.
private struct KernelSums {
    private let groups: Int
    private let isWithin: Bool
    private let sums: [Double]
    /// Samples of each group on either side.
    private let sizes: ([Int], [Int])

    init(within samples: Samples, groups: Int) { self.init(samples, samples, groups: groups, isWithin: true) }

    init(between a: Samples, _ b: Samples, groups: Int) { self.init(a, b, groups: groups, isWithin: false) }

    private init(_ a: Samples, _ b: Samples, groups: Int, isWithin: Bool) {
        self.groups = groups
        self.isWithin = isWithin
        sizes = (Self.sizes(a.count, groups), Self.sizes(b.count, groups))
        let scale = 1 / Double(a.dimension)
        let columns = b.count
        let tiles = mapInnerProducts(of: a, with: b) { rows, products in
            var sums = [Double](repeating: 0, count: groups * groups)
            for row in rows {
                let own = isWithin ? row : -1
                let start = (row - rows.lowerBound) * columns
                let place = row % groups * groups
                for column in 0..<columns where column != own {
                    let base = Double(products[start + column]) * scale + 1
                    sums[place + column % groups] += base * base * base
                }
            }
            return sums
        }
        var sums = [Double](repeating: 0, count: groups * groups)
        for tile in tiles { for index in sums.indices { sums[index] += tile[index] } }
        self.sums = sums
    }

    private static func sizes(_ count: Int, _ groups: Int) -> [Int] {
        (0..<groups).map { (count - $0 + groups - 1) / groups }
    }

    /// The mean over all pairs, or over those without one group.
    func mean(without excluded: Int?) -> Double {
        var sum = 0.0
        for i in 0..<groups where i != excluded {
            for j in 0..<groups where j != excluded { sum += sums[i * groups + j] }
        }
        let count = { (sizes: [Int]) in sizes.reduce(0, +) - (excluded.map { sizes[$0] } ?? 0) }
        let (n, m) = (count(sizes.0), count(sizes.1))
        return sum / (Double(n) * Double(isWithin ? m - 1 : m))
    }
}
