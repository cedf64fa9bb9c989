import Foundation
import GUDCore

/// A smaller image as a linear function of a larger one: what `gud upscale` is given.
public enum Coarsening: String, CaseIterable, Sendable {
    /// Averages over blocks of `factor × factor` pixels: the coarse coefficients of a Haar transform.
    case haar
    /// The low frequencies of the discrete Fourier transform, those that the small image can hold.
    case fourier

    /// The shape of the small image.
    ///
    /// - Throws: ``CoarseningError``.
    public func coarseShape(of shape: SampleShape, factor: Int) throws(CoarseningError) -> SampleShape {
        let grid = try Grid(shape, factor)
        return .image(height: grid.small.height, width: grid.small.width, channels: grid.channels)
    }

    /// Small images with every pixel repeated, for people to look at.
    ///
    /// - Parameter small: Row-major `[rows, height/factor, width/factor, channels]`.
    /// - Returns: Row-major `[rows, height, width, channels]`.
    public static func enlarged(
        _ small: [Float], to shape: SampleShape, factor: Int
    ) throws(CoarseningError) -> [Float] {
        let grid = try Grid(shape, factor)
        let size = grid.small.height * grid.small.width * grid.channels
        return (0..<small.count / size * shape.dimension).map { index in
            let (row, place) = index.quotientAndRemainder(dividingBy: shape.dimension)
            let (pixel, channel) = place.quotientAndRemainder(dividingBy: grid.channels)
            let (y, x) = pixel.quotientAndRemainder(dividingBy: grid.width)
            return small[row * size + (y / factor * grid.small.width + x / factor) * grid.channels + channel]
        }
    }

    /// The observation that a small image is of a large one.
    ///
    /// - Parameters:
    ///   - small: Row-major `[rows, height/factor, width/factor, channels]`, in data units.
    ///   - shape: The shape of the large image.
    ///   - factor: How many times smaller each side is, 2 or more.
    ///   - deviation: The standard deviation of noise on the observation.
    /// - Throws: ``CoarseningError``.
    public func observation(
        of small: [Float], shape: SampleShape, factor: Int, deviation: Double = 0
    ) throws(CoarseningError) -> Observation {
        let grid = try Grid(shape, factor)
        let size = grid.small.height * grid.small.width * grid.channels
        guard !small.isEmpty, small.count.isMultiple(of: size) else {
            throw .size(small.count, expected: size, height: grid.small.height, width: grid.small.width)
        }
        let (rows, columns) = (
            vectors(grid.height, grid.small.height), vectors(grid.width, grid.small.width)
        )
        let channels = grid.channels
        var weights: [Float] = []
        for row in rows {
            for column in columns {
                for channel in 0..<channels {
                    var line = [Float](repeating: 0, count: grid.height * grid.width * channels)
                    for (y, a) in row.large.enumerated() where a != 0 {
                        for (x, b) in column.large.enumerated() where b != 0 {
                            line[(y * grid.width + x) * channels + channel] = Float(a * b)
                        }
                    }
                    weights += line
                }
            }
        }
        let values = Self.products(
            of: small, height: grid.small.height, width: grid.small.width, channels: channels, rows: rows.map(\.small),
            columns: columns.map(\.small))
        return Observation(values, weights: weights, deviation: deviation)
    }

    /// Pairs of vectors along one axis, for the large and for the small image, whose products with either image are equal.
    private func vectors(_ large: Int, _ small: Int) -> [(large: [Double], small: [Double])] {
        let factor = large / small
        switch self {
        case .haar:
            return (0..<small).map { block in
                (
                    (0..<large).map { $0 / factor == block ? 1 / Double(factor) : 0 },
                    (0..<small).map { $0 == block ? 1 : 0 }
                )
            }
        case .fourier:
            // A wave that both grids resolve has the same mean product with either, taken at pixels' centres. Of the small grid's
            // highest frequency, two pixels a period, it sees the sine alone, and twice as much of it as the large one.
            let waves = [(0, false)] + (1...max(1, small / 2)).flatMap { [($0, false), ($0, true)] }
            return waves.filter { 2 * $0.0 < small || 2 * $0.0 == small && $0.1 }.map { frequency, isSine in
                func wave(_ count: Int) -> [Double] {
                    (0..<count).map { place in
                        let angle = 2 * Double.pi * Double(frequency) * (Double(place) + 0.5) / Double(count)
                        return (isSine ? sin(angle) : cos(angle)) / Double(count)
                    }
                }
                return (2 * frequency == small ? wave(large).map { 2 * $0 } : wave(large), wave(small))
            }
        }
    }

    /// The small image that a large one has under this coarsening.
    ///
    /// - Parameter samples: Row-major `[rows, height, width, channels]`.
    /// - Returns: Row-major `[rows, height/factor, width/factor, channels]`: block averages; for `fourier` the band-limited image at the
    ///   centres of its pixels.
    /// - Throws: ``CoarseningError``.
    public func coarse(
        _ samples: [Float], shape: SampleShape, factor: Int
    ) throws(CoarseningError) -> [Float] {
        let grid = try Grid(shape, factor)
        let (rows, columns) = (synthesis(grid.height, grid.small.height), synthesis(grid.width, grid.small.width))
        return Self.products(
            of: samples, height: grid.height, width: grid.width, channels: grid.channels, rows: rows, columns: columns)
    }

    /// The products of images with every pair of a vector along the rows and one along the columns, channel by channel.
    ///
    /// - Returns: Row-major `[images, rows, columns, channels]`.
    private static func products(
        of images: [Float], height: Int, width: Int, channels: Int, rows: [[Double]], columns: [[Double]]
    ) -> [Float] {
        var result: [Float] = []
        for start in stride(from: 0, to: images.count, by: height * width * channels) {
            for row in rows {
                for column in columns {
                    for channel in 0..<channels {
                        var sum = 0.0
                        for (y, a) in row.enumerated() where a != 0 {
                            for (x, b) in column.enumerated() where b != 0 {
                                sum += a * b * Double(images[start + (y * width + x) * channels + channel])
                            }
                        }
                        result.append(Float(sum))
                    }
                }
            }
        }
        return result
    }

    /// Each pixel of the small image as weights on the large one, along one axis.
    private func synthesis(_ large: Int, _ small: Int) -> [[Double]] {
        let pairs = vectors(large, small)
        switch self {
        case .haar: return pairs.map(\.large)
        case .fourier:
            return (0..<small).map { place in
                var weights = [Double](repeating: 0, count: large)
                for (index, pair) in pairs.enumerated() {
                    // The mean square of a wave is ½ on the small grid; that of the constant and of the highest frequency is 1.
                    let isWhole = index == 0 || small.isMultiple(of: 2) && index == pairs.count - 1
                    let factor = Double(small) * (isWhole ? 1 : 2) * pair.small[place]
                    for x in weights.indices { weights[x] += factor * pair.large[x] }
                }
                return weights
            }
        }
    }

    /// The sizes of the two images.
    private struct Grid {
        let height: Int
        let width: Int
        let channels: Int
        let small: (height: Int, width: Int)

        init(_ shape: SampleShape, _ factor: Int) throws(CoarseningError) {
            guard case .image(let height, let width, let channels) = shape else { throw .notAnImage(shape) }
            guard factor > 1, height % factor == 0, width % factor == 0 else {
                throw .factor(factor, height: height, width: width)
            }
            self.height = height
            self.width = width
            self.channels = channels
            small = (height / factor, width / factor)
        }
    }
}
