import Foundation
import GUDCore

/// Eight Gaussians of standard deviation 1/√8 on a circle of radius √8, each with weight ⅛; the class is the Gaussian, counted
/// from the positive x axis anticlockwise.
///
/// The exact negative log-likelihood is 2.8316 nats (two-dimensional quadrature).
///
/// Source: the toy densities of Grathwohl et al., "FFJORD", arXiv:1810.01367, appendix B: radius 4 and deviation ½, both
/// divided by √2.
public enum EightGaussians {
    static let modes = 8
    static let radius = 8.0.squareRoot()
    static let deviation = 1 / 8.0.squareRoot()

    /// The exact mean of −ln p over the density, in nats.
    public static let negativeLogLikelihood = 2.8315783605

    /// The centre of a mode.
    static func centre(_ mode: Int) -> (x: Double, y: Double) {
        let angle = Double(mode) * 2 * .pi / Double(modes)
        return (radius * cos(angle), radius * sin(angle))
    }

    /// ln p(x, y) in nats.
    public static func logDensity(_ x: Double, _ y: Double) -> Double {
        let exponents = (0..<modes).map { mode in
            let (dx, dy) = (x - centre(mode).x, y - centre(mode).y)
            return -(dx * dx + dy * dy) / (2 * deviation * deviation)
        }
        let largest = exponents.max() ?? 0
        let sum = exponents.reduce(0) { $0 + exp($1 - largest) }
        return largest + log(sum) - log(Double(modes) * 2 * .pi * deviation * deviation)
    }

    static var factory: DatasetFactory {
        ToyPlane.factory(
            name: "8gaussians", summary: "Points in the plane: eight Gaussians on a circle.", classCount: modes
        ) { draw in
            let mode = Int(draw.uniform(0) * Double(modes))
            let (centre, noise) = (centre(mode), draw.normals())
            return (centre.x + deviation * noise.0, centre.y + deviation * noise.1, mode)
        }
    }
}
