import ConformanceCheckers
import GUDBases
import GUDCore
import Testing

/// Every built-in satisfies every law at every small size, and at the sizes of MNIST and CIFAR-10.
@Suite struct BasisLawTests {
    private static let shapes: [SampleShape] =
        (1...9).flatMap { height in
            (1...9).map { .image(height: height, width: $0, channels: 1 + (height + $0) % 3) }
        } + [.image(height: 28, width: 28, channels: 1), .image(height: 32, width: 32, channels: 3)]
        + [1, 2, 3, 5, 8, 13, 17, 64, 95, 96, 97, 100, 128, 509, 1000, 3072].map { .vector($0) }

    private func expectLaws(_ basis: any Basis, _ place: String, sourceLocation: SourceLocation = #_sourceLocation) {
        for finding in BasisLaws(basis).findings() where !finding.passed {
            Issue.record("\(place) of \(basis.shape): \(finding)", sourceLocation: sourceLocation)
        }
    }

    @Test("pixel", arguments: shapes) func pixel(shape: SampleShape) {
        expectLaws(PixelBasis(shape: shape), "pixel")
    }

    @Test("fourier", arguments: shapes) func fourier(shape: SampleShape) {
        expectLaws(FourierBasis(shape: shape), "fourier")
    }

    @Test("dct", arguments: shapes) func cosine(shape: SampleShape) {
        expectLaws(DCTBasis(shape: shape), "dct")
    }

    @Test("haar, at every level that the shape takes", arguments: shapes) func haar(shape: SampleShape) throws {
        let odd = shape.axes.prefix(2).contains { $0 % 2 == 1 }
        if odd {
            #expect(throws: BasisError.self) { try HaarBasis(shape: shape) }
            return
        }
        for levels in 1...shape.axes.prefix(2).map(\.trailingZeroBitCount).reduce(Int.max, min) {
            expectLaws(try HaarBasis(shape: shape, levels: levels), "haar, \(levels) levels")
        }
    }

    @Test("color", arguments: shapes.filter { $0.axes.count == 3 && $0.axes[2] > 1 })
    func color(shape: SampleShape) throws {
        if shape.axes[2] == 3 { expectLaws(try ColorBasis(opponent: shape), "opponent colours") }
        let samples = correlatedSamples(40, shape: shape)
        expectLaws(try ColorBasis(fitting: samples, shape: shape), "fitted colours")
    }

    @Test("pca, whole, truncated and per channel", arguments: shapes.filter { $0.dimension <= 200 })
    func principal(shape: SampleShape) throws {
        let samples = correlatedSamples(30, shape: shape)
        expectLaws(try PCABasis(fitting: samples, shape: shape), "pca")
        expectLaws(try PCABasis(fitting: samples, shape: shape, components: (shape.dimension + 1) / 2), "truncated pca")
        if shape.axes.count == 3 {
            let kept = (shape.axes[0] * shape.axes[1] + 1) / 2
            expectLaws(try PCABasis(fitting: samples, shape: shape, scope: .channel), "pca per channel")
            expectLaws(
                try PCABasis(fitting: samples, shape: shape, scope: .channel, components: kept),
                "truncated pca per channel")
        }
    }

    @Test("pca of 28×28×1 from fewer samples than dimensions")
    func principalWithFewSamples() throws {
        let shape = SampleShape.image(height: 28, width: 28, channels: 1)
        expectLaws(try PCABasis(fitting: correlatedSamples(100, shape: shape), shape: shape), "pca")
    }

    @Test("compositions")
    func compositions() throws {
        var registry = Registry()
        try BuiltInBases.register(in: &registry)
        let shape = SampleShape.image(height: 8, width: 4, channels: 3)
        let samples = correlatedSamples(50, shape: shape)
        let requests: [[ParameterValue]] = [
            [.string("haar")], [.string("color"), .string("haar")], [.string("haar"), .string("fourier")],
            [
                .table(["name": .string("color"), "transform": .string("fitted")]), .string("dct"),
                .table(["name": .string("pca"), "components": .integer(50)]),
            ],
        ]
        for of in requests {
            let factory = try registry.factory(.basis, named: "compose")
            let parameters = try factory.descriptor.schema.resolve(["of": .list(of)], at: "basis")
            let basis = try factory.make(
                parameters, BasisContext(shape: shape, fitting: samples, registry: registry))
            expectLaws(basis, "compose \(of)")
        }
    }
}

/// Smooth mean-free samples: a random walk along the sample plus noise, seed 5.
func correlatedSamples(_ count: Int, shape: SampleShape) -> [Float] {
    let noise = CounterNoise(seed: 5, purpose: .checking)
    var samples = noise.normals(samples: 0..<count, count: shape.dimension)
    for sample in 0..<count {
        for index in 1..<max(1, shape.dimension) where shape.dimension > 1 {
            samples[sample * shape.dimension + index] =
                0.9 * samples[sample * shape.dimension + index - 1]
                + 0.5 * samples[sample * shape.dimension + index]
        }
    }
    // Mean-free by pairs of opposite samples.
    return samples + samples.map { -$0 }
}
