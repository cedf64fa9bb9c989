import Foundation
import GUDCore
import Testing

@testable import GUDEvaluation

/// Power by band, against numpy (`Tests/Reference/quality.py`) and closed forms.
struct SpectrumTests {
    @Test("Bands are grouped by label, and powers, decibels and errors agree with numpy")
    func reference() throws {
        let bands = try spectrum(
            of: Samples(ReferenceSets.a, dimension: 3), against: Samples(ReferenceSets.b, dimension: 3),
            labels: [4, 9, 4])
        #expect(bands.map(\.label) == [4, 9] && bands.map(\.componentCount) == [2, 1])
        let expected: [(Double, Double, Double, Double)] = [
            (0.637843245701392, 0.8480534088070317, -1.2370924314388914, 0.6128175180141308),
            (0.57458299313655, 0.8413636570893516, -1.6563098129988962, 0.7200053171389019),
        ]
        for (band, (power, reference, decibels, error)) in zip(bands, expected) {
            #expect(abs(band.power - power) < 1e-6 && abs(band.referencePower - reference) < 1e-6)
            #expect(abs((band.decibels ?? .nan) - decibels) < 1e-5)
            #expect(abs((band.decibelsError ?? .nan) - error) < 1e-5)
        }
    }

    @Test("Twice the contrast is 6.02 dB in every band; a band that nothing visits has no ratio")
    func contrast() throws {
        var values = CounterNoise(seed: 8, purpose: .checking).normals(samples: 0..<500, count: 4)
        for sample in 0..<500 { values[4 * sample + 3] = 0 }
        let reference = try Samples(values, dimension: 4)
        let mean = (0..<4).map { c in (0..<500).reduce(0) { $0 + Double(values[4 * $1 + c]) } / 500 }
        let doubled = values.indices.map { Float(2 * (Double(values[$0]) - mean[$0 % 4]) + mean[$0 % 4]) }
        let bands = try spectrum(of: Samples(doubled, dimension: 4), against: reference, labels: [0, 1, 1, 2])
        #expect(bands.prefix(2).allSatisfy { abs(($0.decibels ?? .nan) - 20 * log10(2)) < 1e-4 })
        #expect(bands[2].decibels == nil && bands[2].decibelsError == nil)
    }

    @Test("Labels must name every component")
    func errors() throws {
        let samples = try Samples([1, 2, 3, 4], dimension: 2)
        #expect(throws: EvaluationError.dimensions(3, 2)) {
            try spectrum(of: samples, against: samples, labels: [0, 0, 1])
        }
    }
}
