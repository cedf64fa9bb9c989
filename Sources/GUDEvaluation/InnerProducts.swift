import GUDCore
import GUDLinearAlgebra

/// The inner products of all samples of one set with all of another, handed out tile by tile on all cores.
///
/// - Parameters:
///   - body: Receives the rows of a tile, and their products, row-major `[rows, b.count]`.
/// - Returns: What the body makes of each tile, in the order of the rows.
/// - Complexity: O(*N* *M* *D*) operations; tiles hold at most about four million numbers.
func mapInnerProducts<Value: Sendable>(
    of a: Samples, with b: Samples, _ body: @Sendable (_ rows: Range<Int>, _ products: Span<Float>) -> Value
) -> [Value] {
    let height = max(16, min(512, 4_000_000 / max(b.count, 1)))
    let dimension = a.dimension
    return Parallel.map((a.count + height - 1) / height) { tile in
        let rows = tile * height..<min((tile + 1) * height, a.count)
        let products = BLAS.gemm(
            Array(a.values[rows.lowerBound * dimension..<rows.upperBound * dimension]), b.values, rows: rows.count,
            inner: dimension, columns: b.count, right: .transposed)
        return body(rows, products.span)
    }
}
