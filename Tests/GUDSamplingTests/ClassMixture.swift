import Foundation
import GUDCore
import GUDDenoisers
import Synchronization

@testable import GUDSampling

/// The exact class-conditional denoiser of a mixture whose normal distributions are the classes.
///
/// With the k-th unit vector as embedding it is exact for the k-th distribution, with zeros for the whole mixture.
final class ClassMixture: DifferentiableDenoiser {
    let whole: MixtureDenoiser
    let classes: [MixtureDenoiser]
    let weights: [Double]
    /// Rows that were evaluated.
    let evaluations = Mutex(0)

    /// Classes with these weights, means and covariances.
    init(weights: [Double], means: [Double], covariances: [[Double]]) throws {
        let count = means.count / weights.count
        self.weights = weights
        whole = MixtureDenoiser(
            try NormalMixture(
                weights: weights, means: means, covariances: covariances.map(Covariance.full), componentCount: count))
        classes = try covariances.indices.map { k in
            MixtureDenoiser(
                try NormalMixture(
                    weights: [1], means: Array(means[k * count..<(k + 1) * count]), covariances: [.full(covariances[k])],
                    componentCount: count))
        }
    }

    /// Three correlated distributions in the plane.
    static func plane() throws -> ClassMixture {
        try ClassMixture(
            weights: [0.5, 0.3, 0.2], means: [0.82, -0.21, -1.18, 1.09, -0.28, -1.11],
            covariances: [[0.16, 0.04, 0.04, 0.1], [0.09, -0.06, -0.06, 0.13], [0.0625, 0.025, 0.025, 0.26]])
    }

    /// The variances of the whole.
    var variances: [Double] {
        let (means, count) = (whole.distribution.means, componentCount)
        return (0..<count).map { i in
            let mean = weights.indices.reduce(0) { $0 + weights[$1] * means[$1 * count + i] }
            return weights.indices.reduce(-mean * mean) { sum, k in
                guard case .full(let covariance) = whole.distribution.covariances[k] else { return .nan }
                let m = means[k * count + i]
                return sum + weights[k] * (covariance[i * (count + 1)] + m * m)
            }
        }
    }

    /// The unit vector of a class.
    func embedding(_ index: Int) -> [Float] { classes.indices.map { $0 == index ? 1 : 0 } }

    /// The denoiser that a row of embeddings asks for.
    func exact(_ row: ArraySlice<Float>?) -> MixtureDenoiser {
        guard let row, let index = row.firstIndex(of: 1) else { return whole }
        return classes[index - row.startIndex]
    }

    var componentCount: Int { whole.componentCount }
    var embeddingWidth: Int { classes.count }

    func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        let batch = try batchCount(noised: noised.count, noise: noise.count, states: states, embeddings: embeddings)
        evaluations.withLock { $0 += batch }
        for row in 0..<batch {
            let range = row * componentCount..<(row + 1) * componentCount
            let found = try exact(embeddings?.row(row)).predictNoise(
                in: range.map { Double(noised[$0]) }, states: .shared(states[row]))
            for (index, value) in zip(range, found) { noise[index] = Float(value) }
        }
    }

    func pullBack(
        _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
        noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        let batch = try batchCount(
            noised: noised.count, noise: noise.count, cotangents: cotangents.count, products: products.count,
            states: states, embeddings: embeddings)
        evaluations.withLock { $0 += batch }
        for row in 0..<batch {
            let range = row * componentCount..<(row + 1) * componentCount
            let found = try exact(embeddings?.row(row)).pullBack(
                range.map { Double(cotangents[$0]) }, through: range.map { Double(noised[$0]) },
                states: .shared(states[row]))
            for (place, index) in range.enumerated() {
                noise[index] = Float(found.noise[place])
                products[index] = Float(found.products[place])
            }
        }
    }
}

extension Embeddings {
    /// One sample's row.
    fileprivate func row(_ index: Int) -> ArraySlice<Float> { values[index * width..<(index + 1) * width] }
}

/// The guided probability flow by formulas of its own: scores of normal distributions in the plane, in Double, by the method of Runge and Kutta.
struct GuidedFlowOracle {
    let mixture: ClassMixture
    let schedule: FormulaSchedule
    let classIndex: Int
    let scale: Double
    var interval = 0.0...1.0
    var weights = [1.0, 1.0]

    /// `∇ log Σ_k w_k N(z; α m_k, A C_k A + S)` over some classes.
    private func score(_ z: [Double], _ state: NoisingState, of classes: [Int]) -> [Double] {
        var (total, sum) = (0.0, [0.0, 0.0])
        for k in classes {
            guard case .full(let c) = mixture.whole.distribution.covariances[k] else { continue }
            let (alpha, sigma) = (state.alpha, state.sigma)
            let a = alpha[0] * alpha[0] * c[0] + sigma[0] * sigma[0]
            let b = alpha[0] * alpha[1] * c[1]
            let d = alpha[1] * alpha[1] * c[3] + sigma[1] * sigma[1]
            let means = mixture.whole.distribution.means
            let (x, y) = (z[0] - alpha[0] * means[2 * k], z[1] - alpha[1] * means[2 * k + 1])
            let determinant = a * d - b * b
            let (u, v) = ((d * x - b * y) / determinant, (a * y - b * x) / determinant)
            let density = mixture.weights[k] * exp(-0.5 * (x * u + y * v)) / determinant.squareRoot()
            total += density
            sum = [sum[0] - density * u, sum[1] - density * v]
        }
        return sum.map { $0 / total }
    }

    /// The guided score; `isInside` says whether the time lies in the interval.
    func guidedScore(_ z: [Double], _ state: NoisingState, isInside: Bool) -> [Double] {
        let plain = score(z, state, of: [classIndex])
        guard isInside else { return plain }
        let free = score(z, state, of: Array(mixture.weights.indices))
        return (0..<2).map { free[$0] + (1 + weights[$0] * (scale - 1)) * (plain[$0] - free[$0]) }
    }

    /// Follows `dz/dt = −½ β (z + s)` from t = 1 to 0, and denoises: `x̂0 = (z + σ² s)/α`.
    func sample(from start: [Double]) throws -> [Double] {
        var z = start
        let ends = [1, interval.upperBound, interval.lowerBound, 0]
        for part in 0..<3 where ends[part] > ends[part + 1] {
            let steps = Int((3000 * (ends[part] - ends[part + 1])).rounded(.up))
            let h = (ends[part] - ends[part + 1]) / Double(steps)
            func velocity(_ z: [Double], _ time: Double) throws -> [Double] {
                let state = try schedule.state(at: min(max(time, 0), 1))
                let score = guidedScore(z, state, isInside: part == 1)
                return (0..<2).map { -0.5 * state.beta($0) * (z[$0] + score[$0]) }
            }
            func moved(_ slope: [Double], _ by: Double) -> [Double] { (0..<2).map { z[$0] - by * slope[$0] } }
            for step in 0..<steps {
                let t = ends[part] - Double(step) * h
                let a = try velocity(z, t)
                let b = try velocity(moved(a, h / 2), t - h / 2)
                let c = try velocity(moved(b, h / 2), t - h / 2)
                let d = try velocity(moved(c, h), t - h)
                for i in 0..<2 {
                    let mean: Double = (a[i] + 2 * b[i] + 2 * c[i] + d[i]) / 6
                    z[i] -= h * mean
                }
            }
        }
        let state = try schedule.state(at: 0)
        let score = guidedScore(z, state, isInside: interval.lowerBound == 0)
        return (0..<2).map { (z[$0] + state.sigma[$0] * state.sigma[$0] * score[$0]) / state.alpha[$0] }
    }
}
