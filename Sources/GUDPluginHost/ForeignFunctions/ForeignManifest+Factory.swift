import GUDCore

extension ForeignManifest {
    /// Makes bases from the manifest.
    ///
    /// The factory opens the library for each basis; the loader keeps one copy. Its schema holds the declared
    /// parameters.
    public func factory() -> BasisFactory {
        let schema = ParameterSchema(basis.parameters.map(\.specification))
        return BasisFactory(Descriptor(name: basis.name, summary: basis.summary, schema: schema)) {
            parameters, context in
            try ForeignBasis(self, parameters, shape: context.shape, guardPages: false)
        }
    }

    /// Makes a basis without a registry.
    ///
    /// - Parameters:
    ///   - shape: The shape of the samples.
    ///   - parameters: Values by key; defaults where it says nothing.
    /// - Throws: ``ForeignFunctionError``, `BasisError.unsupportedShape` or `ParameterError`.
    public func makeBasis(
        shape: SampleShape, parameters: [String: ParameterValue] = [:]
    ) throws -> ForeignBasis {
        let schema = ParameterSchema(basis.parameters.map(\.specification))
        return try ForeignBasis(self, schema.resolve(parameters, at: "basis"), shape: shape, guardPages: false)
    }
}
