import GUDCore

/// The registry's `given`: part of the sample is known, and the rest is drawn around it.
///
/// The observation is a mask over the sample's scalars with their values. A component is given where its basis vector has no
/// weight on anything unknown: every pixel of the mask in `pixel`; in `haar` the wavelets that lie inside it. Bases
/// whose vectors spread over the whole sample (`pca`, `fourier`, `dct`) determine nothing from a part of it, and say so.
public struct GivenConditioner: Conditioner {
    /// Makes no embedding.
    public let embeddingWidth = 0

    /// Weights on unknown scalars that are at most this large are rounding.
    static let tolerance: Float = 1e-5

    /// A conditioner on observed scalars.
    public init() {}

    /// The components that the observation determines, whitened.
    ///
    /// - Throws: ``ConditionerError/count(_:expected:what:)`` where mask or values are not one sample;
    ///   ``ConditionerError/unsupported(_:)`` where an observed value is not finite, the observation determines no component, or a
    ///   class is asked for.
    /// - Complexity: One inverse transform of *K* unit vectors, O(*K* · *D*) memory in blocks of 64.
    public func condition(
        _ request: ConditionRequest, in space: ComponentSpace
    ) throws(ConditionerError) -> Condition {
        if let index = request.classIndex {
            throw .unsupported("class \(index) was asked for, but the conditioner is 'given', which knows no classes")
        }
        guard let (values, mask) = request.observed else { return Condition() }
        guard mask.count == space.dimension else {
            throw .count(mask.count, expected: space.dimension, what: "the mask")
        }
        guard values.count == space.dimension else {
            throw .count(values.count, expected: space.dimension, what: "the list of observed values")
        }
        if let index = mask.indices.first(where: { mask[$0] && !values[$0].isFinite }) {
            throw .unsupported("observed value \(index) is \(values[index]); only finite values can be given")
        }
        // What is not observed may hold anything, NaN included; the mean stands in for it, and no given component sees it.
        let known = mask.indices.map { mask[$0] ? values[$0] : space.mean[$0] }
        do {
            let determined = try Self.determinedComponents(space.basis, by: mask)
            guard determined.contains(true) else {
                throw ConditionerError.unsupported(
                    "the \(mask.count { $0 }) given scalars determine no component of this basis, whose vectors reach beyond "
                        + "them; use a basis of local vectors, such as 'pixel' or 'haar'")
            }
            return Condition(
                given: GivenComponents(mask: determined, values: try space.components(of: known)))
        } catch let error as ConditionerError {
            throw error
        } catch {
            throw .failed(reason: "\(error)")
        }
    }

    /// Which basis vectors have no weight outside the mask.
    private static func determinedComponents(_ basis: any Basis, by mask: [Bool]) throws(BasisError) -> [Bool] {
        let (count, dimension) = (basis.componentCount, basis.dimension)
        var determined = [Bool](repeating: true, count: count)
        for start in stride(from: 0, to: count, by: 64) {
            let rows = start..<min(start + 64, count)
            var units = [Float](repeating: 0, count: rows.count * count)
            for row in rows { units[(row - start) * count + row] = 1 }
            let vectors = try basis.inverse(units)
            for row in rows {
                determined[row] = (0..<dimension).allSatisfy {
                    mask[$0] || abs(vectors[(row - start) * dimension + $0]) <= tolerance
                }
            }
        }
        return determined
    }

    static let factory = ConditionerFactory(
        Descriptor(name: "given", summary: "Part of the sample is given; the rest is drawn around it.")
    ) { _, _ in GivenConditioner() }
}
