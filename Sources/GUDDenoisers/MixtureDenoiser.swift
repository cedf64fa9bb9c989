import GUDCore

/// The exact denoiser of a Gaussian mixture, `z(0) ~ Σ_k w_k N(m_k, C_k)`.
///
/// Every normal distribution stays normal under noising, with mean `α m_k` and covariance `A C_k A + S`, so that the score is a
/// sum of linear ones, weighted by responsibilities. It is the strongest model with a closed form, and an oracle beyond the Gaussian.
public struct MixtureDenoiser: ExactDenoiser {
    /// The distribution of the clean components.
    public let distribution: NormalMixture
    /// What the fit found, in words, one line each; empty where the distribution was given.
    public let fitReport: [String]

    /// The denoiser of a known distribution.
    public init(_ distribution: NormalMixture) {
        self.init(distribution, fitReport: [])
    }

    init(_ distribution: NormalMixture, fitReport: [String]) {
        self.distribution = distribution
        self.fitReport = fitReport
    }

    /// Weights, means and covariances, which make this denoiser again without data.
    public var state: StateArrays {
        var state = StateArrays()
        let (components, count) = (distribution.weights.count, componentCount)
        state["weights"] = .init(axes: [components], values: .double(distribution.weights))
        state["means"] = .init(axes: [components, count], values: .double(distribution.means))
        for (index, covariance) in distribution.covariances.enumerated() {
            switch covariance {
            case .diagonal(let values): state["variances.\(index)"] = .init(axes: [count], values: .double(values))
            case .full(let values):
                state["covariances.\(index)"] = .init(axes: [count, count], values: .double(values))
            }
        }
        return state
    }

    /// The denoiser that a state keeps.
    init(_ state: StateArrays, componentCount count: Int) throws(DenoiserError) {
        let components = state["weights"]?.values.count ?? 0
        let covariances = (0..<components).compactMap { index in
            state.doubles("covariances.\(index)", axes: [count, count]).map(Covariance.full)
                ?? state.doubles("variances.\(index)", axes: [count]).map(Covariance.diagonal)
        }
        guard let weights = state.doubles("weights", axes: [components]),
            let means = state.doubles("means", axes: [components, count]), covariances.count == components
        else {
            throw .configuration(
                "the kept state of denoiser 'mixture' does not hold a mixture over \(count) components")
        }
        self.init(
            try NormalMixture(weights: weights, means: means, covariances: covariances, componentCount: count))
    }
}

extension MixtureDenoiser {
    static let components = Parameter(
        "components", default: 10, range: 1...1000, "How many normal distributions are mixed.")
    static let covariance = Parameter(
        "covariance", default: CovarianceShape.full, "Whether components are correlated or independent.")
    static let iterations = Parameter(
        "iterations", default: 200, range: 0...100_000, "The most steps of expectation maximisation.")
    static let tolerance = Parameter(
        "tolerance", default: 1e-4, range: 0...1, unit: "nats",
        "Gain of log-likelihood per sample at which the fit has converged.")
    static let regularisation = Parameter(
        "regularisation", default: 1e-3, range: 1e-12...10,
        "What is added to every variance, as a fraction of the data's average variance.")
    static let seed = Parameter<Int?>(
        "seed", default: nil, range: 0...Double(Int32.max), "The seed of the initial guess; by default the run's.")

    static var factory: DenoiserFactory {
        DenoiserFactory(
            Descriptor(
                name: "mixture", summary: "Exact for a mixture of Gaussians that is fitted to the training data.",
                schema: ParameterSchema([
                    components.specification, covariance.specification, iterations.specification,
                    tolerance.specification, regularisation.specification, seed.specification,
                ]))
        ) { parameters, context in
            let count = context.space.componentCount
            if let state = context.state { return try MixtureDenoiser(state, componentCount: count) }
            guard let samples = context.fitting, !samples.isEmpty else {
                throw DenoiserError.needsData(denoiser: "mixture")
            }
            let fit = MixtureFit(
                components: parameters[components], shape: parameters[covariance], iterations: parameters[iterations],
                tolerance: parameters[tolerance], regularisation: parameters[regularisation],
                seed: parameters[seed].map(UInt64.init) ?? context.seed)
            let (mixture, report) = try fit(samples.map(Double.init), componentCount: count)
            return MixtureDenoiser(mixture, fitReport: report)
        }
    }
}
