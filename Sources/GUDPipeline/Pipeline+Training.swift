import Foundation
import GUDCore
import GUDSampling
import GUDTraining

extension Pipeline {
    /// Which parts of samples training holds; `nil` where it holds none.
    ///
    /// - Throws: ``ParameterError/rule(_:_:_:)`` where the network would not be told, or where the basis cannot express a set.
    func heldParts() throws -> HeldParts? {
        guard let options = try configuration.training().given else { return nil }
        guard knowsEveryGamma else {
            throw ParameterError.rule(
                "training.given", .table(["probability": .number(options.probability)]),
                "needs a denoiser that is told what is held; set denoiser.conditioning to map or tokens")
        }
        return try HeldParts(options, space: space, seed: configuration.seed)
    }

    /// Whether the denoiser knows γ of every component; one that does not say is taken to know.
    var knowsEveryGamma: Bool { (denoiser as? any ComponentAwareDenoiser)?.knowsEveryGamma ?? true }
}
