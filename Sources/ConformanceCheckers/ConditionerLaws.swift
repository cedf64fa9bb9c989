import GUDCore

/// The laws that every conditioner obeys, built in or plugged in.
public struct ConditionerLaws: Sendable {
    /// The conditioner under test.
    public let conditioner: any Conditioner
    /// The space that it makes conditions for.
    public let space: ComponentSpace
    /// The number of classes that the conditioner was made for.
    public let classCount: Int
    /// The seed of the observed values.
    public let seed: UInt64

    /// Prepares the laws for a conditioner and a space.
    public init(_ conditioner: any Conditioner, in space: ComponentSpace, classCount: Int, seed: UInt64 = 1) {
        self.conditioner = conditioner
        self.space = space
        self.classCount = classCount
        self.seed = seed
    }

    /// Measures the conditioner against all laws; one finding per law, in a fixed order.
    public func findings() -> [Finding] {
        [plainRequest(), classes(), determinism(), nothingFromNothing(), unknownValues(), refusals()]
    }

    /// A request that asks for nothing is met by every conditioner.
    private func plainRequest() -> Finding {
        var worst = Worst()
        do throws(ConditionerError) {
            let condition = try conditioner.condition(ConditionRequest(), in: space)
            note(&worst, condition, "the empty request")
            if condition.given != nil { worst.note(1) { "the empty request gives components" } }
        } catch {
            worst.note(1) { "it is refused: \(error)" }
        }
        return worst.finding("a request that asks for nothing is met", allowed: 0)
    }

    /// Every class is met, or every class is refused.
    private func classes() -> Finding {
        var worst = Worst()
        var (met, refused) = (0, 0)
        for index in 0..<classCount {
            do throws(ConditionerError) {
                let condition = try conditioner.condition(ConditionRequest(classIndex: index, guidance: 2), in: space)
                note(&worst, condition, "class \(index)")
                met += 1
            } catch {
                if error.blame != .request { worst.note(1) { "class \(index) fails: \(error)" } }
                refused += 1
            }
        }
        if met > 0, refused > 0 { worst.note(1) { "\(met) classes are met, \(refused) refused" } }
        return worst.finding("classes are met alike, with embeddings of the stated width", allowed: 0)
    }

    private func determinism() -> Finding {
        var worst = Worst()
        for (name, request) in requests() {
            guard let first = try? conditioner.condition(request, in: space) else { continue }
            guard let second = try? conditioner.condition(request, in: space) else {
                worst.note(1) { "\(name) is met once, then refused" }
                continue
            }
            let same =
                bits(first.embedding) == bits(second.embedding) && first.guidance == second.guidance
                && first.given?.mask == second.given?.mask && bits(known(first)) == bits(known(second))
            if !same { worst.note(1) { "\(name) gives two conditions, seed \(seed)" } }
        }
        return worst.finding("the same request gives the same bits", allowed: 0)
    }

    /// Where nothing is observed, no component can be known.
    private func nothingFromNothing() -> Finding {
        var worst = Worst()
        let nothing = Observation([Float](repeating: 0, count: space.dimension), mask: flags(false))
        if let given = (try? conditioner.condition(ConditionRequest(observed: nothing), in: space))?.given {
            let count = given.mask.count { $0 }
            if count > 0 { worst.note(Double(count)) { "\(count) components are given though nothing is observed" } }
        }
        return worst.finding("nothing is given where nothing is observed", allowed: 0)
    }

    /// What stands where nothing is known reaches no given component.
    private func unknownValues() -> Finding {
        var worst = Worst()
        let mask = (0..<space.dimension).map { $0 < space.dimension / 2 }
        let values = observed()
        let spoilt = zip(values, mask).map { $1 ? $0 : Float.nan }
        let clean = try? conditioner.condition(ConditionRequest(observed: Observation(values, mask: mask)), in: space)
        let dirty = try? conditioner.condition(ConditionRequest(observed: Observation(spoilt, mask: mask)), in: space)
        if let clean, let dirty, clean.given?.mask != dirty.given?.mask || bits(known(clean)) != bits(known(dirty)) {
            worst.note(1) { "another value outside the mask changes what is given, seed \(seed)" }
        }
        return worst.finding("values outside the mask reach no given component", allowed: 0)
    }

    private func refusals() -> Finding {
        var worst = Worst()
        var accepted = 0.0
        let short = [Float](repeating: 0, count: space.dimension + 1)
        let wrong: [(String, ConditionRequest)] = [
            ("values of another count", ConditionRequest(observed: Observation(short, mask: flags(true)))),
            (
                "a mask of another count",
                ConditionRequest(observed: Observation(observed(), mask: flags(true) + [true]))
            ),
            ("class -1", ConditionRequest(classIndex: -1)),
            ("class \(classCount) of \(classCount)", ConditionRequest(classIndex: classCount)),
        ]
        for (what, request) in wrong where (try? conditioner.condition(request, in: space)) != nil {
            accepted += 1
            worst.note(accepted) { "\(what) is accepted" }
        }
        return worst.finding("masks, values and classes that cannot be are errors", allowed: 0)
    }

    private func requests() -> [(String, ConditionRequest)] {
        [
            ("the empty request", ConditionRequest()), ("class 0", ConditionRequest(classIndex: 0, guidance: 1.5)),
            ("a whole sample", ConditionRequest(observed: Observation(observed(), mask: flags(true)))),
        ]
    }

    private func note(_ worst: inout Worst, _ condition: Condition, _ name: String) {
        if let embedding = condition.embedding {
            if embedding.count != conditioner.embeddingWidth {
                worst.note(1) { "\(name) has an embedding of \(embedding.count), not \(conditioner.embeddingWidth)" }
            }
            if !embedding.allSatisfy(\.isFinite) { worst.note(1) { "\(name) has an embedding that is not finite" } }
        }
        if !condition.guidance.scale.isFinite { worst.note(1) { "\(name) has guidance \(condition.guidance.scale)" } }
        if let weights = condition.guidance.weights, weights.count != space.componentCount {
            worst.note(1) { "\(name) has \(weights.count) guidance weights for \(space.componentCount) components" }
        }
        if let given = condition.given, given.mask.count != space.componentCount {
            worst.note(1) { "\(name) gives \(given.mask.count) flags for \(space.componentCount) components" }
        }
    }

    private func observed() -> [Float] {
        CounterNoise(seed: seed, purpose: .checking).normals(samples: 0..<1, count: space.dimension)
    }

    private func flags(_ value: Bool) -> [Bool] { [Bool](repeating: value, count: space.dimension) }

    private func known(_ condition: Condition) -> [Float]? {
        condition.given.map { given in zip(given.mask, given.values).map { $0 ? $1 : 0 } }
    }

    private func bits(_ values: [Float]?) -> [UInt32]? { values?.map(\.bitPattern) }
}
