import GUDCore
import GUDLinearAlgebra

/// Decorrelated colours: an orthonormal matrix applied to the channels of every pixel.
///
/// `opponent` is fixed, for three channels: lightness `(r + g + b)/√3`, red against green `(r − g)/√2`, and yellow
/// against blue `(r + g − 2b)/√6`. `fitted` takes the eigenvectors of the data's channel covariance, largest variance first.
///
/// Cost: `2 C²` operations a pixel.
///
/// Source: Buchsbaum & Gottschalk, "Trichromacy, opponent colours coding and optimum colour information transmission",
/// Proc. R. Soc. B 220, 1983.
public struct ColorBasis: FittedBasis, PlaceKeepingBasis {
    /// Where the matrix comes from.
    public enum Transform: String, ParameterChoice {
        /// Fixed opponent colours, for three channels.
        case opponent
        /// The principal components of the data's channels.
        case fitted
    }

    /// The shape of one sample.
    public let shape: SampleShape
    /// Where the matrix comes from.
    public let transform: Transform
    /// The matrix, row-major `[C, C]`; its rows are the new channels.
    public let matrix: [Float]
    private let transposed: [Float]

    /// Fixed opponent colours.
    ///
    /// - Throws: ``BasisError/unsupportedShape(_:reason:)`` where the samples do not have three channels.
    public init(opponent shape: SampleShape) throws(BasisError) {
        let channels = try Self.channels(of: shape)
        guard channels == 3 else {
            throw .unsupportedShape(
                shape, reason: "opponent colours call for 3 channels, and it has \(channels); set transform: fitted")
        }
        let rows: [[Double]] = [[1, 1, 1], [1, -1, 0], [1, 1, -2]]
        let unit = rows.flatMap { row in row.map { Float($0 / row.reduce(0) { $0 + $1 * $1 }.squareRoot()) } }
        self.init(shape: shape, channels: channels, transform: .opponent, matrix: unit)
    }

    /// Fits the matrix to mean-free samples, row-major `[N, D]`.
    ///
    /// - Throws: ``BasisError/unsupportedShape(_:reason:)`` for fewer than two channels, or ``BasisError/fit(reason:)``.
    public init(fitting samples: [Float], shape: SampleShape) throws(BasisError) {
        let channels = try Self.channels(of: shape)
        do {
            // Every pixel is a sample of its channels.
            let moments = try SampleMoments(of: samples, dimension: channels)
            let eigen = try SymmetricEigen(of: moments.covariance, dimension: channels)
            self.init(
                shape: shape, channels: channels, transform: .fitted, matrix: eigen.vectors.map(Float.init))
        } catch {
            throw .fit(reason: "color: \(error)")
        }
    }

    /// Makes the basis again from what an earlier fit kept.
    ///
    /// - Throws: ``BasisError/unsupportedShape(_:reason:)``, or ``BasisError/fit(reason:)`` where the state is of other channels.
    public init(state: StateArrays, shape: SampleShape) throws(BasisError) {
        let channels = try Self.channels(of: shape)
        guard let matrix = state.floats("matrix", axes: [channels, channels]) else {
            throw .fit(reason: "color: the kept state holds no 'matrix' of \(channels)×\(channels) for shape \(shape)")
        }
        self.init(shape: shape, channels: channels, transform: .fitted, matrix: matrix)
    }

    private init(shape: SampleShape, channels: Int, transform: Transform, matrix: [Float]) {
        self.shape = shape
        self.transform = transform
        self.matrix = matrix
        transposed = matrix.indices.map { matrix[$0 % channels * channels + $0 / channels] }
    }

    private static func channels(of shape: SampleShape) throws(BasisError) -> Int {
        let channels = Grid(shape).channels
        guard channels >= 2 else {
            throw .unsupportedShape(
                shape, reason: "there are no channels to decorrelate; it calls for images with 2 or more")
        }
        return channels
    }

    /// The number of components, *D*.
    public var componentCount: Int { dimension }

    /// Writes the new channels of every pixel.
    public func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        try apply(matrix, samples, &coefficients)
    }

    /// Writes the original channels of every pixel.
    public func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        try apply(transposed, coefficients, &samples)
    }

    private func apply(
        _ matrix: [Float], _ source: Span<Float>, _ destination: inout MutableSpan<Float>
    ) throws(BasisError) {
        _ = try batchCount(
            source: source.count, rowsOf: dimension, destination: destination.count, rowsOf: dimension)
        let channels = Grid(shape).channels
        SampleBatch.transform(
            source, rowsOf: dimension, into: &destination, rowsOf: dimension, scratch: 0
        ) { sample, result, _ in
            let matrix = matrix.span
            for pixel in stride(from: 0, to: sample.count, by: channels) {
                for row in 0..<channels {
                    var sum: Float = 0
                    for channel in 0..<channels {
                        sum += matrix[unchecked: row * channels + channel] * sample[unchecked: pixel + channel]
                    }
                    result[unchecked: pixel + row] = sum
                }
            }
        }
    }

    /// The row and the column of each pixel.
    public func labels(_ order: NaturalOrder) -> [Double]? { Grid(shape).placeLabels(order) }

    /// The fitted matrix; nothing for opponent colours.
    public var state: StateArrays {
        guard transform == .fitted else { return StateArrays() }
        let channels = Grid(shape).channels
        return StateArrays(["matrix": .init(axes: [channels, channels], values: .float(matrix))])
    }

    /// Where the matrix comes from.
    public var fitReport: [String] {
        transform == .fitted ? ["channels rotated to the principal components of the data's colours"] : []
    }
}

extension ColorBasis {
    /// The key for where the matrix comes from.
    public static let transform = Parameter<Transform>(
        "transform", default: .opponent,
        "opponent: fixed lightness, red-green and yellow-blue; fitted: the principal components of the data's channels."
    )

    /// Makes the basis `color`.
    public static var factory: BasisFactory {
        BasisFactory(
            Descriptor(
                name: "color", summary: "Decorrelated colour channels.",
                schema: ParameterSchema([transform.specification]))
        ) { parameters, context in
            if parameters[transform] == .opponent { return try ColorBasis(opponent: context.shape) }
            if let state = context.state { return try ColorBasis(state: state, shape: context.shape) }
            guard let samples = context.fitting else { throw BasisError.needsData(basis: "color") }
            return try ColorBasis(fitting: samples, shape: context.shape)
        }
    }
}
