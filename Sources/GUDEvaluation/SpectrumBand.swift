import Foundation

/// How much power samples have in one band of components, against a reference.
public struct SpectrumBand: Sendable, Codable, Equatable {
    /// The label of the band: a frequency in cycles per image, or a wavelet level.
    public var label: Double
    /// Its components.
    public var componentCount: Int
    /// The mean square of a component in the band, of the samples.
    public var power: Double
    /// The same of the reference.
    public var referencePower: Double
    /// `10 log₁₀` of their ratio; `nil` where either has no power at all.
    public var decibels: Double?
    /// Its standard error over samples of both sides.
    public var decibelsError: Double?

    /// A band; the ratio is added where there is one.
    public init(
        label: Double, componentCount: Int, power: Double, referencePower: Double, decibels: Double? = nil,
        decibelsError: Double? = nil
    ) {
        self.label = label
        self.componentCount = componentCount
        self.power = power
        self.referencePower = referencePower
        self.decibels = decibels
        self.decibelsError = decibelsError
    }
}

/// The power of samples against a reference in bands of components.
///
/// For each band `P = mean over samples of Σ c²/K_b` of both sides, about the mean of the *reference*, so that a shifted mean shows.
/// 0 dB means that details of this size have the right strength, in the mean; that they are in the right places it does not say.
///
/// The standard error of `10 log₁₀(P/P_ref)` is `10/ln 10 · √((s/P)² + (s_ref/P_ref)²)` with the standard errors s of the means.
///
/// - Parameters:
///   - samples: Components in an orthonormal basis.
///   - reference: The same of the reference.
///   - labels: The band of each component: components with equal labels share one.
/// - Throws: ``EvaluationError/dimensions(_:_:)``, or ``EvaluationError/tooFew(_:needed:measure:)`` below two samples.
///
/// Source: the band-averaged power spectrum that Dzanic, Shah & Witherden, "Fourier spectrum discrepancies in deep network
/// generated images", arXiv:1911.06465, compare by; errors by the delta method.
public func spectrum(
    of samples: Samples, against reference: Samples, labels: [Double]
) throws(EvaluationError) -> [SpectrumBand] {
    try Samples.validate(samples, reference, atLeast: 2, for: "the spectrum")
    guard labels.count == samples.dimension else { throw .dimensions(labels.count, samples.dimension) }
    var mean = [Double](repeating: 0, count: reference.dimension)
    for index in reference.values.indices { mean[index % reference.dimension] += Double(reference.values[index]) }
    for index in mean.indices { mean[index] /= Double(reference.count) }

    let members = Dictionary(grouping: labels.indices) { labels[$0] }
    return members.sorted { $0.key < $1.key }.map { label, components in
        let (own, other) = (BandPower(samples, components, mean), BandPower(reference, components, mean))
        var band = SpectrumBand(
            label: label, componentCount: components.count, power: own.mean, referencePower: other.mean)
        if own.mean > 0, other.mean > 0 {
            band.decibels = 10 * log10(own.mean / other.mean)
            let relative = (own.error / own.mean, other.error / other.mean)
            band.decibelsError = 10 / log(10) * (relative.0 * relative.0 + relative.1 * relative.1).squareRoot()
        }
        return band
    }
}

/// The mean power in a band, and its standard error over samples.
private struct BandPower {
    let mean: Double
    let error: Double

    init(_ samples: Samples, _ components: [Int], _ centre: [Double]) {
        let powers = (0..<samples.count).map { sample in
            components.reduce(0.0) { sum, component in
                let value = Double(samples.values[sample * samples.dimension + component]) - centre[component]
                return sum + value * value
            } / Double(components.count)
        }
        let count = Double(powers.count)
        let mean = powers.reduce(0, +) / count
        self.mean = mean
        error = (powers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1) / count).squareRoot()
    }
}
