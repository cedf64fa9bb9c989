import ConformanceCheckers
import GUDCore

/// Tries a denoiser; see ``ValidationLevel``.
struct DenoiserTrial {
    let trial: Trial
    let component: PluginDescription.Component
    let variants: ParameterVariants

    func run() {
        let shapes = TrialSpaces.small.filter(isTaken)
        guard let smallest = shapes.first else {
            return trial.note(
                component.place, 2, "it takes samples of some shape",
                "it refuses all of \(TrialSpaces.small.map(\.description).joined(separator: ", "))")
        }
        trial.note(component.place, 2, "objects are made and destroyed; refusals have a reason", nil)
        if trial.wants(3) { callBetweenGuards(smallest) }
        if trial.wants(4) { keepsItsState(smallest) }
        if trial.wants(5) { laws(smallest, level: 5) }
        if trial.wants(6) { for shape in shapes.dropFirst() { laws(shape, level: 6) } }
        if trial.wants(7) { guardedLaws(smallest) }
        if trial.wants(8) { for variant in variants.others { laws(smallest, level: 8, variant: variant) } }
        if trial.wants(9) {
            trial.wear(component) { _ = try make(smallest) }
            severalThreads(smallest)
        }
        if trial.wants(10) {
            for extra in 1...3 { laws(shapes.last ?? smallest, level: 10, seed: trial.seed &+ UInt64(extra)) }
        }
    }

    private func make(
        _ shape: SampleShape, _ parameters: Parameters? = nil, state: StateArrays? = nil
    ) throws -> any Denoiser {
        let fitting = TrialSpaces.samples(shape, count: 200, seed: trial.seed)
        return try trial.plugin.makeDenoiser(
            component.name, parameters ?? variants.defaults,
            DenoiserContext(
                space: try TrialSpaces.space(shape), fitting: state == nil ? fitting : nil, state: state,
                seed: trial.seed))
    }

    private func isTaken(_ shape: SampleShape) -> Bool {
        trial.stage(component, "making it for samples of \(shape)")
        do {
            _ = try make(shape)
            return true
        } catch  where Refusal.isOne(error) {
            return false
        } catch {
            trial.note(component.place, 2, "samples of \(shape) are taken or refused", "\(error)")
            return false
        }
    }

    private func callBetweenGuards(_ shape: SampleShape) {
        let law = "calls stay in their buffers, and write all of them, finite, twice the same"
        guard let denoiser = trial.attempt(component, 3, law, { try make(shape) }) else { return }
        let count = denoiser.componentCount
        let gamma = (0..<count).map { Double($0) / Double(count) - 0.5 }
        let state = NoisingState(time: 0.5, gamma: gamma, gammaRate: gamma.map { _ in 10 })
        let noised = CounterNoise(seed: trial.seed, purpose: .checking).normals(samples: 0..<3, count: count)
        for atEnd in [true, false] {
            trial.stage(component, "a prediction, guards \(atEnd ? "behind" : "before") the buffers")
            do {
                let guarded = GuardedDenoiser(denoiser: denoiser, atEnd: atEnd)
                let shared = try guarded.predictNoise(in: noised, states: .shared(state))
                let single = try guarded.predictNoise(in: noised, states: .perSample([state, state, state]))
                if let index = shared.firstIndex(where: { !$0.isFinite }) {
                    return trial.note(
                        component.place, 3, law,
                        "scalar \(index) is \(shared[index]) (it was not written, or is not a number)")
                }
                guard shared.count == single.count,
                    try guarded.predictNoise(in: noised, states: .shared(state)) == shared
                else { return trial.note(component.place, 3, law, "two calls give different numbers") }
            } catch {
                return trial.note(component.place, 3, law, "\(error)")
            }
        }
        trial.note(component.place, 3, law, nil)
    }

    private func keepsItsState(_ shape: SampleShape) {
        let law = "what a fitted denoiser keeps makes it again"
        trial.stage(component, "keeping its state")
        guard let denoiser = trial.attempt(component, 4, law, { try make(shape) }) else { return }
        guard let fitted = denoiser as? any FittedDenoiser else {
            return trial.note(component.place, 4, "it is the same without data, or keeps a state", nil)
        }
        guard let again = trial.attempt(component, 4, law, { try make(shape, state: try fitted.state) }) else { return }
        let count = denoiser.componentCount
        let state = NoisingState(
            time: 0.5, gamma: [Double](repeating: 0, count: count), gammaRate: [Double](repeating: 10, count: count))
        let noised = CounterNoise(seed: trial.seed, purpose: .checking).normals(samples: 0..<3, count: count)
        let first = try? denoiser.predictNoise(in: noised, states: .shared(state))
        let second = try? again.predictNoise(in: noised, states: .shared(state))
        trial.note(component.place, 4, law, first == second ? nil : "it predicts other numbers, seed \(trial.seed)")
    }

    /// Where it claims to be exact for independent normal components, it is compared with the formula.
    private func oracle(_ denoiser: any Denoiser, _ shape: SampleShape) -> (denoiser: any Denoiser, allowed: Double)? {
        guard let plugin = denoiser as? PluginDenoiser, plugin.claimsGaussian,
            let space = try? TrialSpaces.space(shape)
        else { return nil }
        return (IndependentGaussian(variances: space.variances), 1e-4)
    }

    private func laws(
        _ shape: SampleShape, level: Int, seed: UInt64? = nil, variant: ParameterVariants.Variant? = nil
    ) {
        let place = [shape.description, variant?.name].compactMap { $0 }.joined(separator: ", ")
        trial.stage(component, "the laws of denoisers, \(place)")
        do {
            let denoiser = try make(shape, variant?.parameters)
            let laws = DenoiserLaws(
                denoiser, batchTolerance: 1e-5, oracle: oracle(denoiser, shape), seed: seed ?? trial.seed)
            trial.note(component, level, laws.findings(), place)
        } catch  where Refusal.isOne(error) {
            // A refusal with a reason is an answer.
        } catch {
            trial.note(component.place, level, "it can be made [\(place)]", "\(error)")
        }
    }

    private func guardedLaws(_ shape: SampleShape) {
        guard let denoiser = trial.attempt(component, 7, "it can be made", { try make(shape) }) else { return }
        for atEnd in [true, false] {
            let side = atEnd ? "guards behind the buffers" : "guards before the buffers"
            trial.stage(component, "the laws of denoisers, \(side)")
            let guarded: any Denoiser
            if let differentiable = denoiser as? any DifferentiableDenoiser {
                guarded = GuardedDifferentiableDenoiser(denoiser: differentiable, atEnd: atEnd)
            } else {
                guarded = GuardedDenoiser(denoiser: denoiser, atEnd: atEnd)
            }
            trial.note(component, 7, DenoiserLaws(guarded, batchTolerance: 1e-5, seed: trial.seed).findings(), side)
        }
    }

    private func severalThreads(_ shape: SampleShape) {
        let law = "predictions on several threads at once are those of one"
        trial.stage(component, law)
        guard let denoiser = trial.attempt(component, 9, law, { try make(shape) }) else { return }
        let count = denoiser.componentCount
        let state = NoisingState(
            time: 0.5, gamma: [Double](repeating: -1, count: count), gammaRate: [Double](repeating: 10, count: count))
        let noise = CounterNoise(seed: trial.seed, purpose: .checking)
        let batches = (0..<8).map { noise.normals(samples: 10 * $0..<10 * $0 + 5, count: count) }
        let expected = batches.map { try? denoiser.predictNoise(in: $0, states: .shared(state)) }
        let results = Parallel.map(8) { try? denoiser.predictNoise(in: batches[$0], states: .shared(state)) }
        trial.note(component.place, 9, law, results == expected ? nil : "they differ, seed \(trial.seed)")
    }
}

/// The closed form for independent normal components: `ε̂ = σ z / (α² v + σ²)`.
private struct IndependentGaussian: Denoiser {
    let variances: [Double]
    var componentCount: Int { variances.count }
    let embeddingWidth = 0

    func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        let batch = try batchCount(noised: noised.count, noise: noise.count, states: states, embeddings: embeddings)
        for sample in 0..<batch {
            let state = states[sample]
            for index in 0..<componentCount {
                let place = sample * componentCount + index
                let variance = state.marginalVariance(index, clean: variances[index])
                noise[place] = Float(state.sigma[index] * Double(noised[place]) / variance)
            }
        }
    }
}
