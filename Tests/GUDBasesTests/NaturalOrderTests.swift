import Foundation
import GUDBases
import GUDCore
import Testing

/// Natural labels, by hand on small shapes; and what each transform diagonalises or separates.
@Suite struct NaturalOrderTests {
    @Test("pixel and color: the pixel's row and column, shared by its channels; vectors have columns alone")
    func places() throws {
        let image = SampleShape.image(height: 2, width: 3, channels: 3)
        for basis in [PixelBasis(shape: image), try ColorBasis(opponent: image)] as [any Basis] {
            #expect(basis.labels(.row) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1])
            #expect(basis.labels(.column) == [0, 0, 0, 1, 1, 1, 2, 2, 2, 0, 0, 0, 1, 1, 1, 2, 2, 2])
            #expect(basis.labels(.frequency) == nil && basis.labels(.level) == nil)
        }
        #expect(PixelBasis(shape: .vector(3)).labels(.column) == [0, 1, 2])
        #expect(PixelBasis(shape: .vector(3)).labels(.row) == nil)
    }

    @Test("fourier: |k| in cycles per image, with k and k − n the same wave")
    func frequencies() throws {
        let basis = FourierBasis(shape: .image(height: 4, width: 5, channels: 1))
        let rows = [0.0, 1, 2, 1].map { k in [0.0, 1, 2, 2, 1].map { l in (k * k + l * l).squareRoot() } }
        #expect(basis.labels(.frequency) == rows.flatMap { $0 })
        #expect(FourierBasis(shape: .vector(6)).labels(.frequency) == [0, 1, 2, 3, 2, 1])
        #expect(basis.labels(.row) == nil)
    }

    @Test("dct: half a cycle for each index")
    func halfCycles() throws {
        #expect(DCTBasis(shape: .vector(4)).labels(.frequency) == [0, 0.5, 1, 1.5])
        let basis = DCTBasis(shape: .image(height: 5, width: 4, channels: 1))
        #expect(basis.labels(.frequency)?[3 * 4 + 0] == 1.5)
        #expect(basis.labels(.frequency)?[4 * 4 + 3] == 2.5)  // √(4² + 3²)/2
    }

    @Test("haar: levels from coarse to fine, and the first row and column of each wavelet")
    func wavelets() throws {
        let basis = try HaarBasis(shape: .image(height: 4, width: 4, channels: 1))
        #expect(basis.levels == 2)
        #expect(basis.labels(.level) == [0, 1, 2, 2, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2])
        #expect(basis.labels(.row) == [0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 2, 2, 2, 2])
        #expect(basis.labels(.column) == [0, 0, 0, 2, 0, 0, 0, 2, 0, 2, 0, 2, 0, 2, 0, 2])
        let vector = try HaarBasis(shape: .vector(8), levels: 2)
        #expect(vector.labels(.level) == [0, 0, 1, 1, 2, 2, 2, 2])
        #expect(vector.labels(.column) == [0, 4, 0, 4, 0, 2, 4, 6])
        #expect(vector.labels(.row) == nil)
    }

    @Test("haar: a wavelet vanishes outside the pixels that its labels name")
    func support() throws {
        let basis = try HaarBasis(shape: .image(height: 8, width: 16, channels: 2), levels: 3)
        let rows = try #require(basis.labels(.row))
        let columns = try #require(basis.labels(.column))
        let levels = try #require(basis.labels(.level))
        for index in 0..<basis.componentCount {
            var unit = [Float](repeating: 0, count: basis.componentCount)
            unit[index] = 1
            let wavelet = try basis.inverse(unit)
            let side = levels[index] == 0 ? 8 : 16 >> Int(levels[index])
            let covered = Set(wavelet.indices.filter { wavelet[$0] != 0 })
            var expected: Set<Int> = []
            for row in Int(rows[index])..<Int(rows[index]) + side {
                for column in Int(columns[index])..<Int(columns[index]) + side {
                    expected.insert((row * 16 + column) * 2 + index % 2)
                }
            }
            #expect(covered == expected, "component \(index)")
        }
    }

    @Test("fourier diagonalises circulant covariances", arguments: [(6, 1), (7, 1), (4, 6), (5, 5), (3, 8)])
    func circulant(height: Int, width: Int) throws {
        let basis = FourierBasis(
            shape: width == 1 ? .vector(height) : .image(height: height, width: width, channels: 1))
        let count = height * width
        // Σ(x, y) = r(x − y), with r even under reflection: r = exp(−squared cyclic distance / 3).
        func distance(_ a: Int, _ b: Int, _ n: Int) -> Double {
            let difference = Double(abs(a - b))
            return min(difference, Double(n) - difference)
        }
        var covariance = [Float](repeating: 0, count: count * count)
        for x in 0..<count {
            for y in 0..<count {
                let (down, across) = (
                    distance(x / width, y / width, height), distance(x % width, y % width, width)
                )
                covariance[x * count + y] = Float(exp(-(down * down + across * across) / 3))
            }
        }
        // U Σ Uᵀ, by transforming the rows, and then the columns.
        let half = try basis.forward(covariance)
        let transposed = (0..<count * count).map { half[$0 % count * count + $0 / count] }
        let diagonal = try basis.forward(transposed)
        for index in diagonal.indices where index % (count + 1) != 0 {
            #expect(abs(diagonal[index]) < 1e-5)
        }
    }
}
