import GUDCore

/// How fast a noising process takes information from Gaussian data: the integrand of vector I-MMSE.
///
/// Information is lost component by component at the rate `½ γ̇_i MMSE_i`, where `MMSE_i = E (ε_i − ε̂_i)²` is what the exact
/// denoiser misses. The integral over a path depends on its ends alone,
///
///     ½ ∫ Σ_i γ̇_i MMSE_i dt = ½ log det(1 + e^(−γ(0)) Σ) − ½ log det(1 + e^(−γ(1)) Σ),
///
/// so that scalar diffusion, soft conditioning and autoregression have the same likelihood.
///
/// Source: Guo, Shamai & Verdú, "Mutual information and minimum mean-square error in Gaussian channels", IEEE Trans. Inf. Theory
/// 51 (2005), theorem 1 in its form for vectors; Gerdes, Welling & Cheng, arXiv:2410.02667, section 3.
public struct InformationRate {
    /// The path.
    public let schedule: any NoiseSchedule
    /// The exact denoiser of the data; of Gaussian data it is linear, so that its errors do not depend on the state.
    public let denoiser: any DifferentiableDenoiser

    /// The rate of a path.
    public init(schedule: any NoiseSchedule, denoiser: any DifferentiableDenoiser) {
        self.schedule = schedule
        self.denoiser = denoiser
    }

    /// `½ γ̇_i MMSE_i` of every component, in nats per unit of time: `MMSE_i = 1 − σ_i ∂ε̂_i/∂z_i`.
    ///
    /// - Complexity: One Jacobian product for each component.
    public func rates(at time: Double) throws -> [Double] {
        let (state, count) = (try schedule.state(at: time), schedule.componentCount)
        let units = (0..<count * count).map { $0 / count == $0 % count ? Float(1) : 0 }
        let zeros = [Float](repeating: 0, count: count * count)
        var (noise, products) = (zeros, zeros)
        var noiseSpan = noise.mutableSpan
        var productSpan = products.mutableSpan
        try denoiser.pullBack(
            units.span, through: zeros.span, states: .shared(state), embeddings: nil, noise: &noiseSpan,
            into: &productSpan)
        return (0..<count).map { i in
            0.5 * state.gammaRate[i] * (1 - state.sigma[i] * Double(products[i * (count + 1)]))
        }
    }

    /// The integral from 0 to each time, by the midpoints of equal parts; one more number than parts.
    public func runningIntegral(parts: Int) throws -> [Double] {
        var (sums, total) = ([0.0], 0.0)
        for part in 0..<parts {
            total += try rates(at: (Double(part) + 0.5) / Double(parts)).reduce(0, +) / Double(parts)
            sums.append(total)
        }
        return sums
    }
}
