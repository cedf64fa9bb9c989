import Foundation
import GUDCore
import GUDLinearAlgebra

/// Fits a Gaussian mixture by expectation maximisation, in Double.
///
/// Goals, in order: the same mixture for the same seed on any number of threads; a likelihood that never falls, up to the
/// regularisation; no component that dies. A component that explains less than one sample is put where the mixture explains the data worst.
///
/// Source: Bishop, "Pattern recognition and machine learning", section 9.2.
struct MixtureFit {
    let components: Int
    let shape: CovarianceShape
    let iterations: Int
    /// In nats per sample.
    let tolerance: Double
    /// Added to every variance, as a fraction of the data's average variance.
    let regularisation: Double
    let seed: UInt64

    /// Fits samples, row-major `[count, K]`; returns the mixture and a report in words.
    ///
    /// - Throws: ``DenoiserError/configuration(_:)`` where there are fewer samples than components, or a number is not finite.
    func callAsFunction(
        _ samples: [Double], componentCount: Int
    ) throws(DenoiserError) -> (mixture: NormalMixture, report: [String]) {
        let count = samples.count / componentCount
        guard samples.count == count * componentCount, count >= components else {
            throw .configuration(
                "a mixture of \(components) components cannot be fitted to \(count) samples; use at most \(count)")
        }
        guard samples.allSatisfy(\.isFinite) else {
            throw .configuration("a mixture cannot be fitted: the samples hold numbers that are not finite")
        }
        let data = MixtureData(samples: samples, componentCount: componentCount, count: count)
        let floor = regularisation * max(data.averageVariance, .leastNormalMagnitude)
        var responsibilities = MixtureSeeding(seed: seed, components: components).responsibilities(of: data)
        var reseeded = 0
        var (mixture, likelihood, steps, converged) = (
            try maximise(data, responsibilities, worst: nil, floor: floor, reseeded: &reseeded), -Double.infinity, 0,
            false
        )
        while steps < iterations, !converged {
            let expectation = try data.expectation(under: mixture)
            converged = expectation.likelihood - likelihood < tolerance
            likelihood = expectation.likelihood
            responsibilities = expectation.responsibilities
            mixture = try maximise(
                data, responsibilities, worst: expectation.densities, floor: floor, reseeded: &reseeded)
            steps += 1
        }
        let final = try data.expectation(under: mixture).likelihood
        return (
            mixture, report(steps: steps, converged: converged, likelihood: final, count: count, reseeded: reseeded)
        )
    }

    private func report(steps: Int, converged: Bool, likelihood: Double, count: Int, reseeded: Int) -> [String] {
        let outcome =
            converged ? "converged after \(steps) iterations" : "stopped after \(steps) iterations, not converged"
        var lines = [
            "\(components) components with \(shape.rawValue) covariances on \(count) samples",
            "\(outcome); log-likelihood \((likelihood * 1e4).rounded() / 1e4) nats per sample",
        ]
        if reseeded > 0 { lines.append("\(reseeded) components died and were put where the data were explained worst") }
        return lines
    }

    /// Weights, means and covariances of the responsibilities, row-major `[count, components]`.
    private func maximise(
        _ data: MixtureData, _ responsibilities: [Double], worst densities: [Double]?, floor: Double,
        reseeded: inout Int
    ) throws(DenoiserError) -> NormalMixture {
        let width = data.componentCount
        var sizes = [Double](repeating: 0, count: components)
        for (index, value) in responsibilities.enumerated() { sizes[index % components] += value }
        var (means, covariances) = data.moments(responsibilities, sizes: sizes, shape: shape, floor: floor)

        // Components that explain less than one sample: the samples of lowest density, one each, with the data's spread.
        let dead = sizes.indices.filter { sizes[$0] < 1 }
        if !dead.isEmpty {
            let order = densities.map { densities in
                densities.indices.sorted { (densities[$0], $0) < (densities[$1], $1) }
            }
            for (rank, k) in dead.enumerated() {
                let sample = order?[rank] ?? rank
                means.replaceSubrange(
                    k * width..<(k + 1) * width, with: data.samples[sample * width..<(sample + 1) * width])
                covariances[k] = data.spread(shape: shape, floor: floor)
                sizes[k] = 1
            }
            reseeded += dead.count
        }
        let total = sizes.reduce(0, +)
        return try NormalMixture(
            weights: sizes.map { $0 / total }, means: means, covariances: covariances, componentCount: width)
    }
}
