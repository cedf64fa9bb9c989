internal import COpenBLAS

/// A matrix *M* that is applied to batches of rows, so that no row's result depends on its batch.
///
/// Goals, in order: the same bits for a row alone, in any batch, at any place and on any number of threads; speed.
///
/// OpenBLAS picks its kernels by the shape of a product. So the rows go through in blocks that are padded with zeros to a
/// multiple of 16 (large matrices, whose blocks of 16 to 128 rows all take the same kernel), or to 64 exactly (small
/// ones, where the kernel changes with the number of rows); and the results' columns in panels of a fixed width. Where this
/// processor's kernels tell the rows of such blocks apart, which ``UniformRows`` finds out, blocks are of 8 rows.
/// `BatchMatrixTests` pins the equality of the bits down.
public struct BatchMatrix: Sendable {
    /// The matrix, row-major `[rowCount, columnCount]`.
    public let values: [Float]
    /// The number of rows of the matrix, *K*.
    public let rowCount: Int
    /// The number of columns of the matrix, *D*.
    public let columnCount: Int

    /// Wraps a row-major matrix.
    public init(_ values: [Float], rowCount: Int, columnCount: Int) {
        precondition(values.count == rowCount * columnCount, "values must fill the matrix")
        self.values = values
        self.rowCount = rowCount
        self.columnCount = columnCount
    }

    /// Writes `M x` for every row *x* of a batch.
    ///
    /// - Parameters:
    ///   - batch: Row-major `[batch, D]`.
    ///   - result: Row-major `[batch, K]`, overwritten.
    ///   - spread: Runs the panels of one block; serially by default.
    /// - Complexity: `2 K D` operations a row; a single row costs as much as its block.
    public func apply(
        _ batch: Span<Float>, into result: inout MutableSpan<Float>,
        spread: Spread = { count, body in (0..<count).forEach(body) }
    ) {
        product(batch, .transposed, into: &result, inner: columnCount, outer: rowCount, spread)
    }

    /// Writes `Mᵀ c` for every row *c* of a batch; `batch` is `[batch, K]`, `result` is `[batch, D]`.
    public func applyTransposed(
        _ batch: Span<Float>, into result: inout MutableSpan<Float>,
        spread: Spread = { count, body in (0..<count).forEach(body) }
    ) {
        product(batch, .plain, into: &result, inner: rowCount, outer: columnCount, spread)
    }

    private func product(
        _ batch: Span<Float>, _ orientation: BLAS.Orientation, into result: inout MutableSpan<Float>, inner: Int,
        outer: Int, _ spread: Spread
    ) {
        precondition(batch.count % inner == 0, "the batch holds a part of a row")
        let rows = batch.count / inner
        precondition(result.count == rows * outer, "the result holds another number of rows than the batch")
        let panels = Panels(inner: inner, outer: outer)
        var start = 0
        while start < rows {
            let count = min(rows - start, panels.largestBlock)
            let padded = panels.padded(count)
            let source = batch.extracting(start * inner..<(start + count) * inner)
            if padded == count {
                multiply(source, orientation, into: &result, from: start * outer, rows: count, panels, spread)
            } else {
                var (paddedSource, paddedTarget) = (
                    [Float](repeating: 0, count: padded * inner), [Float](repeating: 0, count: padded * outer)
                )
                for index in source.indices { paddedSource[index] = source[index] }
                var span = paddedTarget.mutableSpan
                multiply(paddedSource.span, orientation, into: &span, from: 0, rows: padded, panels, spread)
                for index in 0..<count * outer { result[start * outer + index] = span[index] }
            }
            start += count
        }
    }

    /// One block; the only unsafe part.
    ///
    /// Each panel writes columns of its own.
    private func multiply(
        _ source: Span<Float>, _ orientation: BLAS.Orientation, into target: inout MutableSpan<Float>, from start: Int,
        rows: Int, _ panels: Panels, _ spread: Spread
    ) {
        OneThread.ensure
        let (inner, outer, stride) = (panels.inner, panels.outer, columnCount)
        values.withUnsafeBufferPointer { values in
            source.withUnsafeBufferPointer { source in
                target.withUnsafeMutableBufferPointer { target in
                    guard let m = values.baseAddress, let x = source.baseAddress, let y = target.baseAddress else {
                        return
                    }
                    nonisolated(unsafe) let (matrix, input, output) = (m, x, y + start)
                    spread(panels.count) { panel in
                        let columns = panels.columns(of: panel)
                        let offset = orientation == .plain ? columns.lowerBound : columns.lowerBound * stride
                        cblas_sgemm(
                            CblasRowMajor, CblasNoTrans, orientation.code, Int32(rows), Int32(columns.count),
                            Int32(inner), 1, input, Int32(inner), matrix + offset, Int32(stride), 0,
                            output + columns.lowerBound, Int32(outer))
                    }
                }
            }
        }
    }
}

/// How a product is cut, from the matrix's shape alone.
private struct Panels {
    let inner: Int
    let outer: Int
    /// The number of panels: at most 256 columns each, and of equal width but for one.
    var count: Int { (outer + 255) / 256 }

    func columns(of panel: Int) -> Range<Int> { panel * outer / count..<(panel + 1) * outer / count }

    /// OpenBLAS has kernels of their own for products of up to 10⁶ multiplications.
    private var isLarge: Bool { 16 * (outer / count) * inner > 1_000_000 }

    /// The most rows in a block.
    var largestBlock: Int { UniformRows.areLargeBlocksUniform ? isLarge ? 128 : 64 : 8 }

    /// The rows that a block of so many is computed with.
    func padded(_ rows: Int) -> Int {
        UniformRows.areLargeBlocksUniform ? isLarge ? (rows + 15) / 16 * 16 : 64 : 8
    }
}
