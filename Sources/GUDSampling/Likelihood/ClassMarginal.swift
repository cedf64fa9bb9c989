import Foundation
import GUDCore

/// The likelihood of data under a class-conditional model when the class is not known.
///
///     −log p(x) = −log Σ_c P(c) p(x|c)
///
/// from the conditional −log p(x|c) of every class, measured with the same random numbers: one dequantised x, one set
/// of probes and times. Bounds on −log p(x|c) make a bound on −log p(x). Numbers that are estimates from random times
/// or probes make it come out too low, by
///
///     at most  ¼ Σ_{c≠d} r_c r_d (e_c + e_d)²
///
/// in second order, with the posterior `r_c = P(c|x)` and the standard errors e_c: the logarithm of a sum is convex.
/// Where one class has all the posterior that is nothing.
///
/// A component contributes `Σ_c r_c` times what it contributes to the classes; what is left, `KL(r ‖ P)`, belongs to
/// the sample as a whole.
public struct ClassMarginal: Sendable {
    /// P(c), one per class; they sum to 1.
    public let priors: [Double]

    /// The marginal under given probabilities of the classes.
    ///
    /// - Throws: ``LikelihoodError/option(_:)`` unless they are probabilities that sum to 1.
    public init(priors: [Double]) throws(LikelihoodError) {
        let sum = priors.reduce(0, +)
        guard !priors.isEmpty, priors.allSatisfy({ $0 >= 0 }), (sum - 1).magnitude < 1e-9 else {
            throw .option("the classes' probabilities \(priors) are not positive with sum 1")
        }
        self.priors = priors
    }

    /// The classes that are possible at all; the others need not be measured.
    public var possible: [Int] { priors.indices.filter { priors[$0] > 0 } }

    /// The marginal of measurements of the same samples, one for each of the ``possible`` classes, in their order.
    ///
    /// - Parameter labels: The samples' own classes, where they are known: the recipe then says how often the posterior
    ///   picks them.
    public func report(_ reports: [LikelihoodReport], labels: [Int]? = nil) -> LikelihoodReport {
        precondition(reports.count == possible.count, "one report per possible class")
        let first = reports[0]
        let width = first.componentNats.count / max(1, first.count)
        var (nats, components, errors, posteriors) = ([Double](), [Float](), [Double](), [Double]())
        var bias = 0.0
        for row in 0..<first.count {
            // log P(c) + log p(x|c).
            let joint = zip(possible, reports).map { log(priors[$0]) - $1.nats[row] }
            let largest = joint.max() ?? 0
            let total = joint.reduce(0) { $0 + exp($1 - largest) }
            let posterior = joint.map { exp($0 - largest) / total }
            let whole = -largest - log(total)
            nats.append(whole)
            var terms = [Double](repeating: 0, count: width)
            for (share, report) in zip(posterior, reports) where share > 0 {
                for i in 0..<width { terms[i] += share * Double(report.componentNats[row * width + i]) }
            }
            let rest = (whole - terms.reduce(0, +)) / Double(width)
            components += terms.map { Float($0 + rest) }
            if !first.estimatorErrors.isEmpty {
                let spread = reports.map { $0.estimatorErrors[row] }
                errors.append(zip(posterior, spread).reduce(0) { $0 + ($1.0 > 0 ? $1.0 * $1.1 : 0) })
                bias += Self.bias(posterior, spread) / Double(first.count)
            }
            var row = [Double](repeating: 0, count: priors.count)
            for (index, share) in zip(possible, posterior) { row[index] = share }
            posteriors += row
        }
        let evaluations = reports.reduce(0) { $0 + $1.evaluationsPerSample }
        let products = reports.reduce(0) { $0 + $1.productsPerSample }
        var report = LikelihoodReport(
            method: first.method,
            recipe: recipe(first, evaluations, products, bias: bias, posteriors: posteriors, labels: labels),
            dimension: first.dimension, nats: nats, componentNats: components, estimatorErrors: errors,
            evaluationsPerSample: evaluations, productsPerSample: products, binWidth: first.binWidth,
            dequantisation: first.dequantisation, seed: first.seed)
        report.classPosteriors = posteriors
        return report
    }

    private static func bias(_ posterior: [Double], _ spread: [Double]) -> Double {
        var sum = 0.0
        for c in posterior.indices where posterior[c] > 0 {
            for d in posterior.indices where d != c && posterior[d] > 0 {
                sum += posterior[c] * posterior[d] * (spread[c] + spread[d]) * (spread[c] + spread[d])
            }
        }
        return sum / 4
    }

    private func recipe(
        _ first: LikelihoodReport, _ evaluations: Double, _ products: Double, bias: Double, posteriors: [Double],
        labels: [Int]?
    ) -> [(name: String, value: String)] {
        let listed =
            priors.count > 20
            ? "\(priors.count) classes" : priors.map { String(format: "%.3f", $0) }.joined(separator: ", ")
        var recipe: [(name: String, value: String)] = [("classes", "marginal, P(c) = \(listed)")]
        if first.method == .bound {
            let text = "−log Σ P(c) e^(−bound of c), a bound as well; too low by at most %.2g nats, as times are random"
            recipe.append(("marginal", String(format: text, bias)))
        } else if !first.recipe.contains(where: { $0.name == "trace" && $0.value == FlowTrace.exact.text }) {
            recipe.append(("marginal", "of estimates by probes: too low by up to half their variance over the classes"))
        }
        if let labels {
            let right = labels.indices.count { row in
                let shares = posteriors[row * priors.count..<(row + 1) * priors.count]
                return labels[row] < priors.count && shares.max() == shares[shares.startIndex + labels[row]]
            }
            recipe.append(
                (
                    "most probable class",
                    String(format: "the sample's own for %.1f %%", 100 * Double(right) / Double(labels.count))
                ))
        }
        return recipe
            + first.recipe.map { name, value in
                switch name {
                case LikelihoodTally.evaluationsName: (name, String(format: "%.1f, over all classes", evaluations))
                case LikelihoodTally.productsName: (name, String(format: "%.1f, over all classes", products))
                default: (name, value)
                }
            }
    }
}
