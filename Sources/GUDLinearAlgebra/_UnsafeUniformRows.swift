internal import COpenBLAS

/// Whether this machine's OpenBLAS computes a row of a product to the same bits wherever the row stands.
///
/// Its kernels differ by processor. Those for AVX-512 treat all rows of a multiple of 16 alike; those for AVX2 (Haswell, Zen) treat the last
/// rows of a larger product differently from the first, and only products of 8 rows all alike. So this asks: products of equal rows, of
/// every size that ``BatchMatrix`` would use, must give equal rows. It takes about two milliseconds, once in a process.
///
/// Invariant: every pointer is to an array that the call keeps alive, of the size that the product's shape asks for.
enum UniformRows {
    /// Whether rows may come in blocks of up to 128.
    static let areLargeBlocksUniform: Bool = {
        // Beyond 10⁶ multiplications already at 16 rows, as in large matrices; and well below, as in small ones.
        let isLarge = stride(from: 16, through: 128, by: 16).allSatisfy { rows in
            isUniform(rows: rows, columns: 64, inner: 1024)
        }
        return isLarge && [1, 64, 250].allSatisfy { isUniform(rows: 64, columns: $0, inner: 64) }
    }()

    private static func isUniform(rows: Int, columns: Int, inner: Int) -> Bool {
        OneThread.ensure
        let matrix = (0..<columns * inner).map { Float(($0 * 7919) % 2003) / 1001 - 1 }
        let row = (0..<inner).map { Float(($0 * 104_729) % 1999) / 999 - 1 }
        let source = (0..<rows).flatMap { _ in row }
        return [(CblasTrans, inner), (CblasNoTrans, columns)].allSatisfy { orientation, stride in
            var target = [Float](repeating: 0, count: rows * columns)
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, orientation, Int32(rows), Int32(columns), Int32(inner), 1, source,
                Int32(inner), matrix, Int32(stride), 0, &target, Int32(columns))
            return (columns..<target.count).allSatisfy { target[$0] == target[$0 % columns] }
        }
    }
}
