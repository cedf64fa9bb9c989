import GUDCore

extension ForeignManifest {
    /// Applies the functions to every sample pair, forward and back.
    ///
    /// This is the first time that the functions run, with a signature that is only claimed: a wrong one may end the
    /// process. Call it in a child process first. With guard pages, a function that goes past its buffers dies at the
    /// first scalar beyond the next boundary of 64 bytes; without, only small overruns are seen.
    ///
    /// - Parameter guardPages: Whether inaccessible pages follow the buffers.
    /// - Throws: ``ForeignFunctionError/sample(place:direction:index:got:expected:tolerance:)`` for the first scalar
    ///   that is off, ``ForeignFunctionError/sampleFailed(place:reason:)`` where a function reports failure, writes
    ///   outside its buffers or to an input that it must not write, and what making the basis throws.
    public func checkSamples(guardPages: Bool = true) throws {
        let schema = ParameterSchema(basis.parameters.map(\.specification))
        for sample in basis.samples {
            let parameters: Parameters
            do throws(ParameterError) {
                parameters = try schema.resolve(sample.parameters, at: "\(sample.place).parameters")
            } catch {
                throw ForeignFunctionError.manifest(file: file, error)
            }
            let made = try ForeignBasis(self, parameters, shape: sample.shape, guardPages: guardPages)
            for direction in [ForeignBasis.Direction.forward, .inverse] {
                try check(sample, made, direction)
            }
        }
    }

    private func check(
        _ sample: ForeignSample, _ made: ForeignBasis, _ direction: ForeignBasis.Direction
    ) throws(ForeignFunctionError) {
        let place = "\(file): \(sample.place)"
        let (source, expected) =
            direction == .forward ? (sample.input, sample.output) : (sample.output, sample.input)
        var result = [Float](repeating: .nan, count: source.count)
        do throws(BasisError) {
            var span = result.mutableSpan
            try made.transform(direction, source.span, into: &span)
        } catch {
            throw .sampleFailed(place: place, reason: "\(direction): \(error)")
        }
        let allowed = sample.tolerance * expected.reduce(0) { max($0, Double($1.magnitude)) }
        for (index, value) in result.enumerated() where !(abs(Double(value) - Double(expected[index])) <= allowed) {
            throw .sample(
                place: place, direction: direction.rawValue, index: index, got: value, expected: expected[index],
                tolerance: sample.tolerance)
        }
    }
}
