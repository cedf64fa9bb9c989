import ConformanceCheckers
import Daubechies
import GUDPluginKit
import Testing

@Suite("daubechies4")
struct Daubechies4Tests {
    @Test("The filter is Daubechies' of 1988, table 1: two moments vanish, and it is orthonormal to its own shifts")
    func filter() {
        let h = Daubechies4Basis.lowPass
        let published = [0.482962913145, 0.836516303738, 0.224143868042, -0.129409522551]
        for (own, printed) in zip(h, published) { #expect(abs(own - printed) < 1e-12) }
        #expect(abs(h.reduce(0, +) - 2.0.squareRoot()) < 1e-15)
        #expect(abs(h.reduce(0) { $0 + $1 * $1 } - 1) < 1e-15)
        #expect(abs(h[0] * h[2] + h[1] * h[3]) < 1e-15)
        let g = [h[3], -h[2], h[1], -h[0]]
        #expect(abs(g.reduce(0, +)) < 1e-15)
        #expect(abs(g[1] + 2 * g[2] + 3 * g[3]) < 1e-15)
    }

    @Test("PyWavelets finds the same components", arguments: Golden.all)
    func golden(_ golden: Golden) throws {
        let shape: SampleShape =
            golden.isImage
            ? .image(height: golden.height, width: golden.width, channels: 1) : .vector(golden.width)
        let basis = try Daubechies4Basis(shape: shape, levels: golden.levels)
        let components = try basis.forward(golden.sample)
        for (own, theirs) in zip(components, golden.coefficients) { #expect(abs(own - theirs) < 1e-5) }
        for (back, value) in zip(try basis.inverse(golden.coefficients), golden.sample) {
            #expect(abs(back - value) < 1e-5)
        }
    }

    @Test("The details of a ramp are 0 except where it wraps around, and those of a parabola are not")
    func moments() throws {
        let basis = try Daubechies4Basis(shape: .vector(32), levels: 1)
        let ramp = try basis.forward((0..<32).map { 5 + 3 * Float($0) })
        let parabola = try basis.forward((0..<32).map { Float($0 * $0) })
        for k in 17..<31 {
            #expect(abs(ramp[k]) < 1e-4)
            #expect(abs(parabola[k]) > 0.5)
        }
        #expect(abs(ramp[16]) > 1 && abs(ramp[31]) > 1)
    }

    @Test("Channels do not mix, and each is transformed as if it were alone")
    func channels() throws {
        let one = try Daubechies4Basis(shape: .image(height: 4, width: 8, channels: 1))
        let three = try Daubechies4Basis(shape: .image(height: 4, width: 8, channels: 3))
        let sample = (0..<96).map { Float(($0 * 37) % 19) - 9 }
        let together = try three.forward(sample)
        for channel in 0..<3 {
            let alone = try one.forward((0..<32).map { sample[$0 * 3 + channel] })
            #expect((0..<32).map { together[$0 * 3 + channel] } == alone)
        }
    }

    @Test(
        "It obeys the laws of every basis",
        arguments: [
            SampleShape.vector(2), .vector(4), .vector(24), .image(height: 2, width: 2, channels: 1),
            .image(height: 8, width: 8, channels: 1), .image(height: 4, width: 16, channels: 3),
        ])
    func laws(shape: SampleShape) throws {
        let findings = BasisLaws(try Daubechies4Basis(shape: shape)).findings()
        for finding in findings { #expect(finding.passed, "\(finding)") }
    }

    @Test("A shape that it cannot take is named, with the remedy")
    func shapes() throws {
        #expect(
            throws: BasisError.unsupportedShape(
                .vector(7),
                reason: "no wavelet level halves an odd axis; pad it to an even length, or take dct or fourier")
        ) { try Daubechies4Basis(shape: .vector(7)) }
        let shape = SampleShape.image(height: 4, width: 8, channels: 1)
        #expect(
            throws: BasisError.unsupportedShape(
                shape, reason: "3 wavelet levels call for axes that are multiples of 2^3; it takes at most 2")
        ) { try Daubechies4Basis(shape: shape, levels: 3) }
        #expect(try Daubechies4Basis(shape: shape).levels == 2)
        #expect(try Daubechies4Basis(shape: .vector(64)).levels == 3)
    }

    @Test("Labels follow Mallat's layout")
    func labels() throws {
        let basis = try Daubechies4Basis(shape: .vector(8), levels: 2)
        #expect(basis.labels(.level) == [0, 0, 1, 1, 2, 2, 2, 2])
        #expect(basis.labels(.column) == [0, 4, 0, 4, 0, 2, 4, 6])
        #expect(basis.labels(.row) == nil)
        #expect(basis.labels(.frequency) == nil)
        let image = try Daubechies4Basis(shape: .image(height: 4, width: 4, channels: 1), levels: 1)
        #expect(image.labels(.level) == [0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])
        #expect(image.labels(.row) == [0, 0, 0, 0, 2, 2, 2, 2, 0, 0, 0, 0, 2, 2, 2, 2])
    }
}
