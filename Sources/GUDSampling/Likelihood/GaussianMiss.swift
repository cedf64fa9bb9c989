import Foundation
import GUDCore

/// What the Gaussian fit misses of the noise of one component, whose expectation is known: the control variate of the bound.
///
/// For `ε̂ = σ z/(α² v + σ²)` and n = e^γ, `ε − ε̂ = (v ε − √n x)/(n + v)`, and for data x
///
///     ½ ∫ E(ε − ε̂)² dγ = [−x²/(n + v) − log(1 + v/n) + v/(n + v)] / 2  between the ends.
///
/// The bound adds this closed form, and estimates only by how much the denoiser misses less: where there is little noise, or
/// little data, nothing. A component that never varies has no fit, and no control.
///
/// Source: Glasserman, "Monte Carlo methods in financial engineering", section 4.1, on control variates.
struct GaussianMiss {
    /// v.
    let variance: Double

    /// `ε − ε̂` for the fit.
    func miss(noise: Double, clean: Double, gamma: Double) -> Double {
        guard variance > 0 else { return 0 }
        // Divided by v on both sides; √n may overflow where its quotient does not.
        let signal = variance * NoisingState.signalToNoise(gamma)
        let kept = signal / (1 + signal)
        return kept * noise - (kept * (1 - kept) / variance).squareRoot() * clean
    }

    /// The expectation of `½ ∫ (ε − ε̂)² dγ` for a clean component of this square.
    func integral(square: Double, from: Double, to: Double) -> Double {
        guard variance > 0 else { return 0 }
        func antiderivative(_ gamma: Double) -> Double {
            let signal = variance * NoisingState.signalToNoise(gamma)
            // v/(n + v), and 1/(n + v) is that over v.
            let kept = signal.isFinite ? signal / (1 + signal) : 1
            return 0.5 * (kept - kept * square / variance - log1p(signal))
        }
        return antiderivative(to) - antiderivative(from)
    }
}
