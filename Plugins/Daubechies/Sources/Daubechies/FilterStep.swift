/// One step of Daubechies' filter pair along one axis, periodic, in both directions.
///
/// With `n` values `x` on the axis and indices modulo `n`,
///
///     low_k  = Σ_m h_m x_{2k−1+m},   high_k = Σ_m g_m x_{2k−1+m},   m = 0…3,   g_m = (−1)^m h_{3−m};
///
/// `low` goes to the first half of the axis, `high` to the second. Where `n` is 2 the indices meet, and what is left is
/// Haar's step. Both directions are one and the same orthogonal matrix, or its transpose.
///
/// A value is a run of scalars side by side: the channels of a pixel along a row, a whole line along a column.
///
/// Source: Daubechies, "Orthonormal bases of compactly supported wavelets", Comm. Pure Appl. Math. 41, 1988.
struct FilterStep {
    /// Values on the axis, an even number.
    let count: Int
    /// Scalars from one value to the next.
    let stride: Int
    /// Scalars in a value.
    let run: Int

    /// The low-pass filter.
    private static let h: (Float, Float, Float, Float) = {
        let h = Daubechies4Basis.lowPass.map(Float.init)
        return (h[0], h[1], h[2], h[3])
    }()

    private var half: Int { count / 2 }

    /// Splits the axis that begins at a place into its low and its high half.
    func analyse(_ source: Span<Float>, into result: inout MutableSpan<Float>, at start: Int) {
        let (h0, h1, h2, h3) = Self.h
        for k in 0..<half {
            let a = start + (k == 0 ? count - 1 : 2 * k - 1) * stride
            let b = start + 2 * k * stride
            let c = b + stride
            let d = start + (k == half - 1 ? 0 : 2 * k + 2) * stride
            let low = start + k * stride
            let high = low + half * stride
            for i in 0..<run {
                let (p, q) = (source[unchecked: a + i], source[unchecked: b + i])
                let (r, s) = (source[unchecked: c + i], source[unchecked: d + i])
                result[unchecked: low + i] = (h0 * p + h1 * q) + (h2 * r + h3 * s)
                result[unchecked: high + i] = (h3 * p - h2 * q) + (h1 * r - h0 * s)
            }
        }
    }

    /// Joins the two halves: the transpose of ``analyse(_:into:at:)``.
    func synthesise(_ source: Span<Float>, into result: inout MutableSpan<Float>, at start: Int) {
        let (h0, h1, h2, h3) = Self.h
        for k in 0..<half {
            let low = start + k * stride
            let high = low + half * stride
            let lowBefore = start + (k == 0 ? half - 1 : k - 1) * stride
            let lowAfter = start + (k == half - 1 ? 0 : k + 1) * stride
            let (highBefore, highAfter) = (lowBefore + half * stride, lowAfter + half * stride)
            let even = start + 2 * k * stride
            let odd = even + stride
            for i in 0..<run {
                let (l, g) = (source[unchecked: low + i], source[unchecked: high + i])
                let (lb, gb) = (source[unchecked: lowBefore + i], source[unchecked: highBefore + i])
                let (la, ga) = (source[unchecked: lowAfter + i], source[unchecked: highAfter + i])
                result[unchecked: even + i] = (h1 * l - h2 * g) + (h3 * lb - h0 * gb)
                result[unchecked: odd + i] = (h2 * l + h1 * g) + (h0 * la + h3 * ga)
            }
        }
    }
}
