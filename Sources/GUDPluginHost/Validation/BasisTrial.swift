import ConformanceCheckers
import GUDCore

/// Tries a basis; see ``ValidationLevel``.
struct BasisTrial {
    let trial: Trial
    let component: PluginDescription.Component
    let variants: ParameterVariants

    func run() {
        let (shapes, refusals) = acceptedShapes()
        guard let smallest = shapes.first else {
            trial.note(
                component.place, 2, "it takes samples of some shape",
                "it refuses all of \(TrialSpaces.shapes.map(\.description).joined(separator: ", ")); the last: "
                    + (refusals.last ?? "no reason"))
            return
        }
        trial.note(component.place, 2, "objects are made and destroyed; refusals have a reason", nil)
        if trial.wants(3) { for shape in shapes.prefix(2) { callBetweenGuards(shape) } }
        if trial.wants(4) { keepsItsState(smallest) }
        if trial.wants(5) { laws(smallest, level: 5) }
        if trial.wants(6) { for shape in shapes.dropFirst() { laws(shape, level: 6) } }
        if trial.wants(7) { guardedLaws(smallest) }
        if trial.wants(8) { for variant in variants.others { laws(smallest, variant: variant) } }
        if trial.wants(9) { trial.wear(component) { _ = try make(smallest) } }
        if trial.wants(10) {
            for extra in 1...3 { laws(shapes.last ?? smallest, level: 10, seed: trial.seed &+ UInt64(extra)) }
            laws(TrialSpaces.large, level: 10)
        }
    }

    private func make(
        _ shape: SampleShape, _ parameters: Parameters? = nil, state: StateArrays? = nil
    ) throws -> any Basis {
        try trial.plugin.makeBasis(
            component.name, parameters ?? variants.defaults,
            BasisContext(
                shape: shape,
                fitting: state == nil
                    ? TrialSpaces.samples(shape, count: min(3 * shape.dimension, 256), seed: trial.seed) : nil,
                state: state, registry: Registry()))
    }

    /// The shapes that the basis takes, the smallest first, and why it does not take others.
    private func acceptedShapes() -> (shapes: [SampleShape], refusals: [String]) {
        var (shapes, refusals): ([SampleShape], [String]) = ([], [])
        for shape in TrialSpaces.shapes {
            trial.stage(component, "making it for samples of \(shape)")
            do {
                _ = try make(shape)
                shapes.append(shape)
            } catch  where Refusal.isOne(error) {
                refusals.append("\(error)")
            } catch {
                trial.note(component.place, 2, "samples of \(shape) are taken or refused", "\(error)")
            }
        }
        return (
            shapes.sorted { $0.dimension < $1.dimension }.filter { $0.dimension > 1 }
                + shapes.filter { $0.dimension == 1 }, refusals
        )
    }

    private func callBetweenGuards(_ shape: SampleShape) {
        let law = "calls stay in their buffers, and write all of them, finite, twice the same [\(shape)]"
        guard let basis = trial.attempt(component, 3, law, { try make(shape) }) else { return }
        for atEnd in [true, false] {
            let guarded = GuardedBasis(basis: basis, atEnd: atEnd)
            let side = "guards \(atEnd ? "behind" : "before") the buffers"
            for batch in [1, 3] {
                let noise = CounterNoise(seed: trial.seed, purpose: .checking)
                let samples = noise.normals(samples: 0..<batch, count: shape.dimension)
                let coefficients = noise.normals(samples: 0..<batch, count: basis.componentCount, step: 1)
                do {
                    trial.stage(component, "forward of a batch of \(batch), samples of \(shape), \(side)")
                    let (first, second) = (try guarded.forward(samples), try guarded.forward(samples))
                    trial.stage(component, "inverse of a batch of \(batch), samples of \(shape), \(side)")
                    let (back, again) = (try guarded.inverse(coefficients), try guarded.inverse(coefficients))
                    if let failure = Self.difference(first, second, "forward")
                        ?? Self.difference(back, again, "inverse")
                    {
                        trial.note(component.place, 3, law, "\(failure), seed \(trial.seed)")
                        return
                    }
                } catch {
                    trial.note(component.place, 3, law, "\(error)")
                    return
                }
            }
        }
        trial.note(component.place, 3, law, nil)
    }

    /// The first scalar that is not finite or not the same twice.
    private static func difference(_ first: [Float], _ second: [Float], _ name: String) -> String? {
        if let index = first.firstIndex(where: { !$0.isFinite }) {
            return "\(name) leaves \(first[index]) at scalar \(index) (it was not written, or is not a number)"
        }
        if let index = first.indices.first(where: { first[$0].bitPattern != second[$0].bitPattern }) {
            return "\(name) gives \(first[index]), then \(second[index]) at scalar \(index)"
        }
        return nil
    }

    private func keepsItsState(_ shape: SampleShape) {
        let law = "what a fitted basis keeps makes it again"
        trial.stage(component, "keeping its state")
        guard let basis = trial.attempt(component, 4, law, { try make(shape) }) else { return }
        guard let fitted = basis as? any FittedBasis else {
            return trial.note(component.place, 4, "it is the same without data, or keeps a state", nil)
        }
        trial.stage(component, "making it from its state")
        guard let again = trial.attempt(component, 4, law, { try make(shape, state: fitted.state) }) else { return }
        let samples = CounterNoise(seed: trial.seed, purpose: .checking).normals(samples: 0..<2, count: shape.dimension)
        let (first, second) = (try? basis.forward(samples), try? again.forward(samples))
        trial.note(component.place, 4, law, first == second ? nil : "forward gives other numbers, seed \(trial.seed)")
    }

    private func laws(
        _ shape: SampleShape, level: Int = 8, seed: UInt64? = nil, variant: ParameterVariants.Variant? = nil
    ) {
        let place = [shape.description, variant?.name].compactMap { $0 }.joined(separator: ", ")
        trial.stage(component, "the laws of bases, \(place)")
        do {
            let basis = try make(shape, variant?.parameters)
            trial.note(component, level, BasisLaws(basis, seed: seed ?? trial.seed).findings(), place)
        } catch  where Refusal.isOne(error) {
            // A refusal with a reason is an answer.
        } catch {
            trial.note(component.place, level, "it can be made [\(place)]", "\(error)")
        }
    }

    private func guardedLaws(_ shape: SampleShape) {
        guard let basis = trial.attempt(component, 7, "it can be made", { try make(shape) }) else { return }
        for atEnd in [true, false] {
            let side = atEnd ? "guards behind the buffers" : "guards before the buffers"
            trial.stage(component, "the laws of bases, \(side)")
            trial.note(
                component, 7, BasisLaws(GuardedBasis(basis: basis, atEnd: atEnd), seed: trial.seed).findings(), side)
        }
    }
}

/// Tells a refusal, which names its reason, from a failure.
enum Refusal {
    static func isOne(_ error: any Error) -> Bool {
        guard let error = error as? any GUDError, error.blame == .request else { return false }
        return !error.description.isEmpty
    }
}
