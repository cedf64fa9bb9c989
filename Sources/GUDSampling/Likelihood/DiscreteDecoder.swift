import Foundation
import GUDCore

/// The last step of the bound for quantised data: from the noised state z(0) to one of the source's levels.
///
/// In data units the state shows pixel *j* as `x_j + ω_j n` with standard normal n, where `ω_j² = Σ_i U_ij² s_i² e^γ_i(0)`. The
/// decoder takes the pixels one by one, each with its own noise:
///
///     p(x_j = l | z(0)) = exp(−(x_j + ω_j n − l)² / 2ω_j²) / Σ over levels l′
///
/// A product of distributions over the levels is a distribution over images whatever the noise's correlations between pixels,
/// so the bound holds in every basis under every schedule; it is tightest where the noise is white in data space. The expectation
/// of −log p over the noise is a one-dimensional integral for each pixel, which is done by quadrature: the term is exact.
///
/// Of a part of a sample, the pixels count that the measured components alone make up; none may depend on others too.
///
/// Source: Kingma, Salimans, Poole & Ho, arXiv:2107.00630, section 3.2 and equation 12.
struct DiscreteDecoder {
    private let binWidth: Double
    private let levelCount: Int
    /// `E[−log p]` in nats by the pixel's noise (row) and its level; pixels with equal noise share a row.
    private let table: [Double]
    private let rows: [Int?]

    /// The decoder of a problem.
    ///
    /// - Throws: ``LikelihoodError/option(_:)`` where pixels depend on measured and other components; what the schedule or the basis
    ///   report.
    init(_ problem: LikelihoodProblem, binWidth: Double) throws {
        self.binWidth = binWidth
        levelCount = Int((2 / binWidth).rounded()) + 1
        let deviations = try Self.noise(problem)
        let distinct = Array(Set(deviations.compactMap(\.self))).sorted()
        rows = deviations.map { deviation in deviation.flatMap { distinct.firstIndex(of: $0) } }
        let count = levelCount
        var table = [Double](repeating: 0, count: distinct.count * count)
        Parallel.forEachRow(of: &table, width: count) { row, values in
            let ratio = binWidth / distinct[row]
            // Levels further away than the noise ever reaches do not matter, nor do edges beyond them.
            let reach = min(count - 1, Int((2 * Self.reach / ratio).rounded(.up)))
            var known: [Int: Double] = [:]
            for level in 0..<count {
                let (below, above) = (min(level, reach), min(count - 1 - level, reach))
                let key = below * count + above
                let value = known[key] ?? Self.expectation(ratio: ratio, below: below, above: above)
                known[key] = value
                values[level] = value
            }
        }
        self.table = table
    }

    /// The term of every sample, in nats; the samples' numbers are taken to their nearest levels.
    func nats(_ samples: ArraySlice<Float>) -> [Double] {
        let width = rows.count
        return stride(from: samples.startIndex, to: samples.endIndex, by: width).map { start in
            (0..<width).reduce(0.0) { sum, pixel in
                guard let row = rows[pixel] else { return sum }
                let level = Int(((Double(samples[start + pixel]) + 1) / binWidth).rounded())
                return sum + table[row * levelCount + min(max(level, 0), levelCount - 1)]
            }
        }
    }

    /// How many standard deviations of noise count.
    private static let reach = 8.0

    /// `E log Σ_k exp(n k d − k² d²/2)` over standard normal n, by the trapezoidal rule, which converges faster than any power here.
    ///
    /// - Parameters:
    ///   - ratio: d, the distance of levels in units of the noise.
    ///   - below: Levels below the true one.
    ///   - above: Levels above it.
    static func expectation(ratio: Double, below: Int, above: Int) -> Double {
        let steps = 512
        let step = 2 * reach / Double(steps)
        var sum = 0.0
        for index in 0...steps {
            let noise = -reach + step * Double(index)
            // The nearest level within the range has the largest exponent.
            let nearest = min(max((noise / ratio).rounded(), Double(-below)), Double(above))
            let largest = noise * nearest * ratio - 0.5 * nearest * nearest * ratio * ratio
            var total = 0.0
            for level in -below...above {
                let offset = Double(level) * ratio
                total += exp(noise * offset - 0.5 * offset * offset - largest)
            }
            sum += exp(-0.5 * noise * noise) * (largest + log(total))
        }
        return sum * step / (2 * Double.pi).squareRoot()
    }

    /// ω_j of every pixel that is measured, in data units; `nil` for the others.
    private static func noise(_ problem: LikelihoodProblem) throws -> [Double?] {
        let space = problem.space
        let squares = try problem.schedule.gamma(at: 0).enumerated().map { component, gamma in
            Double(space.scale[component]) * Double(space.scale[component]) / NoisingState.signalToNoise(gamma)
        }
        let (smallest, largest) = (squares.min() ?? 0, squares.max() ?? 0)
        if problem.part == nil, largest - smallest <= 1e-6 * largest {
            return [Double](repeating: largest.squareRoot(), count: space.dimension)
        }
        // Rows of U, one at a time, with the noise of their component.
        var sums = [Double](repeating: 0, count: space.dimension)
        var isMade = (
            measured: [Bool](repeating: false, count: sums.count), other: [Bool](repeating: false, count: sums.count)
        )
        for (component, square) in squares.enumerated() {
            var unit = [Float](repeating: 0, count: squares.count)
            unit[component] = 1
            let isMeasured = problem.part.map { $0.pins[component] == .free } ?? true
            for (pixel, weight) in try space.basis.inverse(unit).enumerated() {
                sums[pixel] += square * Double(weight) * Double(weight)
                // Smaller weights are rounding.
                guard abs(weight) > 1e-5 else { continue }
                if isMeasured { isMade.measured[pixel] = true } else { isMade.other[pixel] = true }
            }
        }
        if let pixel = sums.indices.first(where: { isMade.measured[$0] && isMade.other[$0] }) {
            throw LikelihoodError.option(
                "--dequantisation discrete is for parts that are whole pixels: number \(pixel) of a sample depends on measured "
                    + "components and on others; use uniform")
        }
        return sums.indices.map { isMade.measured[$0] ? sums[$0].squareRoot() : nil }
    }
}
