import Foundation
import GUDCore

/// Where in its bin a quantised number is taken to be.
///
/// With *u* drawn from a density q in the bin around a level, `−log P(x) ≤ E[log q(u) − log p(x + u)]`: the density of a
/// continuous model bounds the probability of quantised data. The bound holds for every q.
///
/// Source: Theis, van den Oord & Bethge, arXiv:1511.01844, section 3.1; Zheng et al., arXiv:2305.03935, section 4.3.
public enum Dequantisation: String, CaseIterable, Sendable {
    /// Anywhere with the same probability, `q = 1/width`.
    case uniform
    /// Normal around the level, cut off at the bin's ends; its standard deviation is that of the noise which data still carry
    /// at t = 0, and at least half a bin.
    case truncatedNormal = "truncated-normal"
    /// At its level, as it is: the diffusion bound then ends with a discrete decoder over the source's levels. The flow, which gives a density,
    /// cannot do that.
    case discrete
}

/// One bin, and how numbers are spread in it.
struct Bin {
    let width: Double
    let shape: Dequantisation
    /// The standard deviation of the normal before it is cut off; unused for a uniform one.
    let deviation: Double

    /// Adds a number to every scalar of rows of data, and returns `log q` of each row.
    func dequantise(_ rows: inout [Float], samples: Range<Int>, seed: UInt64) -> [Double] {
        let noise = CounterNoise(seed: seed, purpose: .dequantisation)
        let width = rows.count / samples.count
        var densities: [Double] = []
        for (row, sample) in samples.enumerated() {
            var density = 0.0
            for component in 0..<width {
                let (offset, logDensity) = place(noise.uniform(sample: sample, component: component))
                rows[row * width + component] += Float(offset)
                density += logDensity
            }
            densities.append(density)
        }
        return densities
    }

    /// The place that a uniform number stands for, and `log q` there.
    func place(_ uniform: Double) -> (offset: Double, logDensity: Double) {
        let reach = 0.5 * width / deviation
        // A normal much wider than the bin is uniform in it, to rounding.
        guard shape == .truncatedNormal, reach > 1e-4 else { return ((uniform - 0.5) * width, -log(width)) }
        let mass = erf(reach / 2.0.squareRoot())
        let quantile = Self.normalQuantile(centred: (uniform - 0.5) * mass)
        let clamped = min(max(quantile, -reach), reach)
        return (
            clamped * deviation, -0.5 * clamped * clamped - 0.5 * log(2 * Double.pi) - log(deviation * mass)
        )
    }

    /// The x at which the standard normal's distribution function exceeds ½ by `centred`, by bisection.
    private static func normalQuantile(centred: Double) -> Double {
        var (low, high) = (-9.0, 9.0)
        for _ in 0..<60 {
            let middle = 0.5 * (low + high)
            if 0.5 * erf(middle / 2.0.squareRoot()) < centred { low = middle } else { high = middle }
        }
        return 0.5 * (low + high)
    }
}
