import GUDCore

/// The samplers that GUD brings.
public enum BuiltInSamplers {
    /// Adds `euler-maruyama`, `ancestral`, `dpm++2m-sde`, `ddim`, `dpm++2m`, `dpm++3m`, `heun` and `dopri5`.
    ///
    /// - Throws: `RegistryError.nameTaken(kind:name:by:newcomer:)`.
    public static func register(in registry: inout Registry) throws(RegistryError) {
        for factory in [
            EulerMaruyama.factory, Ancestral.factory, DPMSolverPlusPlus2MSDE.factory, DDIM.factory,
            DPMSolverPlusPlus2M.factory, DPMSolverPlusPlus3M.factory, Heun.factory, DormandPrince.factory,
        ] {
            try registry.register(factory, as: .sampler)
        }
    }
}

/// The parameters that several samplers share.
enum SamplerParameter {
    /// Whether a solver integrates the residual to the Gaussian fit only.
    static let anchored = Parameter(
        "anchored", default: true,
        "Whether to integrate only the residual to the Gaussian fit, which is exact in one step for Gaussian data.")
}
