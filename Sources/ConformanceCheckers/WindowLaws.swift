import GUDCore

/// The laws of a denoiser that can leave out components; part of ``DenoiserLaws``.
struct WindowLaws {
    let denoiser: any WindowedDenoiser
    /// How far ε̂ may depend on what else is computed with it.
    let tolerance: Double
    let seed: UInt64

    /// Measures at the points and states at which ε̂ was found.
    func findings(_ points: [Float], _ states: NoisingStates, _ noise: [Float]) throws(DenoiserError) -> [Finding] {
        let width = denoiser.componentCount
        var equal = Worst()
        for (name, active) in masks {
            let found = try predict(points, states, active)
            for (index, pair) in zip(found, noise).enumerated() {
                let isActive = active[index % width]
                let distance = isActive ? (pair.0 - pair.1).magnitude / max(1, pair.1.magnitude) : 0
                let miss = pair.0.isFinite ? Double(distance) : .infinity
                equal.note(miss) {
                    "seed \(seed), active \(name), sample \(index / width), component \(index % width): \(pair.0) where "
                        + (isActive ? "\(pair.1) is expected" : "a finite number is expected")
                }
            }
        }
        return [
            equal.finding("active components have the ε̂ of a full evaluation", allowed: max(tolerance, 2e-6)),
            refusals(points, states),
        ]
    }

    /// Sets of components, by name.
    private var masks: [(String, [Bool])] {
        let width = denoiser.componentCount
        let random = CounterNoise(seed: seed, purpose: .checking)
        func mask(_ rule: (Int) -> Bool) -> [Bool] { (0..<width).map(rule) }
        return [
            ("none", mask { _ in false }), ("all", mask { _ in true }), ("the first", mask { $0 == 0 }),
            ("the last", mask { $0 == width - 1 }), ("the middle", mask { $0 == width / 2 }),
            ("the first half", mask { 2 * $0 < width }), ("every other", mask { $0 % 2 == 1 }),
            ("by chance", mask { random.uniform(sample: 0, step: 9, component: $0) < 0.3 }),
        ]
    }

    /// Counts the wrong numbers of flags that are accepted.
    private func refusals(_ points: [Float], _ states: NoisingStates) -> Finding {
        var worst = Worst()
        var accepted = 0.0
        for count in [0, denoiser.componentCount - 1, denoiser.componentCount + 1] {
            do throws(DenoiserError) {
                _ = try predict(points, states, [Bool](repeating: true, count: count))
                accepted += 1
                worst.note(accepted) { "\(count) flags are accepted" }
            } catch {}
        }
        return worst.finding("flags of another number of components are errors", allowed: 0)
    }

    private func predict(
        _ points: [Float], _ states: NoisingStates, _ active: [Bool]
    ) throws(DenoiserError) -> [Float] {
        var noise = [Float](repeating: .nan, count: points.count)
        var span = noise.mutableSpan
        try denoiser.predictNoise(in: points.span, states: states, embeddings: nil, active: active, into: &span)
        return noise
    }
}
