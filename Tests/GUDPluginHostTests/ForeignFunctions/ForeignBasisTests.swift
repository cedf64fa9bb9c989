import ConformanceCheckers
import Foundation
import GUDBases
import GUDCore
import Testing

@testable import GUDPluginHost

/// Bases made of C functions: against GUD's own transforms, and under the laws that every basis satisfies.
@Suite(.enabled(if: CLibrary.canCompile, CLibrary.skipped)) struct ForeignBasisTests {
    private func expectLaws(_ basis: any Basis, sourceLocation: SourceLocation = #_sourceLocation) {
        for finding in BasisLaws(basis).findings() where !finding.passed {
            Issue.record("\(basis.shape): \(finding)", sourceLocation: sourceLocation)
        }
    }

    private func expectClose(
        _ a: [Float], _ b: [Float], _ tolerance: Float, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let largest = b.reduce(0) { max($0, $1.magnitude) }
        let worst = zip(a, b).reduce(Float(0)) { max($0, ($1.0 - $1.1).magnitude) }
        #expect(a.count == b.count && worst <= tolerance * largest, sourceLocation: sourceLocation)
    }

    private func expectEqual(
        _ basis: any Basis, _ oracle: any Basis, tolerance: Float = 1e-5,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let samples = CounterNoise(seed: 3, purpose: .checking).normals(samples: 0..<5, count: basis.dimension)
        expectClose(
            try basis.forward(samples), try oracle.forward(samples), tolerance, sourceLocation: sourceLocation)
        expectClose(
            try basis.inverse(samples), try oracle.inverse(samples), tolerance, sourceLocation: sourceLocation)
        #expect(basis.labels(.frequency) == oracle.labels(.frequency), sourceLocation: sourceLocation)
    }

    @Test("a plain C cosine transform equals the built-in one and satisfies the laws", arguments: [1, 2, 5, 16, 100])
    func plainCosine(count: Int) throws {
        let manifest = try ManifestFixture.manifest()
        try manifest.checkSamples()
        let basis = try manifest.makeBasis(shape: .vector(count))
        try expectEqual(basis, DCTBasis(shape: .vector(count)))
        expectLaws(basis)
    }

    @Test("the factory stands in a registry like any other")
    func registry() throws {
        let manifest = try ManifestFixture.manifest()
        var registry = Registry()
        try registry.register(manifest.factory(), as: .basis, provider: manifest.provider(hash: "ab"))
        #expect(try registry.entry("basis", named: "plain-dct").provider.description == "org.example.fixture 1.0.0")
        let factory = try registry.factory(.basis, named: "plain-dct")
        let context = BasisContext(shape: .vector(8), registry: registry)
        let basis = try factory.make(try factory.descriptor.schema.resolve([:], at: "basis"), context)
        try expectEqual(basis, DCTBasis(shape: .vector(8)))
    }

    @Test("functions in double, with direct buffers, with a status, through libffi and in place agree")
    func variants() throws {
        let cosine = ("dct_forward,", "dct_inverse,")
        let doubles = try ManifestFixture.manifest(
            (cosine.0, "dct_forward_double,"), (cosine.1, "dct_inverse_double,"),
            ("shape: vector", "shape: vector\n  elements: double"))
        let direct = try ManifestFixture.manifest(("shape: vector", "shape: vector\n  buffers: direct"))
        let status = try ManifestFixture.manifest(
            (cosine.0, "dct_forward_status, returns: int32, succeeds: zero,"),
            (cosine.1, "dct_inverse_status, returns: int32, succeeds: zero,"), ("size: count", "int32: count"))
        // A result that the direct calls do not know goes through libffi.
        let throughLibrary = try ManifestFixture.manifest(
            (cosine.0, "dct_forward_status, returns: uint32, succeeds: zero,"),
            (cosine.1, "dct_inverse_status, returns: uint32, succeeds: zero,"), ("size: count", "uint32: count"))
        let scaled = try ManifestFixture.manifest(
            (cosine.0, "dct_forward, scale: 1,"), (cosine.1, "dct_inverse, scale: 1,"), ("shape: vector", "shape: any"))
        for manifest in [doubles, direct, status, throughLibrary, scaled] {
            try manifest.checkSamples()
            let basis = try manifest.makeBasis(shape: .vector(16))
            try expectEqual(basis, DCTBasis(shape: .vector(16)))
            expectLaws(basis)
        }
    }

    @Test("an in-place Walsh–Hadamard transform with a scale and an exponent")
    func inPlace() throws {
        let manifest = try ManifestFixture.manifest(
            forward: "call: walsh, arguments: [buffer: inplace, int32: log2(count)], scale: 1/sqrt(count)",
            sample: "{shape: [4], input: [1, 2, 3, 5], output: [5.5, -1.5, -2.5, 0.5]}", shape: "any")
        try manifest.checkSamples()
        expectLaws(try manifest.makeBasis(shape: .vector(64)))
        expectLaws(try manifest.makeBasis(shape: .image(height: 4, width: 4, channels: 2)))
        let error = message(BasisError.self) { _ = try manifest.makeBasis(shape: .vector(12)) }
        #expect(
            error
                == "the basis cannot take samples of shape 12: its count must be a power of two, and is 12")
    }

    @Test("sixteen arguments of every kind arrive")
    func everyKind() throws {
        let arguments =
            "buffer: input, buffer: output, size: count, int32: -1, uint32: 4000000000, int64: -4000000000, uint64: 7, "
            + "float: 0.5, double: 0.25, pointer: null, int32: word, double: number, float: count, double: -2, uint32: flag, "
            + "int64: 3"
        let manifest = try ManifestFixture.manifest(
            forward: "call: sixteen, arguments: [\(arguments)]",
            lines: """
                  parameters:
                    word: {type: choice, values: {ten: 10, twenty: 20}, default: ten, documentation: A word.}
                    number: {type: number, default: 0.125, range: [0, 1], documentation: A number.}
                    flag: {type: boolean, default: true, documentation: A flag.}
                """)
        // −1 + 4e9 − 4e9 + 7 + 0.5 + 0.25 + 10 + 0.125 + 4 − 2 + 1 + 3
        let basis = try manifest.makeBasis(shape: .vector(4))
        #expect(try basis.forward([0, 1, 2, 3]) == [22.875, 23.875, 24.875, 25.875])
        let given: [String: ParameterValue] = ["word": .string("twenty"), "number": .number(0.5), "flag": .bool(false)]
        let other = try manifest.makeBasis(shape: .vector(4), parameters: given)
        #expect(try other.forward([0, 1, 2, 3]) == [32.25, 33.25, 34.25, 35.25])
        #expect(
            message(ParameterError.self) {
                _ = try manifest.makeBasis(shape: .vector(4), parameters: ["word": .string("ten ")])
            } == "basis.word: 'ten ' is not one of ten, twenty")
        #expect(
            message(ParameterError.self) {
                _ = try manifest.makeBasis(shape: .vector(4), parameters: ["number": .integer(3)])
            } == "basis.number: 3 is out of range; allowed: 0 to 1")
        #expect(
            message(ParameterError.self) {
                _ = try manifest.makeBasis(shape: .vector(4), parameters: ["flags": .bool(true)])
            } == "basis.flags: unknown key; did you mean 'flag'? known keys: flag, number, word")
    }

    @Test("calls keep to the declared concurrency", arguments: ["serial", "global"])
    func concurrency(kind: String) throws {
        let library = try CLibrary("transforms.c")
        let manifest = try ManifestFixture.manifest(
            forward: "call: watched_copy, arguments: [buffer: input, buffer: output, size: count]", concurrency: kind,
            library: library)
        // Of one object, or of two where the whole process counts.
        let one = try manifest.makeBasis(shape: .vector(4))
        let bases = kind == "serial" ? [one] : [one, try manifest.makeBasis(shape: .vector(4))]
        let most = try library.function("most_calls", as: (@convention(c) () -> Int32).self)
        let group = DispatchGroup()
        for index in 0..<8 {
            group.enter()
            Thread.detachNewThread {
                let samples = [Float](repeating: Float(index), count: 16)
                #expect((try? bases[index % bases.count].forward(samples)) == samples)
                group.leave()
            }
        }
        group.wait()
        // The two cases of this test run one after the other: the suite of the fixture's counter is serialised below.
        #expect(most() == 1)
    }

    @Test("opening a library built with -ffast-math leaves denormal numbers alone")
    func floatingPointEnvironment() throws {
        let library = try CLibrary("fast.c", flags: ["-ffast-math"])
        let text = ManifestFixture.text.replacing("./libtransforms.so", with: library.path)
            .replacing("dct_forward", with: "fast_copy").replacing("dct_inverse", with: "fast_copy")
        let manifest = try ForeignManifest(text: text, file: "f.plugin.yaml", directory: "/")
        _ = try manifest.makeBasis(shape: .vector(4))
        let smallest = [Float.leastNormalMagnitude].map { $0 * Float.random(in: 0.25...0.5) }
        #expect(smallest[0] > 0)
    }

    @Test("images of several channels are refused unless the functions are told")
    func channels() throws {
        let copy = "call: watched_copy, arguments: [buffer: input, buffer: output, size: count]"
        let manifest = try ManifestFixture.manifest(forward: copy, shape: "image")
        #expect(
            message(BasisError.self) { _ = try manifest.makeBasis(shape: .image(height: 2, width: 2, channels: 3)) }
                == "the basis cannot take samples of shape 2×2×3: it takes images of one channel; its functions are not told "
                + "of channels")
        #expect(
            message(BasisError.self) { _ = try manifest.makeBasis(shape: .vector(4)) }
                == "the basis cannot take samples of shape 4: it takes images")
        let vectors = try ManifestFixture.manifest(forward: copy)
        #expect(
            message(BasisError.self) { _ = try vectors.makeBasis(shape: .image(height: 2, width: 2, channels: 1)) }
                == "the basis cannot take samples of shape 2×2×1: it takes vectors")
    }
}
