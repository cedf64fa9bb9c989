import GUDCore

/// The laws that every denoiser obeys, built in, plugged in or trained.
public struct DenoiserLaws: Sendable {
    /// The denoiser under test.
    public let denoiser: any Denoiser
    /// How far ε̂ may depend on what else is in a batch: 0 for "not in any bit", about 1e-5 for networks.
    public var batchTolerance: Double
    /// What ε̂ should be, and how far it may be from it: a Gaussian or mixture with the same data, for example.
    public var oracle: (denoiser: any Denoiser, allowed: Double)?
    /// The seed of the points and states at which laws are measured.
    public var seed: UInt64

    private static let batch = 7

    /// Prepares the laws for a denoiser.
    public init(
        _ denoiser: any Denoiser, batchTolerance: Double = 0, oracle: (denoiser: any Denoiser, allowed: Double)? = nil,
        seed: UInt64 = 1
    ) {
        self.denoiser = denoiser
        self.batchTolerance = batchTolerance
        self.oracle = oracle
        self.seed = seed
    }

    /// Measures the denoiser against all laws; one finding per law, in a fixed order.
    public func findings() -> [Finding] {
        let points = points()
        let states = NoisingStates.perSample(self.states())
        var findings: [Finding] = []
        do throws(DenoiserError) {
            let noise = try predict(points, states)
            findings = [finiteness(noise), try determinism(points, states, noise)]
            findings += [try batchIndependence(points, states, noise), try sharedState(points, states, noise)]
            if let oracle { findings.append(try agreement(with: oracle, points, states, noise)) }
            if let differentiable = denoiser as? any DifferentiableDenoiser {
                findings += try PullBackLaws(denoiser: differentiable, seed: seed).findings(points, states, noise)
            }
            if let several = denoiser as? any MultipleCotangentDenoiser {
                findings += try MultipleCotangentLaws(denoiser: several, tolerance: batchTolerance, seed: seed)
                    .findings(points, states, noise)
            }
            if let windowed = denoiser as? any WindowedDenoiser {
                findings += try WindowLaws(denoiser: windowed, tolerance: batchTolerance, seed: seed)
                    .findings(points, states, noise)
            }
        } catch {
            findings = [
                Finding(
                    law: "ε̂ exists for every state", measured: 1, allowed: 0,
                    detail: "seed \(seed): \(error.description)")
            ]
        }
        return findings + [refusals(points, states)]
    }

    /// Noised components of unit size, from a published generator.
    private func points() -> [Float] {
        CounterNoise(seed: seed, purpose: .checking).normals(samples: 0..<Self.batch, count: denoiser.componentCount)
    }

    /// States from nearly clean to nearly noise, with a γ of its own for each component.
    private func states() -> [NoisingState] {
        let count = denoiser.componentCount
        return (0..<Self.batch).map { sample in
            let time = (Double(sample) + 0.5) / Double(Self.batch)
            let gamma = (0..<count).map { -7 + 14 * time + 2 * Double($0) / Double(count) }
            return NoisingState(time: time, gamma: gamma, gammaRate: gamma.map { _ in 14 })
        }
    }

    /// ε̂, where what is not written stays NaN.
    private func predict(_ points: [Float], _ states: NoisingStates) throws(DenoiserError) -> [Float] {
        var noise = [Float](repeating: .nan, count: points.count)
        var span = noise.mutableSpan
        try denoiser.predictNoise(in: points.span, states: states, embeddings: nil, into: &span)
        return noise
    }

    private func finiteness(_ noise: [Float]) -> Finding {
        var worst = Worst()
        for (index, value) in noise.enumerated() where !value.isFinite {
            worst.note(1) { "seed \(seed), \(place(index)): \(value)" }
        }
        return worst.finding("every component of ε̂ is written and finite", allowed: 0)
    }

    private func determinism(
        _ points: [Float], _ states: NoisingStates, _ noise: [Float]
    ) throws(DenoiserError) -> Finding {
        var worst = Worst()
        note(&worst, try predict(points, states), noise)
        return worst.finding("the same ε̂ comes out every time", allowed: batchTolerance)
    }

    private func batchIndependence(
        _ points: [Float], _ states: NoisingStates, _ noise: [Float]
    ) throws(DenoiserError) -> Finding {
        let width = denoiser.componentCount
        var worst = Worst()
        for range in [0..<0] + (0..<Self.batch).map({ $0..<$0 + 1 }) + [0..<3, 2..<7] {
            let part = try predict(
                Array(points[range.lowerBound * width..<range.upperBound * width]), states.slice(range))
            note(&worst, part, Array(noise[range.lowerBound * width..<range.upperBound * width]))
        }
        return worst.finding("a sample's ε̂ does not depend on its batch", allowed: batchTolerance)
    }

    private func sharedState(
        _ points: [Float], _ states: NoisingStates, _ noise: [Float]
    ) throws(DenoiserError) -> Finding {
        let width = denoiser.componentCount
        let state = states[3]
        let apart = try predict(points, .perSample([NoisingState](repeating: state, count: Self.batch)))
        var worst = Worst()
        note(&worst, try predict(points, .shared(state)), apart)
        note(&worst, Array(apart[3 * width..<4 * width]), Array(noise[3 * width..<4 * width]))
        return worst.finding("a state shared by a batch is the same as one for each sample", allowed: batchTolerance)
    }

    private func agreement(
        with oracle: (denoiser: any Denoiser, allowed: Double), _ points: [Float], _ states: NoisingStates,
        _ noise: [Float]
    ) throws(DenoiserError) -> Finding {
        var worst = Worst()
        note(&worst, noise, try oracle.denoiser.predictNoise(in: points, states: states))
        return worst.finding("ε̂ agrees with the oracle", allowed: oracle.allowed)
    }

    /// Counts the wrong arguments that are accepted.
    private func refusals(_ points: [Float], _ states: NoisingStates) -> Finding {
        let (denoiser, width) = (denoiser, denoiser.componentCount)
        let short = [NoisingState](repeating: states[0], count: Self.batch - 1)
        let narrow = NoisingState(
            time: 0.5, gamma: [Double](repeating: 0, count: width + 1),
            gammaRate: [Double](repeating: 1, count: width + 1))
        let embeddings = Embeddings(
            repeating: [Float](repeating: 0, count: denoiser.embeddingWidth + 1), count: Self.batch)
        let wrong: [(what: String, points: [Float], states: NoisingStates, embeddings: Embeddings?, noise: Int)] = [
            ("a batch with a part of a row", points + [0], states, nil, points.count + 1),
            ("a destination that is too short", points, states, nil, points.count - 1),
            ("a destination that is too long", points, states, nil, points.count + width),
            ("too few states", points, .perSample(short), nil, points.count),
            ("a state of too many components", points, .shared(narrow), nil, points.count),
            ("an embedding of another width", points, states, embeddings, points.count),
        ]
        var worst = Worst()
        var accepted = 0.0
        for request in wrong {
            var noise = [Float](repeating: 0, count: request.noise)
            var span = noise.mutableSpan
            do throws(DenoiserError) {
                try denoiser.predictNoise(
                    in: request.points.span, states: request.states, embeddings: request.embeddings, into: &span)
                accepted += 1
                worst.note(accepted) { "\(request.what) is accepted" }
            } catch {}
        }
        return worst.finding("buffers, states and embeddings of another size are errors", allowed: 0)
    }

    /// Notes the largest difference of two batches; 0 means that no bit differs.
    private func note(_ worst: inout Worst, _ values: [Float], _ expected: [Float]) {
        for (index, pair) in zip(values, expected).enumerated() where pair.0.bitPattern != pair.1.bitPattern {
            worst.note(Double((pair.0 - pair.1).magnitude)) {
                "seed \(seed), \(place(index)): \(pair.0) where \(pair.1) is expected"
            }
        }
    }

    private func place(_ index: Int) -> String {
        "sample \(index / denoiser.componentCount), component \(index % denoiser.componentCount)"
    }
}
