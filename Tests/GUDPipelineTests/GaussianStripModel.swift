import Foundation
import GUDBases
import GUDCore
import TestSupport

@testable import GUDPipeline

/// The exact pipeline of a stationary Gaussian process along one axis, and its closed-form covariance.
///
/// Lines hold `size` scalars with correlation ½ among them; the correlation of lines at a distance d is r(d).
struct GaussianStripModel {
    let axis: ImageAxis
    let window: Int
    let size: Int
    let correlation: (Int) -> Double

    /// A process of order one: r(d) = ρ^d.
    static func firstOrder(
        _ rho: Double, axis: ImageAxis = .columns, window: Int = 6, size: Int = 2
    ) -> GaussianStripModel {
        GaussianStripModel(axis: axis, window: window, size: size) { pow(rho, Double($0)) }
    }

    /// A process of order two, x_c = a x_{c−1} + b x_{c−2} + noise, from its Yule–Walker equations.
    static func secondOrder(_ a: Double, _ b: Double, window: Int = 6, size: Int = 2) -> GaussianStripModel {
        GaussianStripModel(axis: .columns, window: window, size: size) { distance in
            var r = [1, a / (1 - b)]
            while r.count <= distance { r.append(a * r[r.count - 1] + b * r[r.count - 2]) }
            return r[distance]
        }
    }

    /// The covariance of two scalars of a strip.
    func covariance(_ a: (line: Int, place: Int), _ b: (line: Int, place: Int)) -> Double {
        correlation(abs(a.line - b.line)) * (a.place == b.place ? 1 : 0.5)
    }

    var shape: SampleShape {
        axis == .columns
            ? .image(height: size, width: window, channels: 1) : .image(height: window, width: size, channels: 1)
    }

    /// The pipeline: the denoiser is given the covariance, nothing is fitted.
    func pipeline(_ sections: String = "") throws -> Pipeline {
        let count = shape.dimension
        let places = (0..<count).map { scalar -> (line: Int, place: Int) in
            axis == .columns ? (scalar % window, scalar / window) : (scalar / size, scalar % size)
        }
        let values = (0..<count * count).map { covariance(places[$0 / count], places[$0 % count]) }
        var state = StateArrays()
        state["mean"] = .init(axes: [count], values: .double([Double](repeating: 0, count: count)))
        state["covariance"] = .init(axes: [count, count], values: .double(values))
        let registry = try Registry.builtIn()
        let configuration = try Configuration(
            yaml: """
                data: digits
                basis: pixel
                schedule: {name: linear, gammaMin: -11, gammaMax: 9}
                denoiser: gaussian
                sampler: {name: dpm++2m, steps: 24}
                \(sections)
                """, registry: registry)
        let space = try ComponentSpace(
            basis: PixelBasis(shape: shape), mean: [Float](repeating: 0, count: count),
            scale: [Float](repeating: 1, count: count), variances: [Double](repeating: 1, count: count))
        return try Pipeline(
            configuration, registry: registry, classCount: 0, space: space, denoiserFitting: nil, denoiserState: state,
            device: "cpu", trained: configuration)
    }

    /// The largest deviation of strips' second moments from a covariance, in standard errors.
    ///
    /// - Parameter expected: The covariance to compare with; that of the process by default.
    func worst(
        _ strips: ImageStrips, expected: ((_ a: (line: Int, place: Int), _ b: (line: Int, place: Int)) -> Double)? = nil
    ) -> (significance: Double, place: String) {
        let lines = strips.transposed
        let width = strips.lineCount * size
        let count = Double(strips.count)
        var worst = (significance: 0.0, place: "")
        for i in 0..<width {
            for j in 0...i {
                var (sum, squares) = (0.0, 0.0)
                for strip in 0..<strips.count {
                    let product = Double(lines[strip * width + i]) * Double(lines[strip * width + j])
                    sum += product
                    squares += product * product
                }
                let mean = sum / count
                let error = ((squares / count - mean * mean) / count).squareRoot()
                let (a, b) = ((line: i / size, place: i % size), (line: j / size, place: j % size))
                let significance = abs(mean - (expected?(a, b) ?? covariance(a, b))) / error
                if significance > worst.significance { worst = (significance, "(\(i), \(j)): \(mean)") }
            }
        }
        return worst
    }
}
