import GUDCore

/// Corrects a denoiser's estimate for a linear observation by the first two moments of what it does not know.
///
/// Given z(t), the clean components have mean `x̂0` and, by Tweedie's formula, covariance `C = (∂x̂0/∂z) diag(σ²/α)`. Were they normally
/// distributed, the observation `H z(0) = y + noise` of covariance R would move their mean to
///
///     x̂0' = x̂0 + C Hᵀ v,    (R + H C Hᵀ) v = y − H x̂0,
///
/// and `ε̂' = ε̂ − (α/σ) C Hᵀ v`. With Gaussian data this is the exact conditional denoiser; otherwise it is exact where little noise is left,
/// and approximate before. It needs no training. The system is solved by conjugate gradients; one Jacobian product each:
/// `C w = (σ²/α²) w − (σ²/α) (∂ε̂/∂z)ᵀ (σ/α) w`. Components of which nothing is visible keep the Gaussian fit's `C_ii = v_i`.
///
/// Source: Boys, Girolami, Pidstrigach, Reich, Mosca & Akyildiz, "Tweedie moment projected diffusions", arXiv:2310.06721; Rozet, Andry,
/// Lanusse & Louppe, "Learning diffusion priors from observations by expectation maximization", arXiv:2405.13712, section 4.2.
struct MomentCorrection: Sendable {
    let observed: ObservedComponents
    /// v_i.
    let variances: [Double]

    /// Iterations at most; the residual falls by orders of magnitude in a few.
    static let iterations = 24
    /// γ from which on a component keeps the Gaussian fit's variance.
    static let largestGamma = 11.0
    /// The residual at which the solution is good enough, relative to where it began.
    static let tolerance = 1e-4

    /// Writes ε̂' of a batch.
    ///
    /// - Parameters:
    ///   - samples: The global index of each row of the batch.
    ///   - noise: Overwritten.
    /// - Returns: How often the denoiser was evaluated for the whole batch.
    func predictNoise(
        _ denoiser: some DifferentiableDenoiser, samples: [Int], in z: [Float], states: NoisingStates,
        into noise: inout [Float]
    ) throws(DenoiserError) -> Int {
        noise = try denoiser.predictNoise(in: z, states: states)
        let rows = samples.indices.map { Row(observed, variances, states[$0]) }
        var solvers = samples.indices.map { index in
            let range = index * variances.count..<(index + 1) * variances.count
            return ConjugateGradients(residual: rows[index].miss(z[range], noise[range], sample: samples[index]))
        }
        var updates = [[Double]](repeating: [Double](repeating: 0, count: variances.count), count: samples.count)
        var evaluations = 1
        for _ in 0..<min(Self.iterations, observed.count) {
            let active = solvers.indices.filter { !solvers[$0].isDone }
            if active.isEmpty { break }
            // Hᵀ p of every sample that is not done, through the Jacobian.
            let directions = active.map { rows[$0].lift(solvers[$0].direction) }
            let cotangents = zip(active, directions).flatMap { rows[$0].cotangent($1) }
            let points = active.flatMap { z[$0 * variances.count..<($0 + 1) * variances.count] }
            let noising: NoisingStates =
                if case .perSample(let all) = states { .perSample(active.map { all[$0] }) } else { states }
            let products = try denoiser.pullBack(cotangents, directions: 1, through: points, states: noising).products
            evaluations += 1
            for (place, index) in active.enumerated() {
                let range = place * variances.count..<(place + 1) * variances.count
                let moved = rows[index].spread(directions[place], products[range])
                guard let length = solvers[index].advance(image: rows[index].image(moved, solvers[index].direction))
                else { continue }
                for i in moved.indices { updates[index][i] += length * moved[i] }
            }
        }
        for (index, update) in updates.enumerated() {
            let state = states[index]
            for i in update.indices {
                noise[index * variances.count + i] -= Float(state.alpha[i] / state.sigma[i] * update[i])
            }
        }
        return evaluations
    }
}

/// What the correction needs of one sample at one state.
private struct Row {
    private let observed: ObservedComponents
    private let variances: [Double]
    private let state: NoisingState

    init(_ observed: ObservedComponents, _ variances: [Double], _ state: NoisingState) {
        (self.observed, self.variances, self.state) = (observed, variances, state)
    }

    /// Whether single precision leaves anything of C: it is a difference of numbers `σ²/α²` times larger.
    private func isVisible(_ i: Int) -> Bool { state.gamma[i] < MomentCorrection.largestGamma }

    /// `y − H x̂0`; what is not visible has the mean 0.
    func miss(_ z: ArraySlice<Float>, _ noise: ArraySlice<Float>, sample: Int) -> [Double] {
        let clean = variances.indices.map { i -> Double in
            guard isVisible(i), variances[i] > 0 else { return 0 }
            return (Double(z[z.startIndex + i]) - state.sigma[i] * Double(noise[noise.startIndex + i])) / state.alpha[i]
        }
        return zip(observed.values(of: sample), along(clean)).map(-)
    }

    /// `H w`.
    private func along(_ w: [Double]) -> [Double] {
        (0..<observed.count).map { line in
            w.indices.reduce(0.0) { $0 + observed.weights[line * w.count + $1] * w[$1] }
        }
    }

    /// `Hᵀ p`.
    func lift(_ p: [Double]) -> [Double] {
        var w = [Double](repeating: 0, count: variances.count)
        for (line, value) in p.enumerated() where value != 0 {
            for i in w.indices { w[i] += value * observed.weights[line * w.count + i] }
        }
        return w
    }

    /// `(σ/α) w`, 0 where nothing is visible.
    func cotangent(_ w: [Double]) -> [Float] {
        w.indices.map { isVisible($0) ? Float(state.sigma[$0] / state.alpha[$0] * w[$0]) : 0 }
    }

    /// `C w`, from w and the Jacobian product of its cotangent.
    func spread(_ w: [Double], _ product: ArraySlice<Float>) -> [Double] {
        w.indices.map { i in
            if variances[i] == 0 { return 0 }
            guard isVisible(i) else { return variances[i] * w[i] }
            let ratio = state.sigma[i] / state.alpha[i]
            return ratio * (ratio * w[i] - state.sigma[i] * Double(product[product.startIndex + i]))
        }
    }

    /// `(R + H C Hᵀ) p`, from `C Hᵀ p`.
    func image(_ moved: [Double], _ p: [Double]) -> [Double] {
        zip(along(moved), p.indices).map { $0 + observed.deviations[$1] * observed.deviations[$1] * p[$1] }
    }
}
