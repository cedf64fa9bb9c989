import GUDCore

/// The registry's `given`: part of what the sample is, is known, and the rest is drawn around it.
///
/// The observation `b = A x + τ ξ` is linear in the sample: scalars under a mask, averages, coefficients in any basis. In whitened
/// components it reads `A Uᵀ diag(s) z = b − A μ`, and this conditioner works out what that says:
///
/// - which components it determines (those whose unit vector lies in the span of its rows), which may be held clean;
/// - what it says beyond them;
/// - whether it contradicts itself.
///
/// How the observation is met in sampling is the request's `method`, and the sampler's business.
public struct GivenConditioner: Conditioner {
    /// Makes no embedding.
    public let embeddingWidth = 0

    /// A conditioner on observations.
    public init() {}

    /// What an observation says of the components of a space.
    ///
    /// - Throws: ``ConditionerError/count(_:expected:what:)`` where counts do not fit the samples;
    ///   ``ConditionerError/unsupported(_:)`` where an observed value is not finite, nothing is observed, the observation contradicts
    ///   itself, or a class is asked for.
    /// - Complexity: *M* transforms by the basis, and O(*M*³) where rows are not orthogonal.
    public func condition(
        _ request: ConditionRequest, in space: ComponentSpace
    ) throws(ConditionerError) -> Condition {
        if let index = request.classIndex {
            throw .unsupported("class \(index) was asked for, but the conditioner is 'given', which knows no classes")
        }
        guard let observation = request.observed else { return Condition() }
        guard request.resamplings > 0 else {
            throw .unsupported("\(request.resamplings) resamplings; every step is taken at least once")
        }
        let rows = try SensorRows(observation, in: space)
        let all = try OrthonormalObservation(rows).observed
        // What the basis cannot express at all tells nothing of the components.
        if all.count == 0 { return Condition() }
        guard all.isExact else {
            return Condition(
                observed: ObservedCondition(
                    all: all, remainder: all, method: request.method, resamplings: request.resamplings))
        }
        let given = Self.determined(by: all)
        let remainder = try given.map { given throws(ConditionerError) in
            try OrthonormalObservation(rest: SensorRows(all, without: given)).observed
        }
        return Condition(
            given: given,
            observed: ObservedCondition(
                all: all, remainder: (remainder ?? all).count == 0 ? nil : remainder ?? all, method: request.method,
                resamplings: request.resamplings))
    }

    /// A component is determined where its unit vector lies in the span of the rows, `‖H e_i‖² = 1` to the rounding of transforms in
    /// single precision.
    private static let tolerance = 1e-6

    private static func determined(by observed: ObservedComponents) -> GivenComponents? {
        let width = observed.componentCount
        var squares = [Double](repeating: 0, count: width)
        for (index, weight) in observed.weights.enumerated() { squares[index % width] += weight * weight }
        let mask = squares.map { $0 >= 1 - tolerance }
        guard mask.contains(true) else { return nil }
        var values = [Float](repeating: 0, count: observed.rowCount * width)
        for row in 0..<observed.rowCount {
            let known = observed.values(of: row)
            for component in 0..<width where mask[component] {
                let value = known.enumerated().reduce(0.0) {
                    $0 + observed.weights[$1.offset * width + component] * $1.element
                }
                values[row * width + component] = Float(value)
            }
        }
        return GivenComponents(mask: mask, values: values)
    }

    static let factory = ConditionerFactory(
        Descriptor(name: "given", summary: "Part of the sample is given; the rest is drawn around it.")
    ) { _, _ in GivenConditioner() }
}
