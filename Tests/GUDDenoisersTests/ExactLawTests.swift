import ConformanceCheckers
import GUDCore
import GUDDenoisers
import Testing

/// The exact denoisers obey the laws of denoisers, and the laws notice what breaks them.
@Suite struct ExactLawTests {
    private static let seed: UInt64 = 5

    /// A covariance of condition number about 100, from known eigenvalues in a random frame.
    static func covariance(_ width: Int, seed: UInt64 = seed) -> [Double] {
        let noise = CounterNoise(seed: seed, purpose: .synthesis)
        let factor = noise.normals(samples: 0..<width, count: width).map(Double.init)
        return (0..<width * width).map { index in
            let (i, j) = (index / width, index % width)
            let product = (0..<width).reduce(0) { $0 + factor[i * width + $1] * factor[j * width + $1] }
            return product / Double(width) + (i == j ? 0.05 : 0)
        }
    }

    static func mixture(_ width: Int, components: Int, diagonal: Bool = false) throws -> MixtureDenoiser {
        let means = CounterNoise(seed: 9, purpose: .synthesis).normals(samples: 0..<components, count: width)
        return MixtureDenoiser(
            try NormalMixture(
                weights: (0..<components).map { 2 * Double($0 + 1) / Double(components * (components + 1)) },
                means: means.map(Double.init),
                covariances: (0..<components).map { k in
                    diagonal
                        ? .diagonal((0..<width).map { 0.1 + Double(($0 + k) % 3) })
                        : .full(covariance(width, seed: UInt64(k)))
                }, componentCount: width))
    }

    @Test("Gaussian and mixture obey all laws, in every bit", arguments: [1, 2, 5, 17])
    func laws(_ width: Int) throws {
        let gaussian = try GaussianDenoiser(covariance: .full(Self.covariance(width)), componentCount: width)
        let denoisers: [any Denoiser] = [
            gaussian,
            try GaussianDenoiser(covariance: .diagonal((0..<width).map { Double($0) }), componentCount: width),
            try Self.mixture(width, components: 3), try Self.mixture(width, components: 4, diagonal: true),
        ]
        for denoiser in denoisers {
            let findings = DenoiserLaws(denoiser, seed: Self.seed).findings()
            #expect(findings.count == 9)
            for finding in findings { #expect(finding.passed, "width \(width): \(finding)") }
        }
    }

    @Test("a mixture of one is the Gaussian, and equal parts mix to one of them") func oracle() throws {
        let covariance = Covariance.full(Self.covariance(6))
        let gaussian = try GaussianDenoiser(covariance: covariance, componentCount: 6)
        for components in [1, 2, 5] {
            let mixture = MixtureDenoiser(
                try NormalMixture(
                    weights: [Double](repeating: 1 / Double(components), count: components),
                    means: [Double](repeating: 0, count: 6 * components),
                    covariances: [Covariance](repeating: covariance, count: components), componentCount: 6))
            let findings = DenoiserLaws(mixture, oracle: (gaussian, 1e-6), seed: Self.seed).findings()
            #expect(findings.contains { $0.law == "ε̂ agrees with the oracle" && $0.passed })
        }
    }

    /// A Gaussian denoiser that goes wrong in a way of its choice.
    private struct Broken: MultipleCotangentDenoiser {
        enum Fault { case none, batch, gap, derivative, argument, order, directions }
        let inner: GaussianDenoiser
        let fault: Fault
        var componentCount: Int { inner.componentCount }
        var embeddingWidth: Int { 0 }

        func predictNoise(
            in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
        ) throws(DenoiserError) {
            try inner.predictNoise(
                in: noised, states: states, embeddings: fault == .argument ? nil : embeddings, into: &noise)
            guard noise.count > 0 else { return }
            if fault == .batch { noise[0] += Float(noise.count) * 1e-3 }
            if fault == .gap { noise[noise.count - 1] = .nan }
        }

        func pullBack(
            _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
            noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
        ) throws(DenoiserError) {
            try inner.pullBack(
                cotangents, through: noised, states: states, embeddings: embeddings, noise: &noise, into: &products)
            for index in 0..<products.count where fault == .derivative { products[index] *= 1.5 }
        }

        func pullBack(
            _ cotangents: Span<Float>, directions: Int, through noised: Span<Float>, states: NoisingStates,
            embeddings: Embeddings?, noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
        ) throws(DenoiserError) {
            if fault != .directions {
                _ = try batchCount(
                    noised: noised.count, noise: noise.count, cotangents: cotangents.count, products: products.count,
                    directions: directions, states: states, embeddings: embeddings)
            }
            let size = noised.count
            let count = products.count / size
            for direction in 0..<count {
                let from = (fault == .order ? count - 1 - direction : direction) * size
                var part = [Float](repeating: 0, count: size)
                var span = part.mutableSpan
                try pullBack(
                    cotangents.extracting(from..<from + size), through: noised, states: states, embeddings: embeddings,
                    noise: &noise, into: &span)
                for index in 0..<size { products[direction * size + index] = part[index] }
            }
        }
    }

    @Test("the laws notice each fault, and no other") func teeth() throws {
        let inner = try GaussianDenoiser(covariance: .full(Self.covariance(4)), componentCount: 4)
        func broken(_ fault: Broken.Fault) -> [String] {
            DenoiserLaws(Broken(inner: inner, fault: fault)).findings().filter { !$0.passed }.map(\.law)
        }
        #expect(broken(.none) == [])
        #expect(broken(.order) == ["several cotangents give what each gives alone"])
        #expect(broken(.directions) == ["cotangents of another number of directions are errors"])
        #expect(broken(.derivative) == ["the pull-back is the derivative of ε̂"])
        #expect(broken(.argument) == ["buffers, states and embeddings of another size are errors"])
        #expect(broken(.batch).contains("a sample's ε̂ does not depend on its batch"))
        #expect(broken(.gap).contains("every component of ε̂ is written and finite"))
    }
}
