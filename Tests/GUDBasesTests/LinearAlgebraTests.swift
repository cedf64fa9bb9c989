import Foundation
import GUDCore
import GUDLinearAlgebra
import Testing

/// Matrices whose decompositions are known by hand, and products against a plain loop.
@Suite struct LinearAlgebraTests {
    private static let noise = CounterNoise(seed: 11, purpose: .checking)

    private static func random(_ count: Int, sample: Int) -> [Double] {
        noise.normals(samples: sample..<sample + 1, count: count).map(Double.init)
    }

    private typealias Orientation = BLAS.Orientation

    @Test(
        "gemm agrees with a plain loop in every orientation",
        arguments: [(3, 4, 5), (1, 7, 2), (16, 16, 16), (33, 65, 17)])
    func products(rows: Int, inner: Int, columns: Int) {
        let a = Self.random(rows * inner, sample: 0)
        let b = Self.random(inner * columns, sample: 1)
        for (orientationA, orientationB) in [
            (Orientation.plain, Orientation.plain), (.plain, .transposed), (.transposed, .plain),
            (.transposed, .transposed),
        ] {
            var expected = [Double](repeating: 0, count: rows * columns)
            for i in 0..<rows {
                for j in 0..<columns {
                    for k in 0..<inner {
                        expected[i * columns + j] +=
                            a[orientationA == .plain ? i * inner + k : k * rows + i]
                            * b[orientationB == .plain ? k * columns + j : j * inner + k]
                    }
                }
            }
            let double = BLAS.gemm(
                a, b, rows: rows, inner: inner, columns: columns, left: orientationA, right: orientationB)
            let single = BLAS.gemm(
                a.map(Float.init), b.map(Float.init), rows: rows, inner: inner, columns: columns, left: orientationA,
                right: orientationB)
            for index in expected.indices {
                #expect(abs(double[index] - expected[index]) < 1e-12)
                #expect(abs(Double(single[index]) - expected[index]) < 1e-4)
            }
        }
    }

    @Test("the eigenvalues of the path graph's Laplacian are 2 − 2cos(πk/n), its eigenvectors the DCT's rows")
    func pathGraph() throws {
        let n = 12
        var laplacian = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            laplacian[i * n + i] = i == 0 || i == n - 1 ? 1 : 2
            if i > 0 {
                laplacian[i * n + i - 1] = -1
                laplacian[(i - 1) * n + i] = -1
            }
        }
        let eigen = try SymmetricEigen(of: laplacian, dimension: n)
        for index in 0..<n {
            let k = n - 1 - index
            #expect(abs(eigen.values[index] - (2 - 2 * cos(.pi * Double(k) / Double(n)))) < 1e-13)
            let norm = ((k == 0 ? 1.0 : 2.0) / Double(n)).squareRoot()
            var overlap = 0.0
            for j in 0..<n {
                let phase = Double.pi * Double(k) * (Double(j) + 0.5) / Double(n)
                overlap += norm * cos(phase) * eigen.vectors[index * n + j]
            }
            #expect(abs(abs(overlap) - 1) < 1e-13)
        }
    }

    @Test("an eigenvector's leading entry is positive")
    func signs() throws {
        let eigen = try SymmetricEigen(of: [2, -1, -1, 2], dimension: 2)
        #expect(abs(eigen.values[0] - 3) < 1e-14 && abs(eigen.values[1] - 1) < 1e-14)
        let half = 0.5.squareRoot()
        for (entry, expected) in zip(eigen.vectors, [half, -half, half, half]) {
            #expect(abs(entry - expected) < 1e-14)
        }
    }

    @Test("Cholesky factorises and solves a matrix known by hand")
    func cholesky() throws {
        let cholesky = try Cholesky(of: [4, 12, -16, 12, 37, -43, -16, -43, 98], dimension: 3)
        #expect(cholesky.factor == [2, 0, 0, 6, 1, 0, -8, 5, 3])
        #expect(abs(cholesky.logDeterminant - 3.5835189384561099) < 1e-14)  // ln 36
        // A (1, 2, 3) = (-20, -43, 192).
        let solution = try cholesky.solve([-20, -43, 192, 4, 12, -16])
        for (entry, expected) in zip(solution, [1.0, 2, 3, 1, 0, 0]) { #expect(abs(entry - expected) < 1e-11) }
    }

    @Test("the covariance is the definition's, and its bits do not depend on the threads")
    func covariance() throws {
        let (count, dimension) = (517, 300)
        let samples = Self.noise.normals(samples: 0..<count, count: dimension)
        let moments = try SampleMoments(of: samples, dimension: dimension)
        let spread = try SampleMoments(of: samples, dimension: dimension) { Parallel.forEach($0, $1) }
        #expect(moments.covariance == spread.covariance)
        #expect(moments.mean == spread.mean)
        for (i, j) in [(0, 0), (3, 299), (299, 3), (257, 255), (256, 256)] {
            let mean = { (column: Int) in
                (0..<count).reduce(0) { $0 + Double(samples[$1 * dimension + column]) } / Double(count)
            }
            let (meanI, meanJ) = (mean(i), mean(j))
            let expected =
                (0..<count).reduce(0) { sum, n in
                    sum + (Double(samples[n * dimension + i]) - meanI) * (Double(samples[n * dimension + j]) - meanJ)
                } / Double(count)
            #expect(abs(moments.covariance[i * dimension + j] - expected) < 1e-13)
        }
    }

    @Test("errors name the place and the remedy")
    func errors() throws {
        #expect(throws: LinearAlgebraError.notPositiveDefinite(pivot: 2, dimension: 2)) {
            try Cholesky(of: [1, 2, 2, 1], dimension: 2)
        }
        #expect(throws: LinearAlgebraError.notFinite(row: 1, column: 0, value: "nan")) {
            try SymmetricEigen(of: [1, 0, .nan, 1], dimension: 2)
        }
        #expect(throws: LinearAlgebraError.notSquare(count: 3, dimension: 2)) {
            try SymmetricEigen(of: [1, 0, 1], dimension: 2)
        }
        #expect(throws: LinearAlgebraError.samples(count: 5, dimension: 2)) {
            try SampleMoments(of: [1, 2, 3, 4, 5], dimension: 2)
        }
        let cholesky = try Cholesky(of: [1], dimension: 1)
        #expect(try cholesky.solve([]) == [])
        #expect(
            LinearAlgebraError.notPositiveDefinite(pivot: 2, dimension: 2).description
                == "the matrix is not positive definite: pivot 2 of 2 is not positive; "
                + "add to its diagonal, or use fewer components")
    }
}
