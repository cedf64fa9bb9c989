import Foundation
import GUDCore

/// Two interleaved half circles with Gaussian noise; the class is the half circle.
///
/// With t uniform on [0, π]: `(cos t, sin t)` and `(1 − cos t, ½ − sin t)`, noise of standard deviation 0.1 added, then doubled
/// and moved by (−1, −0.2), which centres the pair.
///
/// Source: the toy densities of Grathwohl et al., "FFJORD", arXiv:1810.01367, appendix B, after scikit-learn's `make_moons`.
public enum Moons {
    static let deviation = 0.1

    static var factory: DatasetFactory {
        ToyPlane.factory(
            name: "moons", summary: "Points in the plane: two interleaved half circles.", classCount: 2
        ) { draw in
            let moon = Int(draw.uniform(0) * 2)
            let angle = draw.uniform(1) * .pi
            let arc = moon == 0 ? (cos(angle), sin(angle)) : (1 - cos(angle), 0.5 - sin(angle))
            let noise = draw.normals()
            return (2 * (arc.0 + deviation * noise.0) - 1, 2 * (arc.1 + deviation * noise.1) - 0.2, moon)
        }
    }
}
