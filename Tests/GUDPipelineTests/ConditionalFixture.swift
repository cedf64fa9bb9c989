import Foundation
import GUDCore
import GUDData
import GUDPipeline

/// Pictures of 4×4 that are normally distributed but for chance, and what they are like given some of them.
struct ConditionalFixture {
    static let shape = SampleShape.image(height: 4, width: 4, channels: 1)
    static let dimension = 16

    let dataset: Dataset
    /// The training data's mean and covariance, which the exact denoiser fits.
    let moments: Moments

    /// Correlated neighbours, columns of growing variance, and a mean that is a slope.
    init(seed: UInt64 = 5) throws {
        let noise = CounterNoise(seed: seed, purpose: .checking).normals(samples: 0..<400, count: 16)
        var values = [Float](repeating: 0, count: noise.count)
        for sample in 0..<400 {
            for place in 0..<16 {
                let (row, column) = (place / 4, place % 4)
                var value = 0.8 * noise[sample * 16 + place]
                if row > 0 { value += 0.5 * values[sample * 16 + place - 4] }
                if column > 0 { value += 0.4 * values[sample * 16 + place - 1] }
                values[sample * 16 + place] = value
            }
        }
        for index in values.indices { values[index] = 0.6 * values[index] + 0.1 * Float(index % 4) - 0.1 }
        dataset = try Dataset(
            name: "correlated", shape: Self.shape, training: LabelledSamples(values: values, dimension: 16),
            test: .empty(dimension: 16))
        moments = Moments(values, dimension: 16)
    }

    /// A pipeline with the exact denoiser.
    func pipeline(_ basis: String, _ schedule: String, denoiser: String = "gaussian", sampler: String) throws
        -> Pipeline
    {
        let registry = try Registry.builtIn()
        let configuration = try Configuration(
            yaml: "data: digits\nbasis: \(basis)\nschedule: \(schedule)\ndenoiser: \(denoiser)\nsampler: \(sampler)",
            registry: registry)
        return try Pipeline.fit(configuration, to: dataset, registry: registry)
    }

    /// The exact mean and covariance given `A x + noise = b`: `m + C Aᵀ S⁻¹ (b − A m)` and `C − C Aᵀ S⁻¹ A C`, by elimination.
    func conditional(_ observation: Observation) -> Moments {
        let d = Self.dimension
        let rows: [[Double]]
        let values: [Double]
        switch observation.sensor {
        case .scalars(let mask):
            let places = mask.indices.filter { mask[$0] }
            rows = places.map { place in (0..<d).map { $0 == place ? 1 : 0 } }
            values = places.map { Double(observation.values[$0]) }
        case .weights(let weights):
            rows = stride(from: 0, to: weights.count, by: d).map { start in (0..<d).map { Double(weights[start + $0]) }
            }
            values = observation.values.map(Double.init)
        }
        func times(_ row: [Double], _ column: (Int) -> Double) -> Double {
            row.indices.reduce(0) { $0 + row[$1] * column($1) }
        }
        let spread = rows.map { row in (0..<d).map { i in times(row) { moments.covariance[i * d + $0] } } }
        let count = rows.count
        let system = (0..<count).map { a in
            (0..<count).map { b in
                times(rows[a]) { spread[b][$0] } + (a == b ? observation.deviation * observation.deviation : 0)
            }
        }
        var result = moments
        let miss = (0..<count).map { a in values[a] - times(rows[a]) { moments.mean[$0] } }
        let weights = Self.solve(system, miss)
        let gains = (0..<d).map { i in Self.solve(system, (0..<count).map { spread[$0][i] }) }
        for i in 0..<d {
            result.mean[i] += (0..<count).reduce(0) { $0 + spread[$1][i] * weights[$1] }
            for j in 0..<d {
                result.covariance[i * d + j] -= (0..<count).reduce(0) { $0 + gains[i][$1] * spread[$1][j] }
            }
        }
        return result
    }

    /// Gaussian elimination with partial pivoting.
    private static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
        var (a, b) = (matrix, right)
        let n = b.count
        for k in 0..<n {
            let pivot = (k..<n).max { abs(a[$0][k]) < abs(a[$1][k]) } ?? k
            a.swapAt(k, pivot)
            b.swapAt(k, pivot)
            for i in k + 1..<max(n, k + 1) {
                let factor = a[i][k] / a[k][k]
                for j in k..<n { a[i][j] -= factor * a[k][j] }
                b[i] -= factor * b[k]
            }
        }
        for k in (0..<n).reversed() {
            b[k] = (b[k] - (k + 1..<max(n, k + 1)).reduce(0) { $0 + a[k][$1] * b[$1] }) / a[k][k]
        }
        return b
    }

    /// How far samples are from what they should be, entry by entry, in standard errors; what does not vary is left out.
    static func deviations(of samples: [Float], from exact: Moments) -> [Double] {
        let d = dimension
        let drawn = Moments(samples, dimension: d)
        let count = Double(samples.count / d)
        var result: [Double] = []
        for i in 0..<d where exact.covariance[i * d + i] > 1e-6 {
            let a = exact.covariance[i * d + i]
            result.append((drawn.mean[i] - exact.mean[i]) / (a / count).squareRoot())
            for j in 0...i where exact.covariance[j * d + j] > 1e-6 {
                let (b, c) = (exact.covariance[j * d + j], exact.covariance[i * d + j])
                result.append((drawn.covariance[i * d + j] - c) / ((a * b + c * c) / count).squareRoot())
            }
        }
        return result
    }
}
