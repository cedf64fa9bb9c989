import GUDCore

/// How neighbouring lines differ where windows meet, against inside of windows.
///
/// With lines x_c and the pairs (c − 1, c): those of which c is a seam, and all others. Of either kind, over all pairs and the P scalars
/// of a line,
///
///     A = mean |x_c − x_{c−1}|,   Q = mean (x_c − x_{c−1})²,   r = corr(x_{c−1}, x_c) about the mean of each place in a line.
///
/// Where windows join without a trace, and the process is the same at every line, seams and insides agree in all three. Standard errors are
/// jackknifed over strips, which are independent; pairs within a strip are not, and count together.
///
/// Source: the blocking measures of Wang, Sheikh & Bovik, "No-reference perceptual quality assessment of JPEG compressed images",
/// ICIP 2002 (mean absolute difference across block boundaries against within blocks); the jackknife as in ``Measure``.
public struct SeamStatistics: Sendable, Codable, Equatable {
    /// One statistic at seams and inside.
    public struct Comparison: Sendable, Codable, Equatable {
        /// Over pairs across seams.
        public var seams: Estimate
        /// Over all other pairs.
        public var inside: Estimate
        /// Seams minus insides, with its own standard error: both come from the same strips.
        public var difference: Estimate
        /// The statistic between neighbouring lines of data; `nil` where there were none to compare with.
        public var data: Estimate?
    }

    /// A, the mean absolute difference.
    public var absoluteDifference: Comparison
    /// Q, the mean squared difference.
    public var squaredDifference: Comparison
    /// r, the correlation.
    public var correlation: Comparison
    /// The number of seams in a strip.
    public var seamCount: Int
    /// The number of strips.
    public var stripCount: Int

    /// The three statistics, in order, with their names.
    public var comparisons: [(name: String, comparison: Comparison)] {
        [
            ("absolute difference", absoluteDifference), ("squared difference", squaredDifference),
            ("correlation", correlation),
        ]
    }

    /// Measures strips.
    ///
    /// - Parameters:
    ///   - strips: Images of one size, two or more.
    ///   - seams: The lines before which windows meet, within `1 ..< lineCount`.
    ///   - data: Windows of data, of any length of two lines or more along the axis.
    /// - Throws: ``EvaluationError/tooFew(_:needed:measure:)`` below two strips or windows, or without a pair of either kind;
    ///   ``EvaluationError/dimensions(_:_:)`` where the data's lines have another size; ``EvaluationError/notFinite(sample:value:)``.
    /// - Complexity: O(scalars).
    public init(of strips: ImageStrips, seams: [Int], data: ImageStrips? = nil) throws(EvaluationError) {
        let measure = "the comparison of seams"
        guard strips.count >= 2 else { throw .tooFew(strips.count, needed: 2, measure: measure) }
        let seams = Set(seams).intersection(1..<max(strips.lineCount, 1))
        guard !seams.isEmpty else { throw .tooFew(0, needed: 1, measure: "\(measure) (seams)") }
        let insides = (1..<max(strips.lineCount, 1)).filter { !seams.contains($0) }
        guard !insides.isEmpty else { throw .tooFew(0, needed: 1, measure: "\(measure) (pairs inside windows)") }
        let (at, within) = (
            try PairSums.of(strips, pairs: seams.sorted()), try PairSums.of(strips, pairs: insides)
        )
        var reference: [PairSums]?
        if let data {
            guard data.lineSize == strips.lineSize else { throw .dimensions(strips.lineSize, data.lineSize) }
            guard data.count >= 2, data.lineCount >= 2 else {
                throw .tooFew(data.count, needed: 2, measure: "\(measure) with data")
            }
            reference = try PairSums.of(data, pairs: Array(1..<data.lineCount))
        }
        func compare(_ statistic: (PairSums) -> Double) -> Comparison {
            Comparison(
                seams: PairSums.estimate(at, statistic), inside: PairSums.estimate(within, statistic),
                difference: PairSums.difference(at, within, statistic),
                data: reference.map { PairSums.estimate($0, statistic) })
        }
        absoluteDifference = compare(\.absoluteDifference)
        squaredDifference = compare(\.squaredDifference)
        correlation = compare(\.correlation)
        seamCount = seams.count
        stripCount = strips.count
    }
}

/// Sums over some pairs of neighbouring lines of some strips, of which the statistics are functions.
private struct PairSums {
    /// Pairs of lines.
    private var count = 0.0
    private var absolute = 0.0
    private var squared = 0.0
    /// For each place in a line: Σa, Σb, Σa², Σb², Σab over the pairs (a, b).
    private var places: [[Double]]

    private init(lineSize: Int) {
        places = [[Double]](repeating: [0, 0, 0, 0, 0], count: lineSize)
    }

    /// The sums of each strip.
    static func of(_ strips: ImageStrips, pairs: [Int]) throws(EvaluationError) -> [PairSums] {
        let (lines, size, length) = (strips.transposed, strips.lineSize, strips.lineCount)
        if let index = lines.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(sample: index / (size * length), value: "\(lines[index])")
        }
        return (0..<strips.count).map { strip in
            var sums = PairSums(lineSize: size)
            for line in pairs {
                let start = (strip * length + line) * size
                for place in 0..<size {
                    sums.add(Double(lines[start - size + place]), Double(lines[start + place]), at: place)
                }
            }
            sums.count = Double(pairs.count)
            return sums
        }
    }

    private mutating func add(_ a: Double, _ b: Double, at place: Int) {
        absolute += abs(b - a)
        squared += (b - a) * (b - a)
        places[place][0] += a
        places[place][1] += b
        places[place][2] += a * a
        places[place][3] += b * b
        places[place][4] += a * b
    }

    private func combined(_ other: PairSums, sign: Double) -> PairSums {
        var sums = self
        sums.count += sign * other.count
        sums.absolute += sign * other.absolute
        sums.squared += sign * other.squared
        for place in places.indices {
            for moment in 0..<5 { sums.places[place][moment] += sign * other.places[place][moment] }
        }
        return sums
    }

    var absoluteDifference: Double { absolute / (count * Double(places.count)) }
    var squaredDifference: Double { squared / (count * Double(places.count)) }

    /// Pooled over the places of a line, each about its own means.
    var correlation: Double {
        var (covariance, left, right) = (0.0, 0.0, 0.0)
        for sums in places {
            covariance += sums[4] - sums[0] * sums[1] / count
            left += sums[2] - sums[0] * sums[0] / count
            right += sums[3] - sums[1] * sums[1] / count
        }
        let product = left * right
        return product > 0 ? covariance / product.squareRoot() : 0
    }

    /// A statistic over all strips, with its jackknifed error.
    static func estimate(_ strips: [PairSums], _ statistic: (PairSums) -> Double) -> Estimate {
        let (all, parts) = totals(strips)
        return Estimate(statistic(all), standardError: jackknifeError(ofLeavingOut: parts.map(statistic)))
    }

    /// The difference of a statistic between two kinds of pairs of the same strips.
    static func difference(
        _ left: [PairSums], _ right: [PairSums], _ statistic: (PairSums) -> Double
    ) -> Estimate {
        let (a, b) = (totals(left), totals(right))
        return Estimate(
            statistic(a.all) - statistic(b.all),
            standardError: jackknifeError(
                ofLeavingOut: zip(a.parts, b.parts).map { statistic($0) - statistic($1) }))
    }

    /// The sums of all strips, and of all but each group of them.
    private static func totals(_ strips: [PairSums]) -> (all: PairSums, parts: [PairSums]) {
        let groups = min(strips.count, 40)
        let empty = PairSums(lineSize: strips[0].places.count)
        let sums = (0..<groups).map { group in
            stride(from: group, to: strips.count, by: groups).reduce(empty) { $0.combined(strips[$1], sign: 1) }
        }
        let all = sums.reduce(empty) { $0.combined($1, sign: 1) }
        return (all, sums.map { all.combined($0, sign: -1) })
    }
}
