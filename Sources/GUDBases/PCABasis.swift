import GUDCore
import GUDLinearAlgebra

/// Principal components: the eigenvectors of the data's covariance, largest variance first.
///
/// With `Σ = Uᵀ diag(λ) U` the covariance of the mean-free samples, component *i* is `c_i = u_i · x`, of variance λ_i.
/// The covariance and its eigenvectors are computed in Double and rounded once. Where the samples do not span the space
/// (fewer samples than dimensions, constant pixels), the remaining rows complete *U* to an orthonormal basis.
///
/// Per channel, each channel of an image has components of its own, *U* is block-diagonal, and the components are laid out
/// `[component, channel]`.
///
/// Cost: `2 K D` operations a sample, by matrix products; fitting takes `N D²` for the covariance and about `9 D³` for the
/// eigenvectors. A truncated basis (`K < D`) reconstructs the part of a sample that its components span.
///
/// Source: Hotelling, "Analysis of a complex of statistical variables into principal components", 1933.
public struct PCABasis: FittedBasis {
    /// What the covariance is taken over.
    public enum Scope: String, ParameterChoice {
        /// All scalars of the sample together.
        case image
        /// Each channel by itself.
        case channel
    }

    /// The shape of one sample.
    public let shape: SampleShape
    /// One decomposition for the whole sample, or one for each channel.
    let blocks: [PrincipalComponents]
    private let matrices: [BatchMatrix]

    /// Fits the basis to mean-free samples.
    ///
    /// - Parameters:
    ///   - samples: Row-major `[N, D]`, one sample or more.
    ///   - scope: What the covariance is taken over.
    ///   - components: How many to keep, of each channel where the scope is a channel; all by default.
    /// - Throws: ``BasisError/unsupportedShape(_:reason:)`` where the shape has fewer dimensions than components are asked
    ///   for, or ``BasisError/fit(reason:)`` where the samples cannot be used.
    public init(
        fitting samples: [Float], shape: SampleShape, scope: Scope = .image, components: Int? = nil
    ) throws(BasisError) {
        let (groups, length) = try Self.blocks(of: shape, scope, components)
        var blocks: [PrincipalComponents] = []
        for group in 0..<groups {
            let part = groups == 1 ? samples : stride(from: group, to: samples.count, by: groups).map { samples[$0] }
            blocks.append(try PrincipalComponents(of: part, dimension: length, kept: components ?? length))
        }
        self.init(shape: shape, blocks: blocks)
    }

    /// Makes the basis again from what an earlier fit kept.
    ///
    /// - Throws: ``BasisError/fit(reason:)`` where the state is of another shape, scope or number of components.
    public init(
        state: StateArrays, shape: SampleShape, scope: Scope = .image, components: Int? = nil
    ) throws(BasisError) {
        let (groups, length) = try Self.blocks(of: shape, scope, components)
        let blocks = try PrincipalComponents.restore(
            state, count: groups, dimension: length, kept: components ?? length)
        self.init(shape: shape, blocks: blocks)
    }

    private init(shape: SampleShape, blocks: [PrincipalComponents]) {
        self.shape = shape
        self.blocks = blocks
        matrices = blocks.map { BatchMatrix($0.vectors, rowCount: $0.kept, columnCount: $0.dimension) }
    }

    private static func blocks(
        of shape: SampleShape, _ scope: Scope, _ components: Int?
    ) throws(BasisError) -> (count: Int, length: Int) {
        let count = scope == .image ? 1 : Grid(shape).channels
        let length = shape.dimension / count
        if let components, !(1...length).contains(components) {
            let place = scope == .channel ? "a channel of it" : "it"
            throw .unsupportedShape(
                shape, reason: "\(components) principal components are asked for, and \(place) has 1 to \(length)")
        }
        return (count, length)
    }

    /// The number of components, *K*, of all channels together.
    public var componentCount: Int { blocks.reduce(0) { $0 + $1.kept } }

    /// Writes `U x` for each sample.
    public func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        let batch = try batchCount(
            source: samples.count, rowsOf: dimension, destination: coefficients.count, rowsOf: componentCount)
        perBlock(samples, into: &coefficients, batch: batch) { matrix, source, target in
            matrix.apply(source, into: &target) { Parallel.forEach($0, $1) }
        }
    }

    /// Writes `Uᵀ c` for each row of coefficients.
    public func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        let batch = try batchCount(
            source: coefficients.count, rowsOf: componentCount, destination: samples.count, rowsOf: dimension)
        perBlock(coefficients, into: &samples, batch: batch) { matrix, source, target in
            matrix.applyTransposed(source, into: &target) { Parallel.forEach($0, $1) }
        }
    }

    /// Applies each block's matrix to its channel, which is copied out and back where there are several.
    private func perBlock(
        _ source: Span<Float>, into target: inout MutableSpan<Float>, batch: Int,
        _ apply: (BatchMatrix, Span<Float>, inout MutableSpan<Float>) -> Void
    ) {
        let count = matrices.count
        if count == 1 { return apply(matrices[0], source, &target) }
        var channel = [Float](repeating: 0, count: source.count / count)
        var result = [Float](repeating: 0, count: target.count / count)
        for (offset, matrix) in matrices.enumerated() {
            for index in channel.indices { channel[index] = source[index * count + offset] }
            var span = result.mutableSpan
            apply(matrix, channel.span, &span)
            for index in result.indices { target[index * count + offset] = result[index] }
        }
    }

    /// None: the order of principal components is that of their variances, which the space knows.
    public func labels(_ order: NaturalOrder) -> [Double]? { nil }

    /// The eigenvectors, `[blocks, K, D]` in Float as they are applied, and the eigenvalues, `[blocks, K]` in Double.
    public var state: StateArrays { PrincipalComponents.state(of: blocks) }

    /// Rank, clamped eigenvalues and memory.
    public var fitReport: [String] {
        blocks.enumerated().map { index, block in
            (blocks.count == 1 ? "" : "channel \(index): ") + block.report
        }
    }

    /// The variance of each component over the data it was fitted to, in squared data units; never negative.
    public var eigenvalues: [Double] {
        (0..<blocks[0].kept).flatMap { component in blocks.map { $0.eigenvalues[component] } }
    }
}

extension PCABasis {
    /// The key for what the covariance is taken over.
    public static let scope = Parameter<Scope>(
        "per", default: .image, "image: one covariance of all scalars; channel: one for each channel.")
    /// The key for the number of components.
    public static let components = Parameter<Int?>(
        "components", default: nil, range: 1...1e9,
        "How many principal components to keep (per channel: of each channel); all by default.")

    /// Makes the basis `pca`.
    public static var factory: BasisFactory {
        BasisFactory(
            Descriptor(
                name: "pca", summary: "Principal components of the training data.",
                schema: ParameterSchema([scope.specification, components.specification]))
        ) { parameters, context in
            let (scope, components) = (parameters[scope], parameters[components])
            if let state = context.state {
                return try PCABasis(state: state, shape: context.shape, scope: scope, components: components)
            }
            guard let samples = context.fitting else { throw BasisError.needsData(basis: "pca") }
            return try PCABasis(fitting: samples, shape: context.shape, scope: scope, components: components)
        }
    }
}
