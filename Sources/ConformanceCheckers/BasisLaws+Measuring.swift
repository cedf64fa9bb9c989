import GUDCore

/// What the laws share: samples, transforms of arrays, and the comparison of numbers.
extension BasisLaws {
    func sourceRow(_ direction: Direction) -> Int {
        direction == .forward ? basis.dimension : basis.componentCount
    }

    func resultRow(_ direction: Direction) -> Int {
        direction == .forward ? basis.componentCount : basis.dimension
    }

    /// Standard normal rows of a transform's source.
    func random(_ direction: Direction, batch: Int, from start: Int = 0) -> [Float] {
        noise.normals(
            samples: start..<start + batch, count: sourceRow(direction), step: direction == .forward ? 0 : 1)
    }

    func transform(
        _ direction: Direction, _ source: Span<Float>, _ destination: inout MutableSpan<Float>
    ) throws(BasisError) {
        switch direction {
        case .forward: try basis.forward(source, into: &destination)
        case .inverse: try basis.inverse(source, into: &destination)
        }
    }

    /// The transform of a batch, written over a destination that holds one value throughout.
    func apply(_ direction: Direction, _ source: [Float], over value: Float = 0) throws(BasisError) -> [Float] {
        var result = [Float](repeating: value, count: source.count / sourceRow(direction) * resultRow(direction))
        var span = result.mutableSpan
        try transform(direction, source.span, &span)
        return result
    }

    /// A finding from a measurement and its place; what the basis throws becomes a finding that fails.
    func measure(_ law: String, allowed: Double, _ body: () throws -> (Double, String)) -> Finding {
        do {
            let (measured, detail) = try body()
            return Finding(law: law, measured: measured, allowed: allowed, detail: detail)
        } catch {
            return Finding(law: law, measured: .infinity, allowed: allowed, detail: "threw: \(error)")
        }
    }

    /// The scalar product of one row of two batches, in Double.
    func dot(_ a: [Float], _ b: [Float], _ sample: Int, row: Int) -> Double {
        (sample * row..<(sample + 1) * row).reduce(0) { $0 + Double(a[$1]) * Double(b[$1]) }
    }

    /// The largest deviation of a batch from what it should be, in ulps of its row's largest magnitude.
    func ulps(of values: [Float], against expected: [Float], row: Int) -> (Double, String) {
        var worst = (0.0, "")
        for sample in 0..<expected.count / row {
            let range = sample * row..<(sample + 1) * row
            let unit = range.reduce(Float(0)) { max($0, expected[$1].magnitude) }.ulp
            for index in range {
                let deviation = Double(abs(values[index] - expected[index])) / Double(unit)
                if !(deviation <= worst.0) {
                    worst = (deviation, "scalar \(index - range.lowerBound) of sample \(sample), seed \(seed)")
                }
            }
        }
        return worst
    }
}
