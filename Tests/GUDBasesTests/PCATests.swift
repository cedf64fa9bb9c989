import Foundation
import GUDBases
import GUDCore
import Testing

/// The PCA against covariances known in closed form, and what it does where data are few or flat.
@Suite struct PCATests {
    /// The samples `±√(n λ_i) r_i` have exactly the covariance `Σ λ_i r_i r_iᵀ`; *r* is the DCT of length *n*.
    private static func samples(eigenvalues: [Double]) throws -> [Float] {
        let n = eigenvalues.count
        let basis = DCTBasis(shape: .vector(n))
        var rows = [Float](repeating: 0, count: n * n)
        for index in 0..<n { rows[index * n + index] = Float((Double(n) * eigenvalues[index]).squareRoot()) }
        let samples = try basis.inverse(rows)
        return samples + samples.map { -$0 }
    }

    @Test("finds the eigenvalues and eigenvectors that the samples were made from, largest first")
    func recovers() throws {
        let eigenvalues = (1...12).map { pow(Double($0), -2) }
        let basis = try PCABasis(fitting: try Self.samples(eigenvalues: eigenvalues), shape: .vector(12))
        let cosine = DCTBasis(shape: .vector(12))
        for (found, expected) in zip(basis.eigenvalues, eigenvalues) {
            #expect(abs(found / expected - 1) < 1e-5)
        }
        for index in 0..<12 {
            var unit = [Float](repeating: 0, count: 12)
            unit[index] = 1
            let overlap = try basis.forward(try cosine.inverse(unit))
            #expect(abs(abs(overlap[index]) - 1) < 1e-5, "eigenvector \(index)")
        }
    }

    @Test("rank deficiency: a complete basis, no negative or NaN eigenvalue, the rank in the report")
    func deficient() throws {
        let shape = SampleShape.image(height: 8, width: 8, channels: 1)
        // Three samples and their opposites span three dimensions of 64.
        let samples = correlatedSamples(3, shape: shape)
        let basis = try PCABasis(fitting: samples, shape: shape)
        #expect(basis.componentCount == 64)
        #expect(basis.eigenvalues.allSatisfy { $0 >= 0 && $0.isFinite })
        #expect(basis.fitReport.count == 1)
        #expect(basis.fitReport[0].hasPrefix("rank 3 of 64; "))
        #expect(basis.fitReport[0].hasSuffix(" negative eigenvalues clamped to 0; 64 components kept, 16 KiB"))
        let back = try basis.inverse(basis.forward(samples))
        expectClose(back, samples.map(Double.init), place: "round trip")
    }

    @Test("a truncated basis keeps the leading components and reconstructs the best low-rank sample")
    func truncated() throws {
        let eigenvalues: [Double] = [4, 2, 1, 0.25, 0.125, 0.0625]
        let samples = try Self.samples(eigenvalues: eigenvalues)
        let whole = try PCABasis(fitting: samples, shape: .vector(6))
        let truncated = try PCABasis(fitting: samples, shape: .vector(6), components: 3)
        #expect(truncated.componentCount == 3)
        #expect(Array(try truncated.forward(samples).prefix(3)) == Array(try whole.forward(samples).prefix(3)))
        let reconstructed = try truncated.inverse(truncated.forward(samples))
        let lost = zip(samples, reconstructed).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) } / 12
        #expect(abs(lost - 0.4375) < 1e-5)  // The sum of the eigenvalues that were dropped.
    }

    @Test("per channel, channels stay apart, and one channel's components are those of a PCA of it alone")
    func perChannel() throws {
        let shape = SampleShape.image(height: 3, width: 4, channels: 2)
        let samples = correlatedSamples(40, shape: shape)
        let basis = try PCABasis(fitting: samples, shape: shape, scope: .channel, components: 5)
        #expect(basis.componentCount == 10)
        let components = try basis.forward(samples)
        for channel in 0..<2 {
            let part = stride(from: channel, to: samples.count, by: 2).map { samples[$0] }
            let alone = try PCABasis(fitting: part, shape: .vector(12), components: 5)
            #expect(
                stride(from: channel, to: components.count, by: 2).map { components[$0] } == (try alone.forward(part)))
        }
        #expect(basis.fitReport[1].hasPrefix("channel 1: rank "))
    }

    @Test("the state restores the basis bit for bit", arguments: [PCABasis.Scope.image, .channel])
    func state(scope: PCABasis.Scope) throws {
        let shape = SampleShape.image(height: 4, width: 5, channels: 3)
        let samples = correlatedSamples(20, shape: shape)
        let fitted = try PCABasis(fitting: samples, shape: shape, scope: scope, components: 7)
        let restored = try PCABasis(state: fitted.state, shape: shape, scope: scope, components: 7)
        #expect(try restored.forward(samples) == fitted.forward(samples))
        #expect(restored.eigenvalues == fitted.eigenvalues)
        #expect(restored.fitReport == fitted.fitReport)
        #expect(restored.state.entries == fitted.state.entries)
    }

    @Test("errors name the shape and what it takes")
    func errors() throws {
        let shape = SampleShape.image(height: 2, width: 2, channels: 3)
        let samples = correlatedSamples(4, shape: shape)
        expectError(
            "the basis cannot take samples of shape 2×2×3: 13 principal components are asked for, and it has 1 to 12"
        ) {
            try PCABasis(fitting: samples, shape: shape, components: 13)
        }
        expectError(
            "the basis cannot take samples of shape 2×2×3: 5 principal components are asked for, and a channel of it has 1 to 4"
        ) {
            try PCABasis(fitting: samples, shape: shape, scope: .channel, components: 5)
        }
        expectError(
            "the basis could not be fitted: pca: the matrix holds nan at row 0, column 0; only finite numbers can be factorised"
        ) {
            try PCABasis(fitting: [.nan, 1], shape: .vector(2))
        }
        expectError("the basis could not be fitted: pca: 0 numbers are not one or more whole samples of 2") {
            try PCABasis(fitting: [], shape: .vector(2))
        }
        let state = try PCABasis(fitting: samples, shape: shape).state
        expectError(
            "the basis could not be fitted: pca: the kept state calls for 'eigenvectors' of shape [1, 3, 12] "
                + "and holds one of [1, 12, 12]"
        ) {
            try PCABasis(state: state, shape: shape, components: 3)
        }
    }
}

/// Expects an error with exactly this message.
func expectError(
    _ message: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Any
) {
    do {
        _ = try body()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch {
        #expect("\(error)" == message, sourceLocation: sourceLocation)
    }
}
