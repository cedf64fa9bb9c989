import Foundation
import GUDCore

/// The diffusion bound: an upper bound on the negative log-likelihood from denoising errors alone (the negative ELBO).
///
/// `−log p(x) ≤ ½ ∫₀¹ Σ_i γ̇_i E(ε_i − ε̂_i)² dt + KL(q(z(1)|x) ‖ matched prior) + E[−log p(x|z(0))]`, with a γ̇ per component.
/// The integral is that of the Gaussian fit, a closed form, less by how much the denoiser misses less than the fit: estimated at random
/// times that are spread evenly where components turn from data to noise. The other two terms are closed forms. It needs no derivative of the denoiser. With the exact denoiser it is tight for
/// every single sample, up to what the prior and the last step miss.
///
/// Unlike the flow's density, which is of data with the noise that is left at t = 0, it is of the data themselves: the last step,
/// from z(0) to x, is the Gaussian fit's, or for quantised data that are not dequantised a ``DiscreteDecoder``.
///
/// Source: Kingma, Salimans, Poole & Ho, arXiv:2107.00630, section 4 and appendix I; Gerdes, Welling & Cheng, arXiv:2410.02667, section 3.
public struct DiffusionBound: Sendable {
    /// Random times per sample, each with noise of its own.
    public var times: Int

    /// Rows that are given to the denoiser at once.
    private static let rowLimit = 512

    /// A method.
    public init(times: Int = 32) { self.times = times }

    /// Measures all samples of a problem.
    ///
    /// A sample's number is the same, to rounding, in any batch.
    ///
    /// - Throws: ``LikelihoodError``; what the denoiser or the schedule report.
    /// - Complexity: ``times`` evaluations per sample.
    public func measure(_ problem: LikelihoodProblem) throws -> LikelihoodReport {
        guard (1...LikelihoodProblem.stepLimit).contains(times) else {
            throw LikelihoodError.option("--steps \(times): take 1 to \(LikelihoodProblem.stepLimit) random times")
        }
        try problem.validate()
        let problem = try problem.pinned()
        let ends = try BoundEnds(problem)
        let draw = TimeDraw(
            try TimeProposal(problem.schedule, variances: ends.variances), count: times, seed: problem.seed)
        let decoder =
            problem.dequantisation == .discrete
            ? try problem.binWidth.map { try DiscreteDecoder(problem, binWidth: $0) } : nil
        var tally = LikelihoodTally(problem)
        for batch in problem.batches {
            let (clean, densities) = try problem.whitened(batch)
            var terms = ends.terms(of: clean)
            let spread = try addDiffusion(clean, batch, draw, problem, ends.variances, to: &terms)
            let width = problem.space.dimension
            let decoded = decoder?.nats(problem.data[batch.lowerBound * width..<batch.upperBound * width])
            tally.add(terms, whole: decoded ?? densities, spread: spread)
            tally.evaluations += times * batch.count
            problem.onProgress(batch.upperBound, problem.count)
        }
        return tally.report(
            .bound,
            recipe: [
                ("times", "\(times) per sample, stratified, as a difference to the Gaussian fit"),
                ("last step", decoder == nil ? "the Gaussian fit's p(x|z(0))" : "a discrete decoder, pixel by pixel"),
            ])
    }

    /// Adds the estimate of the integral to the terms of a batch, and returns its standard error for each sample.
    private func addDiffusion(
        _ clean: [Double], _ batch: Range<Int>, _ draw: TimeDraw, _ problem: LikelihoodProblem, _ variances: [Double],
        to terms: inout [Double]
    ) throws -> [Double] {
        let width = problem.componentCount
        var sums = [(value: Double, square: Double)](repeating: (0, 0), count: batch.count)
        for start in stride(from: 0, to: batch.count * times, by: Self.rowLimit) {
            if problem.isCancelled() { throw LikelihoodError.cancelled }
            let rows = Array(start..<min(batch.count * times, start + Self.rowLimit))
            let drawn = rows.map { draw.time($0 % times, sample: batch.lowerBound + $0 / times) }
            let states = try drawn.map { try problem.schedule.state(at: $0.time) }
            let noise = normals(rows, batch, width, seed: problem.seed)
            var noised = noise
            for (place, row) in rows.enumerated() {
                for i in 0..<width {
                    let z =
                        states[place].alpha[i] * clean[row / times * width + i]
                        + states[place].sigma[i] * Double(noise[place * width + i])
                    noised[place * width + i] = Float(z)
                }
            }
            let predicted = try problem.denoiser.predictNoise(
                in: noised, states: .perSample(states),
                embeddings: problem.embeddings(of: rows.map { batch.lowerBound + $0 / times }))
            for (place, row) in rows.enumerated() {
                let sample = row / times
                var total = 0.0
                for i in 0..<width {
                    let miss = Double(noise[place * width + i]) - Double(predicted[place * width + i])
                    guard miss.isFinite else {
                        throw LikelihoodError.notFinite(
                            "the denoiser's answer", sample: batch.lowerBound + sample, component: i,
                            time: drawn[place].time)
                    }
                    let fit = GaussianMiss(variance: variances[i]).miss(
                        noise: Double(noise[place * width + i]), clean: clean[sample * width + i],
                        gamma: states[place].gamma[i])
                    let term = 0.5 * states[place].gammaRate[i] * (miss * miss - fit * fit) / drawn[place].density
                    terms[sample * width + i] += term / Double(times)
                    total += term
                }
                sums[sample].value += total
                sums[sample].square += total * total
            }
        }
        return sums.map { sum in
            let (count, mean) = (Double(times), sum.value / Double(times))
            return times > 1 ? (max(0, sum.square / count - mean * mean) / (count - 1)).squareRoot() : .infinity
        }
    }

    /// ε of some rows, each a sample at one of its times.
    private func normals(_ rows: [Int], _ batch: Range<Int>, _ width: Int, seed: UInt64) -> [Float] {
        let source = CounterNoise(seed: seed, purpose: .bound)
        let times = times
        var values = [Float](repeating: 0, count: rows.count * width)
        Parallel.forEachRow(of: &values, width: width) { place, span in
            let row = rows[place]
            source.fillNormals(&span, sample: batch.lowerBound + row / times, step: row % times)
        }
        return values
    }
}
