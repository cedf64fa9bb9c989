import Foundation
import GUDBases
import GUDCore
import GUDDenoisers
import GUDSchedules
import Testing

@testable import GUDSampling

/// The hard limit of soft conditioning is autoregression: the chain rule of probability, level by level.
struct AutoregressionTests {
    private static let width = 8
    private static let mean = [0.4, -0.3, 0.2, 0.1, -0.5, 0.3, 0, -0.2]

    /// A covariance of condition number near 30, with strong correlations between neighbours.
    private static let covariance: [Double] = (0..<width * width).map { index in
        let (i, j) = (index / width, index % width)
        let scale = { (k: Int) in 0.6 + 0.1 * Double(k) }
        return scale(i) * scale(j) * (pow(0.7, Double(abs(i - j))) + (i == j ? 0.1 : 0))
    }

    /// Levels of equally many components, one exactly after the other.
    ///
    /// - Parameter noise: γ at t = 1; the matched prior, of mean 0, is off by what is left of the data's mean there.
    private static func schedule(levels: Int, noise: Double) throws -> SoftSchedule {
        let range = noise + 12
        let labels = (0..<width).map { range * Double($0 * levels / width) / Double(levels - 1) }
        return try SoftSchedule(
            labels: labels, variances: (0..<width).map { covariance[$0 * (width + 1)] }, gammaDenoise: -12,
            gammaNoise: noise, steepness: SoftSchedule.largestSteepness(labels: labels, range: range),
            clip: -12...noise)
    }

    /// `p(x) = Π_k p(x_k | x_<k)` of a normal distribution: every factor by a Cholesky decomposition of its own.
    private struct ChainRule {
        /// The mean of a level given those before is `m_k + W_k (x_<k − m_<k)`.
        struct Level {
            let components: Range<Int>
            /// W_k, one row per component.
            let weights: [[Double]]
            /// The factor of the conditional covariance.
            let factor: [[Double]]
        }

        let levels: [Level]

        init(_ covariance: [Double], levels count: Int) {
            let width = AutoregressionTests.width
            func block(_ rows: Range<Int>, _ columns: Range<Int>) -> [[Double]] {
                rows.map { row in columns.map { covariance[row * width + $0] } }
            }
            levels = (0..<count).map { level in
                let own = level * width / count..<(level + 1) * width / count
                let before = 0..<own.lowerBound
                let lower = Self.cholesky(block(before, before))
                // W Σ_<< = Σ_k<, row by row.
                let weights = block(own, before).map { Self.backward(lower, Self.forward(lower, $0)) }
                var conditional = block(own, own)
                for i in own.indices {
                    for j in own.indices {
                        let (row, column) = (i - own.lowerBound, j - own.lowerBound)
                        conditional[row][column] -= before.reduce(0) {
                            $0 + weights[row][$1] * covariance[$1 * width + j]
                        }
                    }
                }
                return Level(components: own, weights: weights, factor: Self.cholesky(conditional))
            }
        }

        /// The covariance that the product of the factors has, level after level.
        var covariance: [[Double]] {
            var result: [[Double]] = []
            for level in levels {
                let before = result
                let cross = level.weights.map { row in
                    before.indices.map { column in row.indices.reduce(0) { $0 + row[$1] * before[$1][column] } }
                }
                for index in before.indices { result[index] += cross.map { $0[index] } }
                for (row, line) in cross.enumerated() {
                    let own = cross.indices.map { column -> Double in
                        let explained = level.weights[column].indices.reduce(0) {
                            $0 + line[$1] * level.weights[column][$1]
                        }
                        return cross.indices.reduce(explained) { $0 + level.factor[row][$1] * level.factor[column][$1] }
                    }
                    result.append(line + own)
                }
            }
            return result
        }

        /// A sample, from standard normals.
        func draw(_ normals: ArraySlice<Float>) -> [Double] {
            var x: [Double] = []
            for level in levels {
                let own = level.components.enumerated().map { row, component in
                    let drawn = (0...row).reduce(AutoregressionTests.mean[component]) {
                        $0 + level.factor[row][$1]
                            * Double(normals[normals.startIndex + level.components.lowerBound + $1])
                    }
                    return level.weights[row].indices.reduce(drawn) {
                        $0 + level.weights[row][$1] * (x[$1] - AutoregressionTests.mean[$1])
                    }
                }
                x += own
            }
            return x
        }

        /// −log of every factor at a point.
        func nats(_ x: [Double]) -> [Double] {
            let centred = zip(x, AutoregressionTests.mean).map(-)
            return levels.map { level in
                let rest = level.components.enumerated().map { row, component in
                    level.weights[row].indices.reduce(centred[component]) {
                        $0 - level.weights[row][$1] * centred[$1]
                    }
                }
                let white = Self.forward(level.factor, rest)
                return white.indices.reduce(0) {
                    $0 + 0.5 * white[$1] * white[$1] + log(level.factor[$1][$1]) + 0.5 * log(2 * Double.pi)
                }
            }
        }

        private static func cholesky(_ matrix: [[Double]]) -> [[Double]] {
            var lower = matrix.map { $0.map { _ in 0.0 } }
            for i in matrix.indices {
                for j in 0...i {
                    let rest = (0..<j).reduce(matrix[i][j]) { $0 - lower[i][$1] * lower[j][$1] }
                    lower[i][j] = i == j ? rest.squareRoot() : rest / lower[j][j]
                }
            }
            return lower
        }

        /// `L⁻¹ b`.
        private static func forward(_ lower: [[Double]], _ b: [Double]) -> [Double] {
            var x = b
            for i in x.indices { x[i] = (0..<i).reduce(b[i]) { $0 - lower[i][$1] * x[$1] } / lower[i][i] }
            return x
        }

        /// `L⁻ᵀ b`.
        private static func backward(_ lower: [[Double]], _ b: [Double]) -> [Double] {
            var x = b
            for i in x.indices.reversed() {
                x[i] = (i + 1..<max(x.count, i + 1)).reduce(b[i]) { $0 - lower[$1][i] * x[$1] } / lower[i][i]
            }
            return x
        }
    }

    private static func denoiser() throws -> GaussianDenoiser {
        try GaussianDenoiser(covariance: .full(covariance), mean: mean, componentCount: width)
    }

    @Test(
        "mean and covariance of 10,000 samples are those of the chain rule within 4 standard errors",
        arguments: [2, 4, 8])
    func samples(levels: Int) throws {
        let (width, count, seed) = (Self.width, 10_000, UInt64(13))
        let chain = ChainRule(Self.covariance, levels: levels).covariance
        let problem = SamplingProblem(
            denoiser: try Self.denoiser(), schedule: try Self.schedule(levels: levels, noise: 12),
            variances: (0..<width).map { Self.covariance[$0 * (width + 1)] }, samples: 0..<count, seed: seed,
            batchSize: 500)
        let samples = try DPMSolverPlusPlus3M(grid: .uniform(steps: 128)).sample(problem)
        var worst = (score: 0.0, what: "")
        func note(_ found: Double, _ expected: Double, error: Double, _ what: String) {
            let score = abs(found - expected) / error
            if score > worst.score { worst = (score, "\(what) is \(found), expected \(expected) ± \(error)") }
        }
        let centred = samples.indices.map { Double(samples[$0]) - Self.mean[$0 % width] }
        for i in 0..<width {
            let mean = stride(from: i, to: centred.count, by: width).reduce(0) { $0 + centred[$1] } / Double(count)
            note(
                mean, 0, error: (chain[i][i] / Double(count)).squareRoot(),
                "the mean of component \(i), less what it is")
            for j in 0...i {
                let moment = (0..<count).reduce(0) { $0 + centred[$1 * width + i] * centred[$1 * width + j] }
                let spread = chain[i][i] * chain[j][j] + chain[i][j] * chain[i][j]
                note(
                    moment / Double(count), chain[i][j], error: (spread / Double(count)).squareRoot(),
                    "the covariance of components \(i) and \(j)")
            }
        }
        print(
            "seed \(seed), \(levels) levels: the worst of 44 numbers is off by \(worst.score) standard errors; \(worst.what)"
        )
        #expect(worst.score < 4, "\(worst.what)")
    }

    @Test("the likelihood of each level given those before is that of the chain rule", arguments: [2, 4, 8])
    func likelihood(levels: Int) throws {
        let (width, count) = (Self.width, 40)
        let schedule = try Self.schedule(levels: levels, noise: 18)
        let space = try ComponentSpace(
            basis: PixelBasis(shape: .vector(width)), mean: [Float](repeating: 0, count: width),
            scale: [Float](repeating: 1, count: width), variances: (0..<width).map { Self.covariance[$0 * (width + 1)] }
        )
        let normals = CounterNoise(seed: 12, purpose: .checking).normals(samples: 0..<count, count: width)
        let model = ChainRule(Self.covariance, levels: levels)
        let data = (0..<count).flatMap { row in
            model.draw(normals[row * width..<(row + 1) * width]).map(Float.init)
        }
        // What the flow is a model of still carries the noise of t = 0.
        let noise = try schedule.gamma(at: 0).map { 1 / NoisingState.signalToNoise($0) }
        let chain = ChainRule(
            Self.covariance.indices.map {
                Self.covariance[$0] + ($0 / width == $0 % width ? noise[$0 % width] : 0)
            }, levels: levels)
        let report = try ProbabilityFlowLikelihood(trace: .exact, stepping: .adaptive(rtol: 1e-6, atol: 1e-6))
            .measure(
                LikelihoodProblem(denoiser: try Self.denoiser(), schedule: schedule, space: space, data: data))
        var worst = 0.0
        for row in 0..<count {
            let expected = chain.nats((0..<width).map { Double(data[row * width + $0]) })
            for (level, nats) in zip(chain.levels, expected) {
                let found = level.components.reduce(0.0) { $0 + Double(report.componentNats[row * width + $1]) }
                worst = max(worst, abs(found - nats))
            }
            #expect(abs(report.nats[row] - expected.reduce(0, +)) < 2e-3)
        }
        print("\(levels) levels: a level's likelihood is off by \(worst) nats at most")
        #expect(worst < 2e-3)
    }
}
