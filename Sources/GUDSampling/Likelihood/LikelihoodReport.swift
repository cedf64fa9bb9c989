import Foundation
import GUDCore

/// Negative log-likelihoods, with the recipe that makes them comparable.
public struct LikelihoodReport: Sendable {
    /// How it was measured.
    public enum Method: String, Sendable {
        /// By the probability-flow ODE.
        case flow = "ode"
        /// By the diffusion bound.
        case bound = "elbo"
    }

    /// How it was measured.
    public let method: Method
    /// Everything that the numbers depend on, for people.
    public internal(set) var recipe: [(name: String, value: String)]
    /// The number of dimensions that were measured: *D*, or those of the part.
    public let dimension: Int
    /// −log P of each sample, in nats.
    public let nats: [Double]
    /// The same by component, row-major `[count, K]`; its rows sum to ``nats``.
    public let componentNats: [Float]
    /// The standard error of each sample's number, where it is an estimate from random times; else empty.
    public let estimatorErrors: [Double]
    /// Evaluations of the denoiser.
    public let evaluationsPerSample: Double
    /// Vector–Jacobian products.
    public let productsPerSample: Double
    /// The distance between neighbouring levels; `nil` for continuous data.
    public let binWidth: Double?
    /// Where in its bin a quantised number was taken to be.
    public let dequantisation: Dequantisation
    /// The seed.
    public let seed: UInt64
    /// P(c|x) of every class, row-major `[count, classes]`, where the likelihood is a marginal over classes; else empty.
    public internal(set) var classPosteriors: [Double] = []

    /// The number of samples.
    public var count: Int { nats.count }

    /// The same report with one more line at the beginning of its recipe.
    public func adding(_ name: String, _ value: String) -> LikelihoodReport {
        var report = self
        report.recipe.insert((name, value), at: 0)
        return report
    }

    /// The mean −log P, in nats per sample, with its standard error over samples (infinite for a single one).
    ///
    /// Samples are independent, and so are their probes, times and dequantisation: the error accounts for all of them.
    public var meanNats: Estimate { Estimate(nats) }

    /// The mean −log₂ P per dimension.
    public var bitsPerDimension: Estimate { meanNats.scaled(by: 1 / (Double(dimension) * log(2))) }

    /// A mean and its standard error.
    public struct Estimate: Sendable, Equatable {
        /// The mean.
        public let value: Double
        /// Its standard error.
        public let error: Double

        /// The mean of independent numbers.
        public init(_ values: [Double]) {
            let count = Double(values.count)
            let mean = values.reduce(0, +) / count
            value = mean
            error =
                values.count > 1
                ? (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1) / count).squareRoot() : .infinity
        }

        private init(value: Double, error: Double) {
            self.value = value
            self.error = error
        }

        /// The same in other units.
        public func scaled(by factor: Double) -> Estimate { Estimate(value: value * factor, error: error * factor) }
    }
}
