import GUDCore
import GUDLinearAlgebra

/// The exact denoiser of Gaussian components, `z(0) ~ N(0, C)`: the best linear one for any data with that covariance.
///
/// With `Σ_t = A C A + S`, `A = diag α_i` and `S = diag σ_i²`, `ε̂ = σ Σ_t⁻¹ z`, in any basis and for any schedule. It is the oracle
/// that samplers and likelihoods are tested against, and the anchor that networks predict the residual to.
///
/// Source: design of GUD, "Gaussian anchor"; Bishop, "Pattern recognition and machine learning", section 2.3.3.
public struct GaussianDenoiser: ExactDenoiser {
    /// The distribution of the clean components: one normal distribution.
    public let distribution: NormalMixture

    /// The denoiser of a known distribution.
    ///
    /// - Parameters:
    ///   - covariance: C, of *K* components.
    ///   - mean: The mean of z(0); 0 where it is left out, as the data's mean is removed before the basis is applied.
    ///   - componentCount: *K*.
    /// - Throws: ``DenoiserError/configuration(_:)`` where counts do not match.
    public init(covariance: Covariance, mean: [Double]? = nil, componentCount: Int) throws(DenoiserError) {
        distribution = try NormalMixture(
            weights: [1], means: mean ?? [Double](repeating: 0, count: componentCount), covariances: [covariance],
            componentCount: componentCount)
    }

    /// The covariance and the mean, which make this denoiser again without data.
    public var state: StateArrays {
        var state = StateArrays()
        let count = componentCount
        state["mean"] = .init(axes: [count], values: .double(distribution.means))
        switch distribution.covariances[0] {
        case .diagonal(let values): state["variances"] = .init(axes: [count], values: .double(values))
        case .full(let values): state["covariance"] = .init(axes: [count, count], values: .double(values))
        }
        return state
    }

    /// The denoiser that a state keeps.
    init(_ state: StateArrays, componentCount count: Int) throws(DenoiserError) {
        guard let mean = state.doubles("mean", axes: [count]),
            let covariance = state.doubles("covariance", axes: [count, count]).map(Covariance.full)
                ?? state.doubles("variances", axes: [count]).map(Covariance.diagonal)
        else {
            throw .configuration(
                "the kept state of denoiser 'gaussian' does not hold a covariance of \(count) components")
        }
        try self.init(covariance: covariance, mean: mean, componentCount: count)
    }
}

extension GaussianDenoiser {
    static let covariance = Parameter(
        "covariance", default: CovarianceShape.full, "Whether components are correlated or independent.")

    static var factory: DenoiserFactory {
        DenoiserFactory(
            Descriptor(
                name: "gaussian", summary: "Exact for Gaussian data of the training data's covariance.",
                schema: ParameterSchema([covariance.specification]))
        ) { parameters, context in
            let space = context.space
            if let state = context.state { return try GaussianDenoiser(state, componentCount: space.componentCount) }
            if parameters[covariance] == .diagonal {
                return try GaussianDenoiser(
                    covariance: .diagonal(space.variances), componentCount: space.componentCount)
            }
            guard let samples = context.fitting, !samples.isEmpty else {
                throw DenoiserError.needsData(denoiser: "gaussian")
            }
            let moments = try SampleMoments(of: samples, dimension: space.componentCount) {
                Parallel.forEach($0, $1)
            }
            return try GaussianDenoiser(covariance: .full(moments.covariance), componentCount: space.componentCount)
        }
    }
}
