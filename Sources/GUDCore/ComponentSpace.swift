/// The space in which the diffusion lives: whitened components of mean-free data in an orthonormal basis.
///
/// With *U* the basis, μ the data set's mean and s the prior scale:
///
/// | word | formula | shape |
/// |---|---|---|
/// | data | x | D |
/// | whitened components | z = U (x − μ) / s | K |
/// | whitened data | y = Uᵀ z | D |
///
/// ``variances`` holds v_i = Var(z_i) of the training data. It is what the matched prior, the Gaussian anchor and orderings
/// by variance use; it is 1 where the space is whitened by the data, and 0 in directions that the data never visit.
public struct ComponentSpace: Sendable {
    /// The orthonormal basis *U*.
    public let basis: any Basis
    /// The data set's mean μ, in data units, of dimension *D*.
    public let mean: [Float]
    /// The prior standard deviation s_i > 0 of each component, in data units.
    public let scale: [Float]
    /// The variance v_i ≥ 0 of each whitened component over the training data.
    public let variances: [Double]

    /// Puts a space together from its parts.
    ///
    /// - Throws: ``BasisError/fit(reason:)`` where a count does not match the basis, a scale is not positive and finite, or a
    ///   variance is negative or not finite.
    public init(basis: any Basis, mean: [Float], scale: [Float], variances: [Double]) throws(BasisError) {
        guard mean.count == basis.dimension else {
            throw .fit(reason: "the mean holds \(mean.count) values where the basis takes \(basis.dimension)")
        }
        guard scale.count == basis.componentCount, variances.count == basis.componentCount else {
            throw .fit(
                reason: "\(scale.count) scales and \(variances.count) variances for \(basis.componentCount) components")
        }
        for (index, value) in scale.enumerated() where !(value > 0 && value.isFinite) {
            throw .fit(reason: "scale \(index) is \(value); scales are positive and finite")
        }
        for (index, value) in variances.enumerated() where !(value >= 0 && value.isFinite) {
            throw .fit(reason: "variance \(index) is \(value); variances are finite and not negative")
        }
        self.basis = basis
        self.mean = mean
        self.scale = scale
        self.variances = variances
    }

    /// The shape of one sample.
    public var shape: SampleShape { basis.shape }
    /// The number of scalars in a sample, *D*.
    public var dimension: Int { basis.dimension }
    /// The number of components, *K*.
    public var componentCount: Int { basis.componentCount }
    /// The variance Σ_ii = v_i s_i² of each component before whitening, in squared data units.
    public var dataVariances: [Double] {
        zip(variances, scale).map { $0 * Double($1) * Double($1) }
    }

    /// The whitened components z = U (x − μ) / s of a batch of samples.
    ///
    /// - Parameter samples: Row-major `[batch, D]`, in data units.
    /// - Returns: Row-major `[batch, K]`.
    public func components(of samples: [Float]) throws(BasisError) -> [Float] {
        guard samples.count % dimension == 0 else {
            throw .partialSample(count: samples.count, dimension: dimension)
        }
        var centred = samples
        for start in stride(from: 0, to: centred.count, by: dimension) {
            for index in 0..<dimension { centred[start + index] -= mean[index] }
        }
        var components = try basis.forward(centred)
        for start in stride(from: 0, to: components.count, by: componentCount) {
            for index in 0..<componentCount { components[start + index] /= scale[index] }
        }
        return components
    }

    /// The samples x = Uᵀ (s z) + μ of a batch of whitened components.
    ///
    /// - Parameter components: Row-major `[batch, K]`.
    /// - Returns: Row-major `[batch, D]`, in data units.
    public func samples(of components: [Float]) throws(BasisError) -> [Float] {
        guard components.count % componentCount == 0 else {
            throw .partialSample(count: components.count, dimension: componentCount)
        }
        var scaled = components
        for start in stride(from: 0, to: scaled.count, by: componentCount) {
            for index in 0..<componentCount { scaled[start + index] *= scale[index] }
        }
        var samples = try basis.inverse(scaled)
        for start in stride(from: 0, to: samples.count, by: dimension) {
            for index in 0..<dimension { samples[start + index] += mean[index] }
        }
        return samples
    }
}
