import GUDCore

/// Several bases, one applied to the components of the other: `U = U_n ⋯ U_2 U_1`.
///
/// Each element sees samples of the same shape, and is fitted to the components that those before it make of the data. All
/// but the last keep every component. Labels are those of the last element that moves components to places of its own;
/// elements that keep places (`color`, `pixel`) pass on the labels of the one before.
public struct ComposedBasis: FittedBasis {
    /// The bases in the order in which they are applied to a sample; at least one.
    public let elements: [any Basis]
    /// The shape of one sample.
    public var shape: SampleShape { elements[0].shape }
    /// The number of components, of the last element.
    public var componentCount: Int { elements[elements.count - 1].componentCount }

    /// Composes bases of one shape.
    ///
    /// - Parameter make: Makes element *i* from what the elements before it make of the fitting samples.
    /// - Throws: ``BasisError/fit(reason:)`` where there are no elements, or one before the last drops components; and what
    ///   `make` throws.
    init(
        count: Int, fitting samples: [Float]?, make: (_ index: Int, _ samples: [Float]?) throws -> any Basis
    ) throws {
        var elements: [any Basis] = []
        var samples = samples
        for index in 0..<count {
            let element = try make(index, samples)
            if index + 1 < count {
                guard element.componentCount == element.dimension else {
                    throw BasisError.fit(
                        reason: "compose: element \(index) keeps \(element.componentCount) of \(element.dimension) "
                            + "components; only the last element may drop any")
                }
                samples = try samples.map { try element.forward($0) }
            }
            elements.append(element)
        }
        self.elements = elements
    }

    /// Applies the elements in order.
    public func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        _ = try batchCount(
            source: samples.count, rowsOf: dimension, destination: coefficients.count, rowsOf: componentCount)
        try chain(elements, samples, into: &coefficients) { element, source, target throws(BasisError) in
            try element.forward(source, into: &target)
        }
    }

    /// Undoes the elements in reverse order.
    public func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        _ = try batchCount(
            source: coefficients.count, rowsOf: componentCount, destination: samples.count, rowsOf: dimension)
        try chain(elements.reversed(), coefficients, into: &samples) { element, source, target throws(BasisError) in
            try element.inverse(source, into: &target)
        }
    }

    /// Applies one element after the other, through two buffers of full rows.
    private func chain(
        _ elements: [any Basis], _ source: Span<Float>, into target: inout MutableSpan<Float>,
        _ apply: (any Basis, Span<Float>, inout MutableSpan<Float>) throws(BasisError) -> Void
    ) throws(BasisError) {
        guard elements.count > 1 else { return try apply(elements[0], source, &target) }
        let scalars = max(source.count, target.count)
        var (current, next) = ([Float](repeating: 0, count: scalars), [Float](repeating: 0, count: scalars))
        var span = current.mutableSpan
        try apply(elements[0], source, &span)
        for element in elements.dropFirst().dropLast() {
            var span = next.mutableSpan
            try apply(element, current.span, &span)
            swap(&current, &next)
        }
        try apply(elements[elements.count - 1], current.span, &target)
    }

    /// The labels of the last element that gives components places of its own.
    public func labels(_ order: NaturalOrder) -> [Double]? {
        let deciding = elements.last { !($0 is any PlaceKeepingBasis) } ?? elements[0]
        return deciding.labels(order)
    }

    /// What the fitted elements keep, element *i* under `of.i`.
    public var state: StateArrays {
        var state = StateArrays()
        for (index, element) in elements.enumerated() {
            if let fitted = element as? any FittedBasis { state.merge(fitted.state, under: "of.\(index)") }
        }
        return state
    }

    /// The elements' reports, each line after its element's index.
    public var fitReport: [String] {
        elements.enumerated().flatMap { index, element in
            (element as? any FittedBasis)?.fitReport.map { "of[\(index)]: \($0)" } ?? []
        }
    }
}
