import GUDCore

/// A basis whose transforms are functions of a C library, bound by a ``ForeignManifest``.
///
/// Each sample is one call. By default the functions work on copies aligned to 64 bytes, as they were when the library
/// planned, and may overwrite their input; `buffers: direct` leaves the copies out. Samples of a batch run on several
/// threads where the manifest says `concurrency: concurrent`.
///
/// Round trips and lengths are as good as the library's arithmetic; ``ForeignManifest/checkSamples(guardPages:)`` and
/// the laws of `ConformanceCheckers` measure them.
public struct ForeignBasis: Basis {
    /// The shape of one sample.
    public let shape: SampleShape
    let object: ForeignObject
    let elements: ForeignBasisDescription.Elements
    let isDirect: Bool
    let forwardFactors: ComponentFactors
    let inverseFactors: ComponentFactors
    let frequencies: [Double]?
    let guardPages: Bool

    /// The number of components, *D*.
    public var componentCount: Int { dimension }

    /// Opens the library, sets the functions up, and keeps the handles.
    ///
    /// - Throws: ``ForeignFunctionError``, `BasisError.unsupportedShape` or `ParameterError`.
    init(_ manifest: ForeignManifest, _ parameters: Parameters, shape: SampleShape, guardPages: Bool) throws {
        let basis = manifest.basis
        try basis.shapes.check(shape, calls: basis.calls)
        let scope = try ForeignScope(basis.parameters, parameters, shape: shape)
        let library = try ForeignLibrary(path: manifest.libraryPath, install: manifest.install)
        object = try ForeignObject(basis, in: library, scope: scope)
        try object.setUp(bytes: shape.dimension * basis.elements.width, guardPages: guardPages)
        self.shape = shape
        elements = basis.elements
        isDirect = basis.buffers == .direct
        forwardFactors = basis.forward.scale.factors(for: shape)
        inverseFactors = basis.inverse.scale.factors(for: shape)
        frequencies = basis.labels?.frequencies(for: shape)
        self.guardPages = guardPages
    }

    /// Writes the coefficients of each sample.
    ///
    /// - Throws: As ``Basis/forward(_:into:)``, and ``BasisError/failed(reason:)`` where the function reports failure
    ///   or writes outside its buffers.
    public func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        try transform(.forward, samples, into: &coefficients)
    }

    /// Writes the sample of each row of coefficients.
    ///
    /// - Throws: As ``forward(_:into:)``.
    public func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        try transform(.inverse, coefficients, into: &samples)
    }

    /// The frequencies, where the manifest gives a rule.
    public func labels(_ order: NaturalOrder) -> [Double]? { order == .frequency ? frequencies : nil }
}
