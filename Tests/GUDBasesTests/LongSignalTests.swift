import Foundation
import GUDBases
import GUDCore
import Testing

/// The fast transforms of long vectors against the defining sums in Double.
@Suite struct LongSignalTests {
    private static let lengths = [95, 96, 97, 101, 128, 135, 243, 509, 1000, 1024, 2017]

    /// A signal of standard normals, seed 7.
    private static func signal(_ length: Int) -> [Float] {
        CounterNoise(seed: 7, purpose: .checking).normals(samples: 0..<1, count: length)
    }

    @Test("fourier", arguments: lengths) func fourier(length: Int) throws {
        let signal = Self.signal(length)
        let expected = (0..<length).map { row in
            let k = min(row, length - row)
            let isSingle = 2 * k % length == 0
            let sum = signal.indices.reduce(0.0) { sum, j in
                let phase = -2 * Double.pi * Double(j * k % length) / Double(length)
                return sum + Double(signal[j]) * (row == k ? cos(phase) : sin(phase))
            }
            return sum * (Double(isSingle ? 1 : 2) / Double(length)).squareRoot()
        }
        let basis = FourierBasis(shape: .vector(length))
        expectClose(try basis.forward(signal), expected, relative: 2e-6, place: "\(length)")
        expectClose(
            try basis.inverse(expected.map { Float($0) }), signal.map(Double.init), relative: 2e-6,
            place: "\(length), inverse")
    }

    @Test("dct", arguments: lengths) func cosine(length: Int) throws {
        let signal = Self.signal(length)
        let expected = (0..<length).map { k in
            let sum = signal.indices.reduce(0.0) { sum, j in
                let phase = Double.pi * Double(k * (2 * j + 1) % (4 * length)) / Double(2 * length)
                return sum + Double(signal[j]) * cos(phase)
            }
            return sum * (Double(k == 0 ? 1 : 2) / Double(length)).squareRoot()
        }
        let basis = DCTBasis(shape: .vector(length))
        expectClose(try basis.forward(signal), expected, relative: 2e-6, place: "\(length)")
        expectClose(
            try basis.inverse(expected.map { Float($0) }), signal.map(Double.init), relative: 2e-6,
            place: "\(length), inverse")
    }
}
