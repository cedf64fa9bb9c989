import Foundation
import GUDCore

/// Gathers the terms of a likelihood, batch by batch.
struct LikelihoodTally {
    static let evaluationsName = "evaluations per sample"
    static let productsName = "Jacobian products per sample"

    private let problem: LikelihoodProblem
    private var components: [Float] = []
    private var nats: [Double] = []
    private var noise: [Double] = []
    /// Evaluations of the denoiser, summed over samples.
    var evaluations = 0
    /// Vector–Jacobian products, summed over samples.
    var products = 0

    init(_ problem: LikelihoodProblem) {
        self.problem = problem
        components.reserveCapacity(problem.count * problem.componentCount)
    }

    /// Adds samples.
    ///
    /// - Parameters:
    ///   - terms: The negative log-density by component, row-major `[samples, K]`, in nats.
    ///   - whole: What belongs to a sample as a whole, `log q` of its dequantisation for one; it is spread over the components evenly, as volume is the
    ///     same in any orthonormal basis.
    ///   - spread: The standard error of each sample, where it is an estimate.
    mutating func add(_ terms: [Double], whole: [Double], spread: [Double] = []) {
        let (width, pins) = (problem.componentCount, problem.part?.pins)
        for (row, density) in whole.enumerated() {
            var sum = 0.0
            for index in row * width..<(row + 1) * width {
                // Components that are not measured contribute nothing, nor does their share of the volume.
                let isMeasured = pins.map { $0[index % width] == .free } ?? true
                let term = isMeasured ? terms[index] + density / Double(width) : 0
                components.append(Float(term))
                sum += term
            }
            nats.append(sum)
        }
        noise += spread
    }

    /// The report, with what is common to all methods in its recipe.
    func report(_ method: LikelihoodReport.Method, recipe: [(name: String, value: String)]) -> LikelihoodReport {
        let count = Double(nats.count)
        var recipe = recipe
        if let binWidth = problem.binWidth {
            let levels = (2 / binWidth + 1).rounded()
            recipe.append(("quantisation", "\(Int(levels)) levels in [-1, 1], bin width \(binWidth)"))
            let draws = problem.dequantisation == .discrete ? "none, a discrete decoder" : "one draw per sample"
            recipe.append(("dequantisation", "\(problem.dequantisation.rawValue), \(draws)"))
        } else {
            recipe.append(("quantisation", "none: bits of the continuous density, in data units"))
        }
        if let part = problem.part { recipe.append(("part", part.text)) }
        recipe.append((Self.evaluationsName, String(format: "%.1f", Double(evaluations) / count)))
        if products > 0 {
            recipe.append((Self.productsName, String(format: "%.1f", Double(products) / count)))
        }
        recipe.append(("seed", "\(problem.seed)"))
        return LikelihoodReport(
            method: method, recipe: recipe, dimension: problem.measuredCount, nats: nats, componentNats: components,
            estimatorErrors: noise, evaluationsPerSample: Double(evaluations) / count,
            productsPerSample: Double(products) / count, binWidth: problem.binWidth,
            dequantisation: problem.dequantisation, seed: problem.seed)
    }
}
