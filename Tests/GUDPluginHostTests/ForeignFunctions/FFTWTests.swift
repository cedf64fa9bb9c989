import ConformanceCheckers
import GUDBases
import GUDCore
import Testing

@testable import GUDPluginHost

/// Whether the library is there that the user supplies.
private let isInstalled = (try? ForeignLibrary(path: "libfftw3f.so.3", install: nil)) != nil

/// FFTW by manifest against GUD's own cosine transform, and the scale rules for its conventions.
@Suite(.enabled(if: isInstalled, "libfftw3f.so.3 is not installed (apt-get install libfftw3-single3)"))
struct FFTWTests {
    private func expectLaws(_ basis: any Basis, sourceLocation: SourceLocation = #_sourceLocation) {
        for finding in BasisLaws(basis).findings() where !finding.passed {
            Issue.record("\(basis.shape): \(finding)", sourceLocation: sourceLocation)
        }
    }

    @Test(
        "the manifest's basis is the built-in cosine transform, to 1e-5",
        arguments: [(8, 8), (28, 28), (5, 3), (1, 7), (6, 1)])
    func cosine(height: Int, width: Int) throws {
        let manifest = try ForeignManifest(contentsOf: "\(packageRoot)/Plugins/FFTW/fftw.plugin.yaml")
        try manifest.checkSamples()
        let shape = SampleShape.image(height: height, width: width, channels: 1)
        let (basis, oracle) = (try manifest.makeBasis(shape: shape), DCTBasis(shape: shape))
        let samples = CounterNoise(seed: 4, purpose: .checking).normals(samples: 0..<64, count: shape.dimension)
        for (got, expected) in [
            (try basis.forward(samples), try oracle.forward(samples)),
            (try basis.inverse(samples), try oracle.inverse(samples)),
        ] {
            let largest = expected.reduce(0) { max($0, $1.magnitude) }
            let worst = zip(got, expected).reduce(Float(0)) { max($0, ($1.0 - $1.1).magnitude) }
            #expect(worst <= 1e-5 * largest)
        }
        #expect(basis.labels(.frequency) == oracle.labels(.frequency))
        expectLaws(basis)
    }

    @Test(
        "half-complex Fourier components of vectors are orthonormal by the rules r2hc and hc2r",
        arguments: [1, 2, 7, 8, 30])
    func halfComplex(count: Int) throws {
        func plan(_ kind: Int, _ name: String) -> String {
            "{call: fftwf_plan_r2r_1d, arguments: [int32: count, buffer: input, buffer: output, int32: \(kind), uint32: 64], "
                + "returns: pointer, save: \(name)}"
        }
        let text = """
            plugin: org.example.fftw
            version: 1.0.0
            library: libfftw3f.so.3
            basis:
              name: half-complex
              summary: Half-complex Fourier components.
              shape: vector
              concurrency: concurrent
              labels: {frequency: periodic}
              setup: [\(plan(0, "ahead")), \(plan(1, "back"))]
              forward: {call: fftwf_execute_r2r, arguments: [pointer: ahead, buffer: input, buffer: output], scale: r2hc}
              inverse: {call: fftwf_execute_r2r, arguments: [pointer: back, buffer: input, buffer: output], scale: hc2r}
              teardown:
                - {call: fftwf_destroy_plan, arguments: [pointer: ahead]}
                - {call: fftwf_destroy_plan, arguments: [pointer: back]}
              samples:
                # r0/2, √(1/2) r1, r2/2, √(1/2) i1 of the discrete Fourier transform 10, −2 + 2i, −2
                - {shape: [4], input: [1, 2, 3, 4], output: [5, -1.4142135, -1, 1.4142135]}
            """
        let manifest = try ForeignManifest(text: text, file: "half-complex", directory: "/")
        try manifest.checkSamples()
        let basis = try manifest.makeBasis(shape: .vector(count))
        expectLaws(basis)
        #expect(basis.labels(.frequency) == (0..<count).map { Double(min($0, count - $0)) })
    }
}
