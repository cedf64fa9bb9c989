import Foundation
import GUDCore

/// Shapes, data and spaces to try components with.
enum TrialSpaces {
    /// Shapes from small to large, of many kinds; a component need not take all of them.
    static let shapes: [SampleShape] = [
        .vector(8), .vector(1), .vector(7), .vector(64), .image(height: 4, width: 4, channels: 1),
        .image(height: 8, width: 8, channels: 1), .image(height: 2, width: 4, channels: 3),
        .image(height: 5, width: 7, channels: 2), .image(height: 1, width: 1, channels: 1),
        .image(height: 8, width: 8, channels: 3), .image(height: 28, width: 28, channels: 1),
    ]

    /// A shape that costs something.
    static let large = SampleShape.image(height: 32, width: 32, channels: 3)

    /// The shapes that denoisers and conditioners are tried with.
    static let small: [SampleShape] = [
        .vector(4), .image(height: 4, width: 4, channels: 1), .image(height: 8, width: 8, channels: 1),
    ]

    /// Mean-free samples whose scalars vary the less the later they come.
    static func samples(_ shape: SampleShape, count: Int, seed: UInt64) -> [Float] {
        let dimension = shape.dimension
        var samples = CounterNoise(seed: seed, purpose: .checking).normals(
            samples: 0..<count, count: dimension, step: 7)
        for index in samples.indices {
            samples[index] *= Float(variance(index % dimension, of: dimension).squareRoot())
        }
        return samples
    }

    /// The variance of a scalar of ``samples(_:count:seed:)``.
    static func variance(_ index: Int, of count: Int) -> Double { exp(-2 * Double(index) / Double(count)) }

    /// A space over samples as they are, with scales and variances that are not 1.
    static func space(_ shape: SampleShape) throws(BasisError) -> ComponentSpace {
        let count = shape.dimension
        return try ComponentSpace(
            basis: IdentityBasis(shape: shape), mean: (0..<count).map { 0.1 * Float($0 % 5) - 0.2 },
            scale: (0..<count).map { 0.5 + 0.25 * Float($0 % 3) },
            variances: (0..<count).map { variance($0, of: count) })
    }

    /// What a schedule is made for.
    static func scheduleContext(_ count: Int) -> ScheduleContext {
        let variances = (0..<count).map { variance($0, of: count) }
        let ramp = (0..<count).map(Double.init)
        return ScheduleContext(
            componentCount: count, variances: variances, dataVariances: variances.map { 3 * $0 },
            labels: [.frequency: ramp, .level: ramp.map { ($0 / 4).rounded(.down) }, .row: ramp, .column: ramp])
    }
}

/// Samples as they are: the basis of the spaces that plugins are tried in.
struct IdentityBasis: Basis {
    let shape: SampleShape
    var componentCount: Int { shape.dimension }

    func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        try copy(samples, into: &coefficients)
    }

    func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        try copy(coefficients, into: &samples)
    }

    func labels(_ order: NaturalOrder) -> [Double]? {
        switch order {
        case .frequency, .level: (0..<dimension).map(Double.init)
        case .row, .column: nil
        }
    }

    private func copy(_ source: Span<Float>, into destination: inout MutableSpan<Float>) throws(BasisError) {
        _ = try batchCount(source: source.count, rowsOf: dimension, destination: destination.count, rowsOf: dimension)
        for index in 0..<source.count { destination[index] = source[index] }
    }
}
