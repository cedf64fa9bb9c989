import Foundation
import GUDCore

/// Uniform over eight of the sixteen squares of side 2 that make up [-4, 4]²: those whose column and row add up to an even
/// number, counted from the lower left.
///
/// The area is 32, so the exact negative log-likelihood is ln 32 = 3.4657 nats.
///
/// Source: the toy densities of Grathwohl et al., "FFJORD", arXiv:1810.01367, appendix B.
public enum Checkerboard {
    static let squares = 4
    static let side = 2.0
    static let edge = 4.0

    /// The exact mean of −ln p over the density, in nats.
    public static let negativeLogLikelihood = log(32.0)

    /// ln p(x, y) in nats: −ln 32 on the eight squares, −∞ elsewhere.
    public static func logDensity(_ x: Double, _ y: Double) -> Double {
        guard abs(x) < edge, abs(y) < edge else { return -.infinity }
        let (column, row) = (Int((x + edge) / side), Int((y + edge) / side))
        return (column + row).isMultiple(of: 2) ? -negativeLogLikelihood : -.infinity
    }

    static var factory: DatasetFactory {
        ToyPlane.factory(
            name: "checkerboard", summary: "Points in the plane, uniform on eight squares of a 4×4 board."
        ) { draw in
            // Which square of the eight, then where in it.
            let square = Int(draw.uniform(0) * 8)
            let column = square / 2
            let row = square % 2 * 2 + column % 2
            return (
                side * (Double(column) + draw.uniform(1)) - edge, side * (Double(row) + draw.uniform(2)) - edge, nil
            )
        }
    }
}
