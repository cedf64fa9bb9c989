import GUDCore

/// The laws of ``Basis``: what every basis, built in or plugged in, must satisfy on batches of any size.
///
///     let broken = BasisLaws(basis).findings().filter { !$0.passed }
///
/// Samples are drawn from the given seed, so a finding can be reproduced. A law that cannot be measured because the basis
/// throws is a finding that fails, with the error in its detail.
public struct BasisLaws: Sendable {
    /// The basis under test.
    public let basis: any Basis
    /// The seed of the samples.
    public let seed: UInt64
    /// The largest round-trip error, in ulps of the sample's largest magnitude.
    public let roundTripUlps: Double

    /// Which way a transform goes.
    enum Direction: String, CaseIterable, Sendable {
        case forward, inverse
    }

    let noise: CounterNoise

    /// A checker of one basis.
    ///
    /// - Parameters:
    ///   - basis: The basis.
    ///   - seed: The seed of the samples.
    ///   - roundTripUlps: The round-trip error that the basis states; by default `8 + 2√D` ulps, which a dense matrix in
    ///     Float keeps.
    public init(_ basis: any Basis, seed: UInt64 = 1, roundTripUlps: Double? = nil) {
        self.basis = basis
        self.seed = seed
        self.roundTripUlps = roundTripUlps ?? 8 + 2 * Double(basis.dimension).squareRoot()
        noise = CounterNoise(seed: seed, purpose: .checking)
    }

    /// Measures every law, in both directions where it has two.
    ///
    /// - Complexity: Some thousand transforms of single samples.
    public func findings() -> [Finding] {
        let sizes = sizeFindings()
        guard sizes.allSatisfy(\.passed) else { return sizes }
        var findings = sizes
        findings += [
            roundTrip(), projection(), parseval(), adjoint(), linearity(.forward), linearity(.inverse), whiteNoise(),
        ]
        for direction in Direction.allCases {
            findings += [
                determinism(direction), batchEqualsSingles(direction), concurrency(direction),
                isolation(direction), bufferCounts(direction),
            ]
        }
        return findings + [labels()]
    }
}

extension BasisLaws {
    /// The counts that every other law relies on.
    private func sizeFindings() -> [Finding] {
        let (count, dimension) = (basis.componentCount, basis.dimension)
        let isSound = dimension >= 1 && (1...max(1, dimension)).contains(count)
        return [
            Finding(
                law: "there are 1 to D components", passed: isSound, measured: Double(count),
                allowed: Double(dimension), detail: "K = \(count), D = \(dimension)")
        ]
    }

    /// `Uᵀ U x = x` where no component is dropped.
    private func roundTrip() -> Finding {
        measure("inverse undoes forward, in ulps of ‖x‖∞", allowed: roundTripUlps) {
            guard basis.componentCount == basis.dimension else { return (0, "not called for: K < D") }
            let samples = random(.forward, batch: 5)
            let back = try apply(.inverse, apply(.forward, samples))
            return ulps(of: back, against: samples, row: basis.dimension)
        }
    }

    /// `U Uᵀ c = c`, which holds for truncated bases as well.
    private func projection() -> Finding {
        measure("forward undoes inverse, in ulps of ‖c‖∞", allowed: roundTripUlps) {
            let coefficients = random(.inverse, batch: 5)
            let back = try apply(.forward, apply(.inverse, coefficients))
            return ulps(of: back, against: coefficients, row: basis.componentCount)
        }
    }

    /// `‖Uᵀ c‖ = ‖c‖`, and `‖U x‖ = ‖x‖` where no component is dropped.
    private func parseval() -> Finding {
        measure("lengths are kept, relative", allowed: 1e-5) {
            var worst = (0.0, "")
            for direction in Direction.allCases {
                if direction == .forward, basis.componentCount < basis.dimension { continue }
                let source = random(direction, batch: 5)
                let result = try apply(direction, source)
                for sample in 0..<5 {
                    let before = dot(source, source, sample, row: sourceRow(direction))
                    let after = dot(result, result, sample, row: resultRow(direction))
                    let change = abs((after / before).squareRoot() - 1)
                    if !(change <= worst.0) { worst = (change, "\(direction) of sample \(sample), seed \(seed)") }
                }
            }
            return worst
        }
    }

    /// `⟨U x, c⟩ = ⟨x, Uᵀ c⟩`.
    private func adjoint() -> Finding {
        measure("inverse is the adjoint of forward, relative to ‖x‖ ‖c‖", allowed: 1e-5) {
            let samples = random(.forward, batch: 5)
            let coefficients = random(.inverse, batch: 5)
            let (transformed, back) = (try apply(.forward, samples), try apply(.inverse, coefficients))
            var worst = (0.0, "")
            for sample in 0..<5 {
                let left = dot(transformed, coefficients, sample, row: basis.componentCount)
                let right = dot(samples, back, sample, row: basis.dimension)
                let lengths =
                    dot(samples, samples, sample, row: basis.dimension)
                    * dot(coefficients, coefficients, sample, row: basis.componentCount)
                let difference = abs(left - right) / lengths.squareRoot()
                if !(difference <= worst.0) { worst = (difference, "sample \(sample), seed \(seed)") }
            }
            return worst
        }
    }

    /// `U(2x − 3y) = 2 U x − 3 U y`.
    private func linearity(_ direction: Direction) -> Finding {
        measure("\(direction) is linear, relative to ‖x‖", allowed: 1e-5) {
            let row = sourceRow(direction)
            let source = random(direction, batch: 2)
            let combined = (0..<row).map { 2 * source[$0] - 3 * source[row + $0] }
            let (results, sum) = (try apply(direction, source), try apply(direction, combined))
            let width = resultRow(direction)
            var worst = (0.0, "")
            let length = (dot(combined, combined, 0, row: row) / Double(row)).squareRoot()
            for index in 0..<width {
                let expected = 2 * Double(results[index]) - 3 * Double(results[width + index])
                // Single scalars deviate by a few roundings of the sum, whose terms are of the size of ‖x‖/√D.
                let difference = abs(Double(sum[index]) - expected) / (length * Double(width).squareRoot())
                if !(difference <= worst.0) { worst = (difference, "scalar \(index), seed \(seed)") }
            }
            return worst
        }
    }

    /// White noise has the same variance in every component, and none in common.
    private func whiteNoise() -> Finding {
        measure("white noise stays white, in standard errors", allowed: 7) {
            let (batch, width) = (1024, basis.componentCount)
            var (squares, products) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width))
            for start in stride(from: 0, to: batch, by: 128) {
                let samples = noise.normals(samples: start..<start + 128, count: basis.dimension, step: 9)
                let components = try apply(.forward, samples)
                for sample in 0..<128 {
                    for index in 0..<width {
                        let value = Double(components[sample * width + index])
                        squares[index] += value * value
                        products[index] += value * Double(components[sample * width + (index + 1) % width])
                    }
                }
            }
            var worst = (0.0, "")
            for index in 0..<width {
                let variance = (squares[index] / Double(batch) - 1) * (Double(batch) / 2).squareRoot()
                let correlation = width > 1 ? products[index] / Double(batch).squareRoot() : 0
                let deviation = max(abs(variance), abs(correlation))
                if !(deviation <= worst.0) { worst = (deviation, "component \(index), seed \(seed)") }
            }
            return worst
        }
    }

    /// Labels, where there are any, are one finite number per component.
    private func labels() -> Finding {
        var wrong: [String] = []
        for order in NaturalOrder.allCases {
            guard let labels = basis.labels(order) else { continue }
            if labels.count != basis.componentCount { wrong.append("\(order): \(labels.count) labels") }
            if !labels.allSatisfy(\.isFinite) { wrong.append("\(order): not finite") }
        }
        return Finding(
            law: "labels are one finite number for each component", measured: Double(wrong.count), allowed: 0,
            detail: wrong.joined(separator: "; "))
    }
}
