import GUDCore

/// The laws of a denoiser that pulls several cotangents back at once; part of ``DenoiserLaws``.
struct MultipleCotangentLaws {
    let denoiser: any MultipleCotangentDenoiser
    /// How far results may depend on what else is computed with them.
    let tolerance: Double
    let seed: UInt64

    private static let directions = 3

    /// Measures at the points and states at which ε̂ was found.
    func findings(_ points: [Float], _ states: NoisingStates, _ noise: [Float]) throws(DenoiserError) -> [Finding] {
        let (count, rows) = (points.count, points.count / denoiser.componentCount)
        let source = CounterNoise(seed: seed, purpose: .checking)
        let cotangents = (0..<Self.directions).flatMap {
            source.normals(samples: 0..<rows, count: denoiser.componentCount, step: 3 + $0)
        }
        var (beside, products) = ([Float](repeating: .nan, count: count), cotangents.map { _ in Float.nan })
        try pullBack(cotangents, Self.directions, points, states, noise: &beside, products: &products)

        var same = Worst()
        for index in noise.indices {
            same.note(Double((beside[index] - noise[index]).magnitude)) {
                "seed \(seed), entry \(index): \(beside[index]) beside the products, \(noise[index]) alone"
            }
        }
        var equal = Worst()
        for direction in 0..<Self.directions {
            let range = direction * count..<(direction + 1) * count
            let single = try singleProducts(Array(cotangents[range]), points, states)
            for index in 0..<count {
                let product = products[range.lowerBound + index]
                equal.note(Double((product - single[index]).magnitude) / Double(max(1, single[index].magnitude))) {
                    "seed \(seed), direction \(direction), entry \(index): \(product), alone \(single[index])"
                }
            }
        }
        return [
            same.finding("several cotangents give the same ε̂ as the prediction", allowed: max(tolerance, 1e-5)),
            equal.finding("several cotangents give what each gives alone", allowed: max(tolerance, 1e-5)),
            refusals(cotangents, points, states),
        ]
    }

    /// Counts the wrong arguments that are accepted.
    private func refusals(_ cotangents: [Float], _ points: [Float], _ states: NoisingStates) -> Finding {
        var worst = Worst()
        var accepted = 0.0
        for (directions, short) in [(0, 0), (Self.directions + 1, 0), (Self.directions, 1)] {
            var (noise, products) = (points, Array(cotangents.dropLast(short)))
            do throws(DenoiserError) {
                try pullBack(cotangents, directions, points, states, noise: &noise, products: &products)
                accepted += 1
                worst.note(accepted) { "\(directions) directions with \(products.count) products are accepted" }
            } catch {}
        }
        return worst.finding("cotangents of another number of directions are errors", allowed: 0)
    }

    private func singleProducts(
        _ cotangents: [Float], _ points: [Float], _ states: NoisingStates
    ) throws(DenoiserError) -> [Float] {
        var (noise, products) = (points, points)
        var noiseSpan = noise.mutableSpan
        var productSpan = products.mutableSpan
        try denoiser.pullBack(
            cotangents.span, through: points.span, states: states, embeddings: nil, noise: &noiseSpan,
            into: &productSpan)
        return products
    }

    private func pullBack(
        _ cotangents: [Float], _ directions: Int, _ points: [Float], _ states: NoisingStates, noise: inout [Float],
        products: inout [Float]
    ) throws(DenoiserError) {
        var noiseSpan = noise.mutableSpan
        var productSpan = products.mutableSpan
        try denoiser.pullBack(
            cotangents.span, directions: directions, through: points.span, states: states, embeddings: nil,
            noise: &noiseSpan, into: &productSpan)
    }
}
