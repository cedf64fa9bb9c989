import GUDBases
import GUDCore
import Testing

/// Prior scales and component variances against variances known by construction.
@Suite struct SpaceFitTests {
    /// Samples of three scalars with variances 4, 1e-8 and 0, and mean (10, 20, 30).
    private static let samples: [Float] = [12, 20.0001, 30, 8, 20.0001, 30, 12, 19.9999, 30, 8, 19.9999, 30]
    private static let shape = SampleShape.vector(3)

    private func fit(_ whitening: Whitening, floor: Double = 1e-6) throws -> SpaceFit {
        let data = try CentredSamples(Self.samples, shape: Self.shape)
        return try SpaceFit(
            basis: PixelBasis(shape: Self.shape), data: data, whitening: whitening, varianceFloor: floor)
    }

    @Test("the mean is removed, and data units keep the variances")
    func unwhitened() throws {
        let fit = try fit(.none)
        #expect(fit.space.mean == [10, 20, 30])
        #expect(fit.space.scale == [1, 1, 1])
        #expect(abs(fit.space.variances[0] - 4) < 1e-6)
        #expect(abs(fit.space.variances[1] / 1e-8 - 1) < 0.1)  // 20.0001 in Float is within 1e-6 of it.
        #expect(fit.space.variances[2] == 0)
        #expect((fit.belowFloor, fit.unvisited) == (0, 1))
    }

    @Test("whitened by the data: variance 1, less below the floor, 0 where the data never go")
    func whitened() throws {
        let fit = try fit(.data)
        #expect(fit.space.scale[0] == 2)
        #expect(abs(fit.space.variances[0] - 1) < 1e-6)
        for index in [1, 2] { #expect(abs(fit.space.scale[index] - 0.002) < 1e-8) }
        #expect(abs(fit.space.variances[1] / 0.0025 - 1) < 0.1)
        #expect(fit.space.variances[2] == 0)
        #expect((fit.belowFloor, fit.unvisited) == (2, 1))
        #expect(
            fit.report == [
                "2 of 3 components have less variance than the floor and are scaled by it",
                "1 of 3 components never vary in the data",
            ])
    }

    @Test("without a floor every visited component has variance 1, and the others keep data units")
    func withoutFloor() throws {
        let fit = try fit(.data, floor: 0)
        #expect(fit.space.variances.map { abs($0 - 1) < 1e-6 } == [true, true, false])
        #expect(fit.space.scale[2] == 1)
    }

    @Test("a rank-deficient PCA: exactly the unvisited components have variance 0, all numbers are finite")
    func deficient() throws {
        let shape = SampleShape.image(height: 8, width: 8, channels: 1)
        let data = try CentredSamples(correlatedSamples(5, shape: shape), shape: shape)
        let basis = try PCABasis(fitting: data.values, shape: shape)
        for whitening in Whitening.allCases {
            let fit = try SpaceFit(basis: basis, data: data, whitening: whitening)
            #expect(fit.unvisited == 59)
            #expect(fit.space.variances.prefix(5).allSatisfy { $0 > 0 })
            #expect(fit.space.variances.dropFirst(5).allSatisfy { $0 == 0 })
        }
        // The eigenvalues and the measured variances are the same numbers, found in two ways.
        let fit = try SpaceFit(basis: basis, data: data, whitening: .none)
        for (measured, eigenvalue) in zip(fit.space.variances, basis.eigenvalues).prefix(5) {
            #expect(abs(measured / eigenvalue - 1) < 1e-5)
        }
    }

    @Test("errors name the value, the place and the remedy")
    func errors() throws {
        expectError("the basis could not be fitted: there are no samples; give one or more") {
            try CentredSamples([], shape: Self.shape)
        }
        expectError(
            "the basis could not be fitted: sample 1 holds inf at component 2; only finite numbers can be used"
        ) {
            try CentredSamples([1, 2, 3, 4, 5, .infinity], shape: Self.shape)
        }
        expectError("source holds 4 scalars, which is not a whole number of rows of 3; pass whole rows") {
            try CentredSamples([1, 2, 3, 4], shape: Self.shape)
        }
        let constant = try CentredSamples([1, 2, 3, 1, 2, 3], shape: Self.shape)
        expectError(
            "the basis could not be fitted: the data do not vary, so they cannot whiten; set whiten: none, or check the data"
        ) {
            try SpaceFit(basis: PixelBasis(shape: Self.shape), data: constant, whitening: .data)
        }
        let space = try SpaceFit(basis: PixelBasis(shape: Self.shape), data: constant, whitening: .none).space
        #expect(space.variances == [0, 0, 0])
    }
}
