/// A linear, orthonormal change of coordinates: from a sample (mean removed) to its components.
///
/// A basis with *K* components is a real matrix *U* of shape *K × D* with `U Uᵀ = I`. Most have `K = D`; a truncated
/// PCA keeps fewer, and its ``inverse(_:into:)`` then reconstructs the part of the sample that *U* spans.
/// The law `‖c‖₂ = ‖x‖₂` (for *x* in the span) is tested by `ConformanceCheckers`, not assumed.
///
/// Whitening is not a basis' business: see ``ComponentSpace``.
///
/// Source: Gerdes, Welling & Cheng, arXiv:2410.02667, section 3.
public protocol Basis: Sendable {
    /// The shape of one sample, of ``SampleShape/dimension`` *D*.
    var shape: SampleShape { get }

    /// The number of components, *K*: positive and at most *D*.
    var componentCount: Int { get }

    /// Writes the orthonormal coefficients of each sample, `c = U x`.
    ///
    /// Never whitens and never removes a mean. Non-finite scalars propagate within their own sample. The result for one
    /// sample does not depend, in any bit, on which other samples share its batch.
    ///
    /// - Parameters:
    ///   - samples: Row-major `[batch, D]`, in data units. An empty batch is allowed.
    ///   - coefficients: Row-major `[batch, K]`, overwritten; the same units.
    /// - Throws: ``BasisError/partialSample(count:dimension:)`` or ``BasisError/destinationCount(_:expected:)``, before any
    ///   write. A plugin may also throw ``BasisError/failed(reason:)``.
    /// - Complexity: At most O(*batch* · *K* · *D*); separable transforms less.
    func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError)

    /// Writes the sample that each row of coefficients stands for, `x = Uᵀ c`.
    ///
    /// The adjoint of ``forward(_:into:)``, and its inverse where `K = D`.
    ///
    /// - Parameters:
    ///   - coefficients: Row-major `[batch, K]`.
    ///   - samples: Row-major `[batch, D]`, overwritten.
    /// - Throws: As ``forward(_:into:)``.
    func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError)

    /// The value of a natural ordering variable for each of the *K* components, or `nil` where the basis has none.
    ///
    /// Lower labels are generated first: frequency 0 before higher ones, coarse wavelet levels before fine ones,
    /// row 0 before row 1.
    func labels(_ order: NaturalOrder) -> [Double]?
}

extension Basis {
    /// The number of scalars in a sample, *D*.
    public var dimension: Int { shape.dimension }
}

/// An ordering variable that a basis can know without having seen data.
public enum NaturalOrder: String, CaseIterable, Sendable {
    /// The length |k| of the wave vector, in cycles per image.
    case frequency
    /// The wavelet level: 0 for the coarsest (scaling) coefficients, then 1, 2, … towards finer details.
    case level
    /// The row of the image at which the component's support begins.
    case row
    /// The column of the image at which the component's support begins.
    case column
}

/// A basis that owns numbers found by fitting (the eigenvectors of a PCA), which a checkpoint must keep.
public protocol FittedBasis: Basis {
    /// Everything that the factory needs to make this basis again without data.
    var state: StateArrays { get }

    /// What the fit found, in words: clamped eigenvalues, rank, memory; one line each, for `gud explain`.
    var fitReport: [String] { get }
}

/// What can go wrong while a basis is applied.
public enum BasisError: GUDError, Equatable {
    /// The source does not hold a whole number of rows.
    case partialSample(count: Int, dimension: Int)
    /// The destination holds another number of scalars than the source calls for.
    case destinationCount(Int, expected: Int)
    /// The basis cannot take samples of this shape.
    case unsupportedShape(SampleShape, reason: String)
    /// The basis must be fitted to data, and there is none.
    case needsData(basis: String)
    /// The samples, or the kept state, cannot be used to fit the basis.
    case fit(reason: String)
    /// A plugin reported a failure of its own.
    case failed(reason: String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .partialSample(let count, let dimension):
            "source holds \(count) scalars, which is not a whole number of rows of \(dimension); pass whole rows"
        case .destinationCount(let count, let expected):
            "destination holds \(count) scalars, but the source calls for \(expected); allocate \(expected)"
        case .unsupportedShape(let shape, let reason):
            "the basis cannot take samples of shape \(shape): \(reason)"
        case .needsData(let basis):
            "basis '\(basis)' is fitted to data, and none was given; name a data set, or --fit DATA.npy"
        case .fit(let reason): "the basis could not be fitted: \(reason)"
        case .failed(let reason): "the basis failed: \(reason)"
        }
    }

    /// A shape or missing data is the request's mistake; the rest happens while carrying it out.
    public var blame: Blame {
        switch self {
        case .unsupportedShape, .needsData: .request
        default: .execution
        }
    }
}

extension Basis {
    /// Checks the two buffers of a transform and returns the number of samples in the batch.
    ///
    /// - Parameters:
    ///   - source: Scalars in the source, in rows of `sourceRow`.
    ///   - destination: Scalars in the destination, in rows of `destinationRow`.
    /// - Throws: ``BasisError/partialSample(count:dimension:)`` or ``BasisError/destinationCount(_:expected:)``.
    public func batchCount(
        source: Int, rowsOf sourceRow: Int, destination: Int, rowsOf destinationRow: Int
    ) throws(BasisError) -> Int {
        guard source % sourceRow == 0 else { throw .partialSample(count: source, dimension: sourceRow) }
        let batch = source / sourceRow
        guard destination == batch * destinationRow else {
            throw .destinationCount(destination, expected: batch * destinationRow)
        }
        return batch
    }

    /// The coefficients of the samples in an array, as an array.
    public func forward(_ samples: [Float]) throws(BasisError) -> [Float] {
        var coefficients = [Float](repeating: 0, count: samples.count / dimension * componentCount)
        var span = coefficients.mutableSpan
        try forward(samples.span, into: &span)
        return coefficients
    }

    /// The samples of the coefficients in an array, as an array.
    public func inverse(_ coefficients: [Float]) throws(BasisError) -> [Float] {
        var samples = [Float](repeating: 0, count: coefficients.count / componentCount * dimension)
        var span = samples.mutableSpan
        try inverse(coefficients.span, into: &span)
        return samples
    }
}
