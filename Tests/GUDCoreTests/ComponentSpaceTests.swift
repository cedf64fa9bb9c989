import GUDCore
import Testing

/// The algebra between data and whitened components, on a rotation that can be checked by hand.
@Suite struct ComponentSpaceTests {
    /// Coordinates turned by an angle whose cosine is 0.6 and whose sine is 0.8.
    struct Rotation: Basis {
        var shape: SampleShape { .vector(2) }
        var componentCount: Int { 2 }
        func labels(_ order: NaturalOrder) -> [Double]? { order == .frequency ? [0, 1] : nil }

        func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
            try turn(samples, by: 0.8, into: &coefficients)
        }

        func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
            try turn(coefficients, by: -0.8, into: &samples)
        }

        private func turn(
            _ source: Span<Float>, by sine: Float, into destination: inout MutableSpan<Float>
        ) throws(BasisError) {
            let batch = try batchCount(
                source: source.count, rowsOf: 2, destination: destination.count, rowsOf: 2)
            for row in 0..<batch {
                destination[2 * row] = 0.6 * source[2 * row] + sine * source[2 * row + 1]
                destination[2 * row + 1] = 0.6 * source[2 * row + 1] - sine * source[2 * row]
            }
        }
    }

    private func space() throws -> ComponentSpace {
        try ComponentSpace(basis: Rotation(), mean: [1, -1], scale: [2, 0.5], variances: [0.25, 3])
    }

    @Test("components are rotated, centred and scaled data") func components() throws {
        let components = try space().components(of: [2, 0, 1, -1])
        let expected: [Float] = [0.7, -0.4, 0, 0]
        for (value, expected) in zip(components, expected) { #expect((value - expected).magnitude < 1e-6) }
    }

    @Test("samples come back from their components within 4 ulps") func roundTrip() throws {
        let space = try space()
        let noise = CounterNoise(seed: 3, purpose: .checking)
        let samples = noise.normals(samples: 0..<100, count: 2)
        let back = try space.samples(of: space.components(of: samples))
        for (value, sample) in zip(back, samples) { #expect((value - sample).magnitude <= 4 * Float(4).ulp) }
    }

    @Test("variances turn back into data units") func variances() throws {
        #expect(try space().dataVariances == [1, 0.75])
    }

    @Test("parts that do not fit are refused with the place and the value") func refusals() throws {
        func message(_ mean: [Float], _ scale: [Float], _ variances: [Double]) -> String {
            do throws(BasisError) {
                _ = try ComponentSpace(basis: Rotation(), mean: mean, scale: scale, variances: variances)
                return "accepted"
            } catch {
                return error.description
            }
        }
        let prefix = "the basis could not be fitted: "
        #expect(message([0], [1, 1], [1, 1]) == prefix + "the mean holds 1 values where the basis takes 2")
        #expect(message([0, 0], [1], [1, 1]) == prefix + "1 scales and 2 variances for 2 components")
        #expect(message([0, 0], [1, 0], [1, 1]) == prefix + "scale 1 is 0.0; scales are positive and finite")
        #expect(
            message([0, 0], [1, 1], [-1, 1]) == prefix + "variance 0 is -1.0; variances are finite and not negative")
        let space = try space()
        #expect(throws: BasisError.partialSample(count: 3, dimension: 2)) { try space.components(of: [1, 2, 3]) }
        #expect(throws: BasisError.partialSample(count: 1, dimension: 2)) { try space.samples(of: [1]) }
    }

    @Test("a schedule's context clamps what has no variance") func context() throws {
        let space = try ComponentSpace(basis: Rotation(), mean: [0, 0], scale: [1, 2], variances: [0, 1])
        let context = ScheduleContext(space)
        #expect(context.variances == [1, 1])
        #expect(context.dataVariances == [1, 4])
        #expect(context.labels == [.frequency: [0, 1]])
    }
}
