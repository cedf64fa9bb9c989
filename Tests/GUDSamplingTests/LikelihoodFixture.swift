import Foundation
import GUDBases
import GUDCore
import GUDDenoisers
import GUDSchedules

@testable import GUDSampling

/// Correlated Gaussian images of 4×4 pixels, in any basis, with or without whitening.
struct GaussianImages {
    static let shape = SampleShape.image(height: 4, width: 4, channels: 1)
    static let width = 16
    let space: ComponentSpace
    let denoiser: GaussianDenoiser
    let data: [Float]

    /// Images and their space.
    init(basis name: String, whitened: Bool, count: Int) throws {
        let width = Self.width
        // A smooth field and a little white noise: x = μ + B g + 0.3 h.
        let field = (0..<width * width).map { index -> Double in
            let (a, b) = (index / width, index % width)
            let distance = Double((a / 4 - b / 4) * (a / 4 - b / 4) + (a % 4 - b % 4) * (a % 4 - b % 4))
            return 0.6 * exp(-0.5 * distance)
        }
        let normals = CounterNoise(seed: 5, purpose: .checking).normals(samples: 0..<count, count: 2 * width)
        let mean = (0..<width).map { Float(0.1 * Double($0) - 0.7) }
        data = (0..<count * width).map { index in
            let (row, i) = (index / width, index % width)
            let smooth = (0..<width).reduce(0.0) { $0 + field[i * width + $1] * Double(normals[row * 2 * width + $1]) }
            return mean[i] + Float(smooth + 0.3 * Double(normals[row * 2 * width + width + i]))
        }
        let covariance = (0..<width * width).map { index -> Double in
            let (a, b) = (index / width, index % width)
            return (0..<width).reduce(a == b ? 0.09 : 0) { $0 + field[a * width + $1] * field[b * width + $1] }
        }
        var registry = Registry()
        try BuiltInBases.register(in: &registry)
        let factory = try registry.factory(.basis, named: name)
        let basis = try factory.make(
            try factory.descriptor.schema.resolve([:], at: "basis"),
            BasisContext(shape: Self.shape, fitting: zip(data, 0...).map { $0 - mean[$1 % width] }, registry: registry))
        // Rows, then columns, of the covariance.
        func transformed(_ matrix: [Double]) throws -> [Double] {
            let rows = try basis.forward(matrix.map(Float.init))
            return (0..<width * width).map { Double(rows[$0 % width * width + $0 / width]) }
        }
        var components = try transformed(transformed(covariance))
        for a in 0..<width {
            for b in 0..<a { components[a * width + b] = components[b * width + a] }
        }
        let scale = (0..<width).map { whitened ? components[$0 * (width + 1)].squareRoot() : 1 }
        for index in components.indices { components[index] /= scale[index / width] * scale[index % width] }
        space = try ComponentSpace(
            basis: basis, mean: mean, scale: scale.map(Float.init),
            variances: (0..<width).map { components[$0 * (width + 1)] })
        denoiser = try GaussianDenoiser(covariance: .full(components), componentCount: width)
    }

    /// A schedule by name, in the order of the components.
    func schedule(_ name: String) throws -> any NoiseSchedule {
        let labels = (0..<Self.width).map(Double.init)
        func soft(_ steepness: Double, isClipped: Bool = false) throws -> any NoiseSchedule {
            try SoftSchedule(
                labels: labels, variances: space.variances, gammaDenoise: -7, gammaNoise: 14, steepness: steepness,
                clip: isClipped ? -7...14 : nil)
        }
        switch name {
        case "linear": return try LinearSchedule(componentCount: Self.width, gammaMin: -7, gammaMax: 14)
        case "softness inf": return try soft(0)
        case "softness 1": return try soft(1)
        case "softness 0.1": return try soft(10)
        default: return try soft(21, isClipped: true)
        }
    }

    func problem(_ schedule: any NoiseSchedule) -> LikelihoodProblem {
        LikelihoodProblem(denoiser: denoiser, schedule: schedule, space: space, data: data)
    }
}

/// The exact −log density of data, in nats, from the distribution of their components.
func exactNats(_ problem: LikelihoodProblem, _ denoiser: any ExactDenoiser, isClean: Bool) throws -> [Double] {
    let width = problem.componentCount
    let clean = try problem.space.components(of: problem.data).map(Double.init)
    let scales = problem.space.scale.reduce(0.0) { $0 + log(Double($1)) }
    if isClean {
        let far = NoisingState(
            time: 0, gamma: [Double](repeating: -100, count: width), gammaRate: [Double](repeating: 0, count: width))
        return try denoiser.logDensities(of: clean, states: .shared(far)).map { scales - $0 }
    }
    let state = try problem.schedule.state(at: 0)
    let volume = state.alpha.reduce(scales) { $0 - log($1) }
    let noised = clean.indices.map { state.alpha[$0 % width] * clean[$0] }
    return try denoiser.logDensities(of: noised, states: .shared(state)).map { volume - $0 }
}

/// Three correlated normal distributions in the plane, of mean 0, with the variances of the whole.
struct MixturePlane {
    let denoiser: MixtureDenoiser
    let space: ComponentSpace
    let data: [Float]

    init(count: Int) throws {
        let (weights, means) = ([0.5, 0.3, 0.2], [0.82, -0.21, -1.18, 1.09, -0.28, -1.11])
        let factors = [[0.4, 0, 0.1, 0.3], [0.3, 0, -0.2, 0.3], [0.25, 0, 0.1, 0.5]]
        let covariances = factors.map { l in
            [l[0] * l[0], l[0] * l[2], l[0] * l[2], l[2] * l[2] + l[3] * l[3]]
        }
        denoiser = MixtureDenoiser(
            try NormalMixture(
                weights: weights, means: means, covariances: covariances.map(Covariance.full), componentCount: 2))
        let variances = (0..<2).map { i in
            let mean = (0..<3).reduce(0) { $0 + weights[$1] * means[2 * $1 + i] }
            return (0..<3).reduce(-mean * mean) {
                $0 + weights[$1] * (covariances[$1][3 * i] + means[2 * $1 + i] * means[2 * $1 + i])
            }
        }
        space = try ComponentSpace(
            basis: PixelBasis(shape: .vector(2)), mean: [0, 0], scale: [1, 1], variances: variances)
        let noise = CounterNoise(seed: 3, purpose: .checking)
        let normals = noise.normals(samples: 0..<count, count: 2)
        data = (0..<count).flatMap { row -> [Float] in
            let u = noise.uniform(sample: row, step: 1)
            let k = u < 0.5 ? 0 : u < 0.8 ? 1 : 2
            let (a, b, l) = (Double(normals[2 * row]), Double(normals[2 * row + 1]), factors[k])
            return [Float(means[2 * k] + l[0] * a), Float(means[2 * k + 1] + l[2] * a + l[3] * b)]
        }
    }

    func problem(_ schedule: any NoiseSchedule) -> LikelihoodProblem {
        LikelihoodProblem(denoiser: denoiser, schedule: schedule, space: space, data: data)
    }

    /// Linear, soft and hard paths between the same end points.
    static func path(_ name: String) -> any NoiseSchedule {
        switch name {
        case "scalar": FormulaSchedule.scalar(from: -8, to: 12, count: 2)
        case "soft": FormulaSchedule.linear(from: [-13, -8], to: [12, 17], clip: -8...12)
        default: FormulaSchedule.linear(from: [-28, -8], to: [12, 32], clip: -8...12)
        }
    }
}
