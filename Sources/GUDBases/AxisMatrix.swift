import Foundation

/// A real orthonormal transform of one axis, as a matrix whose rows are the basis functions.
struct AxisMatrix: Sendable {
    /// The length *n* of the axis.
    let length: Int
    /// The matrix, row-major `[n, n]`.
    let plain: [Float]
    /// Its transpose. Products with stored transposes are up to twice as fast at these sizes.
    let transposed: [Float]

    /// Tabulates a matrix in Double, and rounds each entry once.
    init(length: Int, _ entry: (_ row: Int, _ column: Int) -> Double) {
        self.length = length
        let plain = (0..<length * length).map { Float(entry($0 / length, $0 % length)) }
        self.plain = plain
        transposed = (0..<length * length).map { plain[$0 % length * length + $0 / length] }
    }

    /// The cosine transform of type II: `√(2/n) cos(πk(2j + 1)/2n)`, with row 0 divided by √2.
    static func cosine(_ length: Int) -> AxisMatrix {
        AxisMatrix(length: length) { k, j in
            // Phases are reduced as whole numbers, so that long axes lose no digits.
            let phase = .pi * Double(k * (2 * j + 1) % (4 * length)) / Double(2 * length)
            return (Double(k == 0 ? 1 : 2) / Double(length)).squareRoot() * cos(phase)
        }
    }

    /// The Fourier transform in a real packing: for `0 < k < n/2`, row *k* holds √2 Re F[k] and row *n* − *k* holds
    /// √2 Im F[k], where `F[k] = Σ_j x_j e^(−2πijk/n) / √n`; rows 0 and n/2 hold Re F[k].
    static func fourier(_ length: Int) -> AxisMatrix {
        AxisMatrix(length: length) { k, j in
            let phase = 2 * .pi * Double(k * j % length) / Double(length)
            if 2 * k % length == 0 { return cos(phase) / Double(length).squareRoot() }
            // Row n − k: the phase of k is the negative of this row's own, so −sin(phase of k) = sin(own phase).
            let scale = (2 / Double(length)).squareRoot()
            return 2 * k < length ? scale * cos(phase) : scale * sin(phase)
        }
    }
}
