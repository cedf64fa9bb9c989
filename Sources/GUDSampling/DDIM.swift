import Foundation
import GUDCore

/// DDIM: the deterministic sampler of first order.
///
/// Each component takes its own step `h = λ(s) − λ(t)` of half log-SNR, in which its clean estimate is held constant:
///
///     plain:     z(s) = (σ_s/σ_t) z(t) − α_s expm1(−h) x̂0  =  α_s x̂0 + σ_s ε̂
///     anchored:  z(s)/τ_s = z(t)/τ_t + (φ_s − φ_t) F
///
/// The anchored form holds the residual to the Gaussian fit constant instead; it is exact in one step where data are
/// Gaussian, and of the same order elsewhere. τ, φ and F are those of the Gaussian anchor, see `GaussianAnchor.swift`.
///
/// Source: Song, Meng & Ermon, "Denoising diffusion implicit models", arXiv:2010.02502, equation 12 with η = 0, per component.
public struct DDIM: LinearSolver {
    /// The name in the registry.
    public static let name = "ddim"
    /// The times that it visits.
    public var grid: TimeGrid
    /// Whether it integrates the residual to the Gaussian fit.
    public let isAnchored: Bool

    /// DDIM on a grid.
    public init(grid: TimeGrid, isAnchored: Bool = true) {
        self.grid = grid
        self.isAnchored = isAnchored
    }

    /// How a step errs.
    public var stepModel: StepModel { StepModel(of: self, history: 0) }

    /// The step of one component.
    public func update(_ step: ComponentStep) -> ComponentUpdate {
        ExponentialStep(step, isAnchored: isAnchored).map(ComponentUpdate.init(holding:)) ?? .gaussianFlow(step)
    }
}

extension DDIM {
    static var factory: SamplerFactory {
        .onGrid(
            summary: "Deterministic, first order: DDIM with a step of its own for each component.",
            steps: 50, parameters: [SamplerParameter.anchored.specification]
        ) { DDIM(grid: $0, isAnchored: $1[SamplerParameter.anchored]) }
    }
}
