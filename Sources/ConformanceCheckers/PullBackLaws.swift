import GUDCore

/// The laws of a denoiser that differentiates itself; part of ``DenoiserLaws``.
struct PullBackLaws {
    let denoiser: any DifferentiableDenoiser
    let seed: UInt64

    /// Measures at the points and states at which ε̂ was found.
    func findings(_ points: [Float], _ states: NoisingStates, _ noise: [Float]) throws(DenoiserError) -> [Finding] {
        let width = denoiser.componentCount
        let source = CounterNoise(seed: seed, purpose: .checking)
        let rows = points.count / width
        let cotangents = source.normals(samples: 0..<rows, count: width, step: 1)
        let directions = source.normals(samples: 0..<rows, count: width, step: 2)
        var (beside, products) = (noise, noise)
        for index in noise.indices { (beside[index], products[index]) = (.nan, .nan) }
        try pullBack(cotangents, points, states, noise: &beside, products: &products)

        var same = Worst()
        for (index, pair) in zip(beside, noise).enumerated() {
            same.note(Double((pair.0 - pair.1).magnitude)) {
                "seed \(seed), entry \(index): \(pair.0) beside the product, \(pair.1) alone"
            }
        }

        // wᵀ (ε̂(z + h v) − ε̂(z − h v)) / 2h against vᵀ (∂ε̂/∂z)ᵀ w, for two steps: where the two quotients disagree, ε̂ bends on
        // that scale, and they tell no more than their disagreement.
        let coarse = try quotients(along: directions, cotangents, points, states, step: 0.01)
        let fine = try quotients(along: directions, cotangents, points, states, step: 0.0025)
        var derivative = Worst()
        for row in 0..<rows {
            let range = row * width..<(row + 1) * width
            var (product, scale) = (0.0, 0.0)
            for index in range {
                product += Double(directions[index]) * Double(products[index])
                scale += Double(products[index]) * Double(products[index])
            }
            let doubt = 2 * (coarse[row] - fine[row]).magnitude
            let deviation = max(0, (fine[row] - product).magnitude - doubt)
            derivative.note(deviation / max(1, (scale * Double(width)).squareRoot())) {
                "seed \(seed), sample \(row): the product gives \(product), difference quotients \(coarse[row]) and "
                    + "\(fine[row])"
            }
        }
        return [
            same.finding("the pull-back gives the same ε̂ as the prediction", allowed: 1e-5),
            derivative.finding("the pull-back is the derivative of ε̂", allowed: 1e-2),
        ]
    }

    /// The difference quotient of `wᵀ ε̂` along a direction, for each sample.
    private func quotients(
        along directions: [Float], _ cotangents: [Float], _ points: [Float], _ states: NoisingStates, step: Float
    ) throws(DenoiserError) -> [Double] {
        let ahead = try denoiser.predictNoise(in: zip(points, directions).map { $0 + step * $1 }, states: states)
        let behind = try denoiser.predictNoise(in: zip(points, directions).map { $0 - step * $1 }, states: states)
        let width = denoiser.componentCount
        return stride(from: 0, to: points.count, by: width).map { start in
            (start..<start + width).reduce(0.0) {
                $0 + Double(cotangents[$1]) * Double(ahead[$1] - behind[$1]) / Double(2 * step)
            }
        }
    }

    private func pullBack(
        _ cotangents: [Float], _ points: [Float], _ states: NoisingStates, noise: inout [Float],
        products: inout [Float]
    ) throws(DenoiserError) {
        var noiseSpan = noise.mutableSpan
        var productSpan = products.mutableSpan
        try denoiser.pullBack(
            cotangents.span, through: points.span, states: states, embeddings: nil, noise: &noiseSpan,
            into: &productSpan)
    }
}
