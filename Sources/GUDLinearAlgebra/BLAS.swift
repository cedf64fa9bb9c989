internal import COpenBLAS

/// Matrix products on row-major arrays.
///
/// Goals, in order: results that do not depend on the number of threads or on who else computes; speed.
///
/// OpenBLAS is held to one thread for the whole process, because the way it splits a product among threads changes its
/// rounding. Callers spread independent products over threads themselves. One product's bits depend on its shape as well
/// (kernels are picked by it), so code that promises equal bits for every batch size calls with a fixed shape.
public enum BLAS {
    /// How a stored matrix enters a product.
    public enum Orientation: Sendable {
        /// As it is stored.
        case plain
        /// With rows and columns exchanged.
        case transposed
    }

    /// Writes the product `C = op(A) op(B)` in single precision.
    ///
    ///     BLAS.gemm(x.span, u.span, into: &c, rows: n, inner: d, columns: k, right: .transposed)  // C = X Uᵀ
    ///
    /// - Parameters:
    ///   - a: `op(A)` is `[rows, inner]`; stored row-major, and exchanged where `left` says so.
    ///   - b: `op(B)` is `[inner, columns]`; exchanged where `right` says so.
    ///   - c: Row-major `[rows, columns]`, overwritten.
    ///   - accumulating: Adds the product to what `c` holds instead.
    /// - Complexity: O(*rows* · *inner* · *columns*).
    public static func gemm(
        _ a: Span<Float>, _ b: Span<Float>, into c: inout MutableSpan<Float>, rows: Int, inner: Int, columns: Int,
        left: Orientation = .plain, right: Orientation = .plain, accumulating: Bool = false
    ) {
        let shape = Product(left, right, rows: rows, inner: inner, columns: columns)
        shape.check(a.count, b.count, c.count)
        guard rows > 0, columns > 0 else { return }
        OneThread.ensure
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                c.withUnsafeMutableBufferPointer { c in
                    cblas_sgemm(
                        CblasRowMajor, left.code, right.code, Int32(rows), Int32(columns), Int32(inner),
                        1, a.baseAddress, shape.strideA, b.baseAddress, shape.strideB, accumulating ? 1 : 0,
                        c.baseAddress, Int32(columns))
                }
            }
        }
    }

    /// Writes the product `C = op(A) op(B)` in double precision; parameters as for single precision.
    public static func gemm(
        _ a: Span<Double>, _ b: Span<Double>, into c: inout MutableSpan<Double>, rows: Int, inner: Int, columns: Int,
        left: Orientation = .plain, right: Orientation = .plain, accumulating: Bool = false
    ) {
        let shape = Product(left, right, rows: rows, inner: inner, columns: columns)
        shape.check(a.count, b.count, c.count)
        guard rows > 0, columns > 0 else { return }
        OneThread.ensure
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                c.withUnsafeMutableBufferPointer { c in
                    cblas_dgemm(
                        CblasRowMajor, left.code, right.code, Int32(rows), Int32(columns), Int32(inner),
                        1, a.baseAddress, shape.strideA, b.baseAddress, shape.strideB, accumulating ? 1 : 0,
                        c.baseAddress, Int32(columns))
                }
            }
        }
    }

    /// The product `op(A) op(B)` of two arrays as an array, row-major `[rows, columns]`.
    public static func gemm(
        _ a: [Float], _ b: [Float], rows: Int, inner: Int, columns: Int, left: Orientation = .plain,
        right: Orientation = .plain
    ) -> [Float] {
        var c = [Float](repeating: 0, count: rows * columns)
        var span = c.mutableSpan
        gemm(
            a.span, b.span, into: &span, rows: rows, inner: inner, columns: columns, left: left, right: right)
        return c
    }

    /// The product `op(A) op(B)` of two arrays as an array, row-major `[rows, columns]`.
    public static func gemm(
        _ a: [Double], _ b: [Double], rows: Int, inner: Int, columns: Int, left: Orientation = .plain,
        right: Orientation = .plain
    ) -> [Double] {
        var c = [Double](repeating: 0, count: rows * columns)
        var span = c.mutableSpan
        gemm(
            a.span, b.span, into: &span, rows: rows, inner: inner, columns: columns, left: left, right: right)
        return c
    }
}

/// The shape of a product, checked against what the buffers hold.
private struct Product {
    let rows: Int
    let inner: Int
    let columns: Int
    let strideA: Int32
    let strideB: Int32

    init(_ a: BLAS.Orientation, _ b: BLAS.Orientation, rows: Int, inner: Int, columns: Int) {
        self.rows = rows
        self.inner = inner
        self.columns = columns
        // A leading dimension is at least 1, even of an empty matrix.
        strideA = Int32(max(1, a == .plain ? inner : rows))
        strideB = Int32(max(1, b == .plain ? columns : inner))
    }

    func check(_ a: Int, _ b: Int, _ c: Int) {
        precondition(a == rows * inner, "A holds \(a) scalars, the product calls for \(rows)×\(inner)")
        precondition(b == inner * columns, "B holds \(b) scalars, the product calls for \(inner)×\(columns)")
        precondition(c == rows * columns, "C holds \(c) scalars, the product calls for \(rows)×\(columns)")
    }
}

extension BLAS.Orientation {
    var code: CBLAS_TRANSPOSE { self == .plain ? CblasNoTrans : CblasTrans }
}

/// Holds OpenBLAS to one thread.
enum OneThread {
    /// Takes effect on first use.
    static let ensure: Void = openblas_set_num_threads(1)
}
