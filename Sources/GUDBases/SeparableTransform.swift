import GUDCore
import GUDLinearAlgebra

/// A transform of a sample's columns and rows, one axis after the other, by two matrix products per sample.
///
/// With *A* the matrix along the width and *B* along the height, every channel *X* becomes `B X Aᵀ`. The products have the
/// same shape for every sample, so that the bits do not depend on the batch. For the second one the channels are moved
/// outside the columns, `[height, channels, width]`, where one product serves all of them.
///
/// Cost: `2 H W C (H + W)` operations a sample, against `2 (H W C)²` for the dense matrix.
struct SeparableTransform: SampleTransform {
    let grid: Grid
    private let columns: AxisMatrix
    private let rows: AxisMatrix?

    /// Applies a kind of matrix to both axes of an image, or to the one of a vector.
    init(_ grid: Grid, matrix: (_ length: Int) -> AxisMatrix) {
        self.grid = grid
        columns = matrix(grid.width)
        rows = !grid.hasRows ? nil : grid.height == grid.width ? columns : matrix(grid.height)
    }

    var scratchCount: Int { grid.count }

    /// Writes `B X Aᵀ` for every channel of a sample; scratch holds as many scalars as the sample.
    func forward(_ sample: Span<Float>, into result: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>) {
        alongHeight(sample, rows?.plain, into: &scratch)
        alongWidth(&scratch, columns.transposed, into: &result)
    }

    /// Writes `Bᵀ X A` for every channel of a sample.
    func inverse(_ sample: Span<Float>, into result: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>) {
        alongHeight(sample, rows?.transposed, into: &scratch)
        alongWidth(&scratch, columns.plain, into: &result)
    }

    /// ``inverse(_:into:scratch:)`` of what `result` itself holds.
    func inverse(inPlace result: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>) {
        alongHeight(result.span, rows?.transposed, into: &scratch)
        alongWidth(&scratch, columns.plain, into: &result)
    }

    private func alongHeight(_ sample: Span<Float>, _ left: [Float]?, into result: inout MutableSpan<Float>) {
        guard let left else {
            for index in sample.indices { result[unchecked: index] = sample[unchecked: index] }
            return
        }
        BLAS.gemm(
            left.span, sample, into: &result, rows: grid.height, inner: grid.height, columns: grid.width * grid.channels
        )
    }

    /// Overwrites the sample that it reads, where there is more than one channel.
    private func alongWidth(
        _ sample: inout MutableSpan<Float>, _ right: [Float], into result: inout MutableSpan<Float>
    ) {
        let (lines, width) = (grid.height * grid.channels, grid.width)
        if grid.channels == 1 {
            BLAS.gemm(sample.span, right.span, into: &result, rows: lines, inner: width, columns: width)
        } else {
            moveChannels(.outward, sample.span, into: &result)
            BLAS.gemm(result.span, right.span, into: &sample, rows: lines, inner: width, columns: width)
            moveChannels(.last, sample.span, into: &result)
        }
    }

    private enum Move {
        /// From `[height, width, channels]` to `[height, channels, width]`.
        case outward
        /// Back.
        case last
    }

    private func moveChannels(_ move: Move, _ source: Span<Float>, into destination: inout MutableSpan<Float>) {
        // A constant number of channels makes the loop a third faster; colours are worth it.
        if grid.channels == 3 {
            moveChannels(move, source, into: &destination, channels: 3)
        } else {
            moveChannels(move, source, into: &destination, channels: grid.channels)
        }
    }

    @inline(__always)
    private func moveChannels(
        _ move: Move, _ source: Span<Float>, into destination: inout MutableSpan<Float>, channels: Int
    ) {
        let width = grid.width
        for row in 0..<grid.height {
            let start = row * width * channels
            for column in 0..<width {
                for channel in 0..<channels {
                    let last = start + column * channels + channel
                    let outward = start + channel * width + column
                    switch move {
                    case .outward: destination[unchecked: outward] = source[unchecked: last]
                    case .last: destination[unchecked: last] = source[unchecked: outward]
                    }
                }
            }
        }
    }
}
