import Foundation
import GUDCore
import Synchronization
import Testing

@testable import GUDSampling

/// The flow asks a denoiser that can for many products at once, and finds the same.
struct SeveralCotangentsTests {
    /// A denoiser that answers for many directions, one after the other, and counts how often it was asked.
    private final class Several: MultipleCotangentDenoiser {
        let inner: any DifferentiableDenoiser
        let requests = Mutex(0)
        init(_ inner: any DifferentiableDenoiser) { self.inner = inner }
        var componentCount: Int { inner.componentCount }
        var embeddingWidth: Int { inner.embeddingWidth }

        func predictNoise(
            in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
        ) throws(DenoiserError) {
            try inner.predictNoise(in: noised, states: states, embeddings: embeddings, into: &noise)
        }

        func pullBack(
            _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
            noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
        ) throws(DenoiserError) {
            throw .failed(reason: "one product was asked for where many can be had")
        }

        func pullBack(
            _ cotangents: Span<Float>, directions: Int, through noised: Span<Float>, states: NoisingStates,
            embeddings: Embeddings?, noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
        ) throws(DenoiserError) {
            requests.withLock { $0 += 1 }
            for start in stride(from: 0, to: products.count, by: noised.count) {
                var part = [Float](repeating: 0, count: noised.count)
                var span = part.mutableSpan
                try inner.pullBack(
                    cotangents.extracting(start..<start + noised.count), through: noised, states: states,
                    embeddings: embeddings, noise: &noise, into: &span)
                for index in part.indices { products[start + index] = part[index] }
            }
        }
    }

    @Test(
        "rates of the flow equal those by single products, with one request for all",
        arguments: [FlowTrace.exact, .hutchinson(probes: 1), .hutchinson(probes: 7)], ["scalar", "soft", "hard"])
    func rates(trace: FlowTrace, path: String) throws {
        let plane = try MixturePlane(count: 5)
        let schedule = MixturePlane.path(path)
        let several = Several(plane.denoiser)
        var together = FlowField(several, schedule, samples: 10..<15, trace: trace, seed: 3)
        var single = FlowField(plane.denoiser, schedule, samples: 10..<15, trace: trace, seed: 3)
        let state = plane.data.map(Double.init) + [Double](repeating: 0, count: 10)
        var (rate, expected) = (state, state)
        for time in [0.1, 0.45, 0.8] {
            try together.rate(of: state, at: time, into: &rate)
            try single.rate(of: state, at: time, into: &expected)
            #expect(rate == expected)
        }
        #expect(together.products == single.products)
        #expect(several.requests.withLock { $0 } == together.evaluations)
    }

    @Test("without the ability, per-sample states and embeddings are repeated with their samples")
    func repeatedStates() throws {
        let plane = try MixturePlane(count: 3)
        let states = NoisingStates.perSample(
            [-2.0, 0, 3].map { NoisingState(time: 0.5, gamma: [$0, $0 + 1], gammaRate: [1, 1]) })
        let cotangents = CounterNoise(seed: 8, purpose: .checking).normals(samples: 0..<12, count: 2)
        let found = try plane.denoiser.pullBack(cotangents, directions: 4, through: plane.data, states: states)
        let expected = try Several(plane.denoiser).pullBack(
            cotangents, directions: 4, through: plane.data, states: states)
        #expect(found.noise == expected.noise)
        #expect(found.products == expected.products)
        #expect(throws: DenoiserError.count(24, expected: 18, what: "the cotangents")) {
            try plane.denoiser.pullBack(cotangents, directions: 3, through: plane.data, states: states)
        }
    }
}
